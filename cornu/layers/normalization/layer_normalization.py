"""Layer normalization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from cornu import ops
from cornu.layers.normalization.base import BaseNormalization, checked_axis, sizes_along, spec_along
from cornu.layers.precision import as_given


class LayerNormalization(BaseNormalization):
    """Brings each sample to mean 0 and variance 1 along an axis: independent of the batch.

    `(x - mean(x)) / sqrt(variance(x) + epsilon) * gamma + beta`, mean and variance along `axis`.

    Args:
        axis: axis or axes that are normalized together; gamma and beta have their sizes.
        epsilon: added to the variance.
        center: whether beta is added.
        scale: whether the result is multiplied by gamma.
        beta_initializer, gamma_initializer: first values of beta and gamma.
        beta_regularizer, gamma_regularizer: penalties on beta and gamma.
        beta_constraint, gamma_constraint: projections of beta and gamma after each step.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`; and
            `rms_scaling`, with which the mean is not subtracted and there is no beta. New models
            rather use `RMSNormalization`, which divides by the root of the mean square.

    Raises:
        TypeError: if the axis is neither an int nor a list of ints.

    References:
        Ba et al., 2016, https://arxiv.org/abs/1607.06450

    >>> layer = keras.layers.LayerNormalization(epsilon=0.0)
    >>> layer(keras.ops.array([[1.0, 3.0], [10.0, 30.0]])).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """

    _settings = ("rms_scaling",)

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
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
        rms_scaling = kwargs.pop("rms_scaling", False)
        super().__init__(
            axis=axis,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta=(beta_initializer, beta_regularizer, beta_constraint),
            gamma=(gamma_initializer, gamma_regularizer, gamma_constraint),
            **kwargs,
        )
        self.axis = checked_axis(axis, self)
        self.rms_scaling = rms_scaling

    def build(self, input_shape: tuple) -> None:
        """Create gamma and beta, of the sizes of the normalized axes."""
        shape = sizes_along(input_shape, self.axis, self)
        self.input_spec = spec_along(input_shape, self.axis)
        self.add_gamma_and_beta(shape, center=self.center and not self.rms_scaling)

    def call(self, inputs: Any) -> jax.Array:
        """Normalize each sample."""
        gamma, beta = self.gamma_and_beta()
        # With `rms_scaling` Keras divides by the standard deviation: files of its models need that.
        outputs = ops.layer_normalization(
            as_given(self, inputs), gamma, beta, self.axis, self.epsilon, self.rms_scaling
        )
        return outputs.astype(self.compute_dtype)
