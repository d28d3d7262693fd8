"""Convolution layers in one, two and three dimensions."""

from __future__ import annotations

from typing import Any

import jax

from cornu import kernels, ops
from cornu.layers.checks import check_positive
from cornu.layers.convolutional.base import BaseConvolution, Sizes, refuse_strides_with_dilation
from cornu.layers.core.lora import LowRankAdaptation
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names
from cornu.ops.nn.convolution import same_dtype
from cornu.ops.nn.layout import in_channels_last


class BaseConv(LowRankAdaptation, BaseConvolution):
    """Base of `Conv1D`, `Conv2D` and `Conv3D`; see there for the arguments."""

    _settings = ("filters", "groups", *weight_names("kernel"))

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        lora = (kwargs.pop("lora_rank", None), kwargs.pop("lora_alpha", None))
        super().__init__(
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias=(bias_initializer, bias_regularizer, bias_constraint),
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        check_positive(self, filters=filters, groups=groups)
        refuse_strides_with_dilation(self)
        if filters % groups:
            raise ValueError(
                f"Layer {self.name!r}: filters must be a multiple of groups; got "
                f"filters={filters}, groups={groups}."
            )
        self.filters = filters
        self.groups = groups
        self.start_lora(*lora, None)
        set_weight_settings(
            self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint
        )

    def build(self, input_shape: tuple) -> None:
        """Create the kernel of shape (*kernel_size, channels / groups, filters) and the bias."""
        channels = self.channels_of(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"Layer {self.name!r}: the inputs' {channels} channels (shape "
                f"{tuple(input_shape)}) cannot be divided into groups={self.groups}."
            )
        self.check_room(input_shape)
        self._kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels // self.groups, self.filters),
            **weight_arguments(self, "kernel"),
        )
        self.add_bias_weight(self.filters)
        self.build_lora()

    @property
    def kernel(self) -> Any:
        """The weights of the window, low-rank update included.

        Raises:
            AttributeError: if the layer is not built.
        """
        if "_kernel" not in vars(self):
            raise AttributeError(
                f"Layer {self.name!r} has no kernel until it is built: call it once, or build()."
            )
        return self.adapted()

    def convolution_op(self, inputs: Any, kernel: Any) -> jax.Array:
        """The convolution alone, which subclasses may replace.

        Args:
            inputs: tensor in the layer's layout.
            kernel: tensor of shape (*kernel_size, channels / groups, filters).

        Returns:
            Tensor of shape (batch, *positions, filters), in the same layout.
        """
        if self.padding == "causal":
            return self._causal(inputs, kernel)
        return ops.conv(
            inputs, kernel, self.strides, self.padding, self.data_format, self.dilation_rate
        )

    def call(self, inputs: Any) -> jax.Array:
        """Convolve, add the bias and apply the activation."""
        self.check_room(inputs.shape)
        return self.finish(self.convolution_op(inputs, self.kernel))

    def enable_lora(
        self,
        rank: int,
        lora_alpha: float | None = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Freeze the kernel and train a low-rank update of it instead.

        Args:
            rank: rank of the update.
            lora_alpha: the update is scaled by `lora_alpha / rank`; `rank` by default.
            a_initializer: initializer of the factor of shape (*kernel_size, channels, rank).
            b_initializer: initializer of the factor of shape (rank, filters).

        Raises:
            ValueError: if the layer is not built, has a kernel constraint, or was enabled before.

        References:
            Hu et al., 2021, https://arxiv.org/abs/2106.09685
        """
        super().enable_lora(rank, a_initializer, b_initializer, lora_alpha)

    def _causal(self, inputs: Any, kernel: Any) -> jax.Array:
        inputs, kernel = same_dtype(inputs, kernel)
        before = self.dilation_rate[0] * (self.kernel_size[0] - 1)

        def run(x: jax.Array) -> jax.Array:
            pads = [(before, 0)]
            return kernels.conv(x, kernel, self.strides, pads, self.dilation_rate, self.groups)

        return in_channels_last(run, inputs, self.data_format)
