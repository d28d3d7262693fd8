"""`Dense`: each output is a weighted sum of all inputs."""

from __future__ import annotations

from typing import Any

import jax

from cornu import activations, kernels
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine import dtypes
from cornu.layers.checks import check_positive
from cornu.layers.core.lora import LowRankAdaptation
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names
from cornu.ops.op import unwrap


class Dense(LowRankAdaptation, Layer):
    """`activation(x @ kernel + bias)` over the last axis.

    Args:
        units: number of outputs, positive.
        activation: function or name; none by default.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: first values of the kernel (features, units) and the
            bias (units,).
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on the kernel, the
            bias and the outputs.
        kernel_constraint, bias_constraint: projections of the kernel and the bias after each step.
        lora_rank: if given, the kernel is frozen and a product of that rank is trained.
        lora_alpha: the product is scaled by `lora_alpha / lora_rank`; 1 by default.
        quantization_config: None.
        **kwargs: `name`, `dtype`, `trainable`, `input_shape`.

    Input shape (batch, ..., features), output shape (batch, ..., units).

    Raises:
        ValueError: if `units` is no positive integer.

    >>> keras.layers.Dense(2)(keras.ops.ones((5, 3))).shape
    (5, 2)
    """

    _settings = (
        *"units activation use_bias quantization_config".split(),
        *weight_names("kernel", "bias"),
    )

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        check_positive(self, units=units)
        self.units = units
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        set_weight_settings(
            self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint
        )
        set_weight_settings(self, "bias", bias_initializer, bias_regularizer, bias_constraint)
        self.start_lora(lora_rank, lora_alpha, quantization_config)
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    @property
    def output_activation(self) -> Any:
        """The activation that gives the outputs; `linear` for none."""
        return self.activation or activations.linear

    def build(self, input_shape: tuple) -> None:
        """Make the weights for inputs of shape (batch, ..., features)."""
        features = input_shape[-1]
        self._kernel = self.add_weight(
            name="kernel", shape=(features, self.units), **weight_arguments(self, "kernel")
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})
        self.build_lora()

    @property
    def kernel(self) -> Any:
        """The matrix of shape (features, units), its low-rank addition included.

        Raises:
            AttributeError: before the layer is built.
        """
        if "_kernel" not in vars(self):
            raise AttributeError(
                f"Dense {self.name!r} has no kernel yet: it is made when the layer is built."
            )
        return self.adapted()

    def call(self, inputs: jax.Array, training: bool | None = None) -> jax.Array:
        """The outputs, shape (batch, ..., units)."""
        x = product(inputs, unwrap(self.kernel))
        if self.bias is not None:
            x = x + self.bias.value
        return x if self.activation is None else self.activation(x)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """(batch, ..., units)."""
        return (*input_shape[:-1], self.units)


def product(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """`x @ kernel` over the last axis, in the dtype both promote to."""
    if x.dtype != kernel.dtype:
        dtype = dtypes.result_type(x.dtype, kernel.dtype)
        x, kernel = x.astype(dtype), kernel.astype(dtype)
    return kernels.dense(x, kernel)
