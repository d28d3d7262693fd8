"""Group normalization."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu.core.input_spec import InputSpec
from cornu.layers.checks import check_positive
from cornu.layers.normalization.base import BaseNormalization, sizes_along
from cornu.layers.precision import in_float32


class GroupNormalization(BaseNormalization):
    """Brings each group of channels of each sample to mean 0 and variance 1.

    With one group it is layer normalization over all axes, with `groups=-1` (one group per channel)
    instance normalization.

    Args:
        groups: number of groups, a divisor of the number of channels; -1 for one per channel.
        axis: the axis of the channels.
        epsilon: added to the variance.
        center: whether beta is added.
        scale: whether the result is multiplied by gamma.
        beta_initializer, gamma_initializer: first values of beta and gamma.
        beta_regularizer, gamma_regularizer: penalties on beta and gamma.
        beta_constraint, gamma_constraint: projections of beta and gamma after each step.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Raises:
        ValueError: if the channels cannot be divided into the groups.

    References:
        Wu and He, 2018, https://arxiv.org/abs/1803.08494

    >>> layer = keras.layers.GroupNormalization(groups=2, epsilon=0.0)
    >>> layer(keras.ops.array([[1.0, 3.0, 10.0, 30.0]])).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    _settings = ("groups",)

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            axis=axis,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta=(beta_initializer, beta_regularizer, beta_constraint),
            gamma=(gamma_initializer, gamma_regularizer, gamma_constraint),
            **kwargs,
        )
        if groups != -1:
            check_positive(self, groups=groups)
        self.groups = groups

    def build(self, input_shape: tuple) -> None:
        """Create gamma and beta, one value per channel each."""
        (channels,) = sizes_along(input_shape, self.axis, self)
        groups = channels if self.groups == -1 else self.groups
        if channels % groups:
            raise ValueError(
                f"Layer {self.name!r}: the {channels} channels on axis {self.axis} of inputs of "
                f"shape {tuple(input_shape)} cannot be divided into groups={self.groups}. Choose "
                "a divisor, or -1 for one group per channel."
            )
        self.add_gamma_and_beta((channels,))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})

    def call(self, inputs: Any) -> jax.Array:
        """Normalize each group of each sample."""
        gamma, beta = self.gamma_and_beta()
        axis = self.axis % inputs.ndim
        channels = inputs.shape[axis]
        groups = channels if self.groups == -1 else self.groups
        grouped = in_float32(self, inputs).reshape(
            *inputs.shape[:axis], groups, channels // groups, *inputs.shape[axis + 1 :]
        )
        axes = tuple(a for a in range(1, grouped.ndim) if a != axis)
        mean = jnp.mean(grouped, axes, keepdims=True)
        centered = grouped - mean
        variance = jnp.mean(jnp.square(centered), axes, keepdims=True)
        outputs = (centered * lax.rsqrt(variance + self.epsilon)).reshape(inputs.shape)
        aligned = (channels, *(1,) * (inputs.ndim - 1 - axis))
        outputs = outputs if gamma is None else outputs * gamma.reshape(aligned)
        outputs = outputs if beta is None else outputs + beta.reshape(aligned)
        return outputs.astype(self.compute_dtype)
