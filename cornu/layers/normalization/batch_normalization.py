"""Batch normalization (Ioffe and Szegedy, 2015) and renormalization (Ioffe, 2017)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import initializers, kernels, ops
from cornu.core.input_spec import InputSpec
from cornu.layers.checks import step_mask
from cornu.layers.normalization.base import BaseNormalization, sizes_along
from cornu.layers.precision import as_given

CLIPS = ("rmax", "rmin", "dmax")


class BatchNormalization(BaseNormalization):
    """Brings each channel to mean 0 and variance 1: of the batch in training, of all batches after.

    In training `(x - mean(batch)) / sqrt(variance(batch) + epsilon) * gamma + beta`, and the moving
    statistics follow those of the batch, `moving = moving * momentum + batch * (1 - momentum)`.
    In inference, and with `trainable = False`, the moving statistics are used. A mask leaves
    positions out of the batch's statistics.

    Args:
        axis: the axis of the channels: -1, or 1 for channels-first images.
        momentum: how slowly the moving statistics follow, from 0 to 1; 0.9 suits short trainings.
        epsilon: added to the variance.
        center: whether beta is added.
        scale: whether the result is multiplied by gamma.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer:
            first values of beta, gamma, the moving mean and the moving variance.
        beta_regularizer, gamma_regularizer: penalties on beta and gamma.
        beta_constraint, gamma_constraint: projections of beta and gamma after each step.
        renorm: whether training normalizes towards running statistics too, for small batches.
        renorm_clipping: dict with limits "rmax", "rmin" and "dmax" of the corrections that this
            makes; a missing one does not limit.
        renorm_momentum: momentum of these running statistics.
        synchronized: accepted for compatibility: statistics of a sharded batch are global anyway.
        **kwargs: arguments of every layer, such as `name`, `dtype` and `trainable`.

    Raises:
        TypeError: if the axis is no int.
        ValueError: if momentum is not from 0 to 1, or `renorm_clipping` has unknown keys.

    References:
        Ioffe and Szegedy, 2015, https://arxiv.org/abs/1502.03167
        Ioffe, 2017, https://arxiv.org/abs/1702.03275

    >>> layer = keras.layers.BatchNormalization(epsilon=0.0)
    >>> layer(keras.ops.array([[1.0], [3.0]]), training=True).tolist()
    [[-1.0], [1.0]]
    """

    _settings = (
        "momentum moving_mean_initializer moving_variance_initializer synchronized "
        "renorm renorm_clipping renorm_momentum"
    ).split()

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
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
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise TypeError(
                f"Layer {self.name!r}: axis must be one int, that of the channels; got {axis!r}."
            )
        if not 0 <= momentum <= 1:
            raise ValueError(f"Layer {self.name!r}: momentum must be from 0 to 1; got {momentum}.")
        unknown = set(renorm_clipping or {}) - set(CLIPS)
        if unknown:
            raise ValueError(
                f"Layer {self.name!r}: renorm_clipping knows {', '.join(CLIPS)}; got "
                f"{', '.join(sorted(unknown))}."
            )
        self.momentum = momentum
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = (renorm_clipping or {}) if renorm else renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized

    def build(self, input_shape: tuple) -> None:
        """Create gamma, beta and the moving statistics, one value per channel each."""
        shape = sizes_along(input_shape, self.axis, self)
        self.add_gamma_and_beta(shape)
        self.moving_mean = self._statistic("moving_mean", shape, self.moving_mean_initializer)
        self.moving_variance = self._statistic(
            "moving_variance", shape, self.moving_variance_initializer
        )
        if self.renorm:
            deviation = ops.sqrt(self.moving_variance.raw_value)
            mean = self.moving_mean.raw_value
            self.moving_stddev = self._statistic("moving_stddev", shape, _constant(deviation))
            self.renorm_mean = self._statistic("renorm_mean", shape, _constant(mean))
            self.renorm_stddev = self._statistic("renorm_stddev", shape, _constant(deviation))
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: shape[0]})

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> jax.Array:
        """Normalize the inputs; in training, update the moving statistics too."""
        inputs = as_given(self, inputs)
        gamma, beta = self.gamma_and_beta()
        if not (training and self.trainable):
            outputs = ops.batch_normalization(
                inputs,
                self.moving_mean.raw_value,
                self.moving_variance.raw_value,
                axis=self.axis,
                offset=beta,
                scale=gamma,
                epsilon=self.epsilon,
            )
            return ops.cast(outputs, self.compute_dtype)
        axes = tuple(a for a in range(inputs.ndim) if a != self.axis % inputs.ndim)
        if mask is None and not self.renorm:
            outputs, mean, variance = kernels.batch_norm_train(
                inputs, gamma, beta, axes, self.epsilon
            )
            self._follow(self.moving_mean, mean, self.momentum)
            self._follow(self.moving_variance, variance, self.momentum)
            return outputs.astype(self.compute_dtype)
        if mask is not None:
            mask = step_mask(self, mask, inputs.shape, min(jnp.ndim(mask), inputs.ndim))
        wide = inputs.astype(jnp.promote_types(inputs.dtype, "float32"))
        mean, variance = _moments(wide, axes, mask)
        if self.renorm:
            gamma, beta = self._renormalized(mean, variance, gamma, beta)
        else:
            self._follow(self.moving_mean, mean, self.momentum)
            self._follow(self.moving_variance, variance, self.momentum)
        outputs = ops.batch_normalization(
            wide, mean, variance, self.axis, offset=beta, scale=gamma, epsilon=self.epsilon
        )
        return ops.cast(outputs, self.compute_dtype)

    def _statistic(self, name: str, shape: tuple, initializer: Any) -> Any:
        return self.add_weight(
            name=name, shape=shape, initializer=initializer, trainable=False, autocast=False
        )

    def _follow(self, moving: Any, batch: jax.Array, momentum: float) -> None:
        batch = jax.lax.stop_gradient(batch).astype(moving.dtype)
        moving.assign(moving.raw_value * momentum + batch * (1 - momentum))

    def _renormalized(
        self, mean: jax.Array, variance: jax.Array, gamma: Any, beta: Any
    ) -> tuple[jax.Array, jax.Array]:
        """Gamma and beta with the corrections r and d of the paper, by the statistics before."""
        deviation = jnp.sqrt(variance + self.epsilon)
        running = self.renorm_stddev.raw_value
        limits = self.renorm_clipping
        r = jnp.clip(deviation / running, limits.get("rmin", 0.0), limits.get("rmax"))
        d = (mean - self.renorm_mean.raw_value) / running
        if "dmax" in limits:
            d = jnp.clip(d, -limits["dmax"], limits["dmax"])
        r, d = jax.lax.stop_gradient((r, d))

        self._follow(self.renorm_mean, mean, self.renorm_momentum)
        self._follow(self.renorm_stddev, deviation, self.renorm_momentum)
        self._follow(self.moving_mean, mean, self.momentum)
        self._follow(self.moving_stddev, deviation, self.momentum)
        moving = self.moving_stddev.raw_value
        self.moving_variance.assign(jnp.maximum(moving**2 - self.epsilon, 0))

        shift = d if gamma is None else d * gamma
        return (r if gamma is None else r * gamma), (shift if beta is None else shift + beta)


def _constant(value: jax.Array) -> Any:
    return lambda shape, dtype: value.astype(dtype)


def _moments(x: jax.Array, axes: tuple[int, ...], mask: Any) -> tuple[jax.Array, jax.Array]:
    """Mean and variance over axes, of the positions where the mask is True."""
    if mask is None:
        return ops.moments(x, axes)
    weights = jnp.reshape(mask, (*mask.shape, *(1,) * (x.ndim - mask.ndim))).astype(x.dtype)
    count = jnp.sum(jnp.broadcast_to(weights, x.shape), axes, keepdims=True)
    count = jnp.maximum(count, 1)
    mean = jnp.sum(x * weights, axes, keepdims=True) / count
    variance = jnp.sum(jnp.square(x - mean) * weights, axes, keepdims=True) / count
    return jnp.squeeze(mean, axes), jnp.squeeze(variance, axes)
