"""`EinsumDense`: a product with a kernel of any rank, written as an einsum."""

from __future__ import annotations

from math import prod
from typing import Any

import jax
import jax.numpy as jnp

from cornu import activations
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.layers.core.dense import product
from cornu.layers.core.einsum_equation import Equation
from cornu.layers.core.lora import LowRankAdaptation
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names
from cornu.ops.op import unwrap


class EinsumDense(LowRankAdaptation, Layer):
    """`activation(einsum(equation, x, kernel) + bias)`.

    Args:
        equation: such as `"abc,cd->abd"`: axes of the input, of the kernel, of the output. An
            ellipsis stands for any number of axes, at the start or at the end of both.
        output_shape: sizes of the output's axes without the batch (and without an ellipsis's);
            None where the size is that of the input's axis of the same letter.
        activation: function or name; none by default.
        bias_axes: letters of the output's axes that the bias has; no bias if None.
        kernel_initializer, bias_initializer: first values of the kernel and the bias.
        kernel_regularizer, bias_regularizer: penalties on the kernel and the bias.
        kernel_constraint, bias_constraint: projections of the kernel and the bias after each step.
        lora_rank: if given, the kernel is frozen and a product of that rank is trained.
        lora_alpha: the product is scaled by `lora_alpha / lora_rank`; 1 by default.
        gptq_unpacked_column_size: accepted for compatibility.
        quantization_config: None.
        **kwargs: `name`, `dtype`, `trainable`, `activity_regularizer`.

    Raises:
        ValueError: for an equation that makes no sense, or does not fit the input.

    >>> heads = keras.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 8))
    >>> heads(keras.ops.ones((4, 5, 16))).shape
    (4, 5, 2, 8)
    """

    _settings = (
        *(
            "output_shape equation activation bias_axes activity_regularizer quantization_config"
        ).split(),
        *weight_names("kernel", "bias"),
    )

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.equation = equation
        sizes = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.partial_output_shape = sizes
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        set_weight_settings(
            self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint
        )
        set_weight_settings(self, "bias", bias_initializer, bias_regularizer, bias_constraint)
        self.start_lora(lora_rank, lora_alpha, quantization_config)

    @property
    def output_activation(self) -> Any:
        """The activation that gives the outputs; `linear` for none."""
        return self.activation or activations.linear

    def build(self, input_shape: tuple) -> None:
        """Make the weights for inputs of that shape."""
        equation = Equation(self.equation, self.name)
        sizes = equation.sizes(tuple(input_shape), self.partial_output_shape)
        self._kernel = self.add_weight(
            name="kernel",
            shape=tuple(sizes[letter] for letter in equation.kernel),
            **weight_arguments(self, "kernel"),
        )
        self.bias = None
        if self.bias_axes is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=equation.bias_shape(self.bias_axes, sizes, len(input_shape)),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(
            min_ndim=len(equation.input), axes=equation.contracted_axes(sizes)
        )
        self._contracted = equation.contracted_at_the_end()
        self.build_lora()

    output_shape = property(lambda self: self.partial_output_shape, doc="Sizes as they were given.")

    @property
    def kernel(self) -> Any:
        """The kernel, its low-rank addition included.

        Raises:
            AttributeError: before the layer is built.
        """
        if "_kernel" not in vars(self):
            raise AttributeError(
                f"EinsumDense {self.name!r} has no kernel yet: it is made when the layer is built."
            )
        return self.adapted()

    def call(self, inputs: jax.Array, training: bool | None = None) -> jax.Array:
        """The outputs."""
        x = self._product(inputs, unwrap(self.kernel))
        if self.bias is not None:
            x = x + self.bias.value
        return x if self.activation is None else self.activation(x)

    def _product(self, x: jax.Array, kernel: jax.Array) -> jax.Array:
        axes = self._contracted
        if axes is None:
            return jnp.einsum(self.equation, x, kernel)
        # One two-dimensional product: its gradient runs at twice the speed on a CPU.
        features, units = kernel.shape[:axes], kernel.shape[axes:]
        x = product(
            x.reshape(*x.shape[: x.ndim - axes], prod(features)),
            kernel.reshape(prod(features), prod(units)),
        )
        return x.reshape(*x.shape[:-1], *units)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """The whole shape of the output."""
        equation = Equation(self.equation, self.name)
        sizes = equation.sizes(tuple(input_shape), self.partial_output_shape)
        return equation.output_shape(tuple(input_shape), sizes)
