"""`SpectralNormalization`: keeps a layer's largest singular value at one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import initializers
from cornu.core.layer import Layer
from cornu.core.variable import Variable
from cornu.layers.core.wrapper import Wrapper


class SpectralNormalization(Wrapper):
    """Divide the weights of a layer by their largest singular value at each training step.

    "Spectral Normalization for Generative Adversarial Networks", Miyato et al., 2018
    (https://arxiv.org/abs/1802.05957).

    Args:
        layer: a layer with a `kernel` or `embeddings`.
        power_iterations: steps of power iteration per call, positive.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if `power_iterations` is not positive, or the layer has no such weights.

    >>> layer = keras.layers.SpectralNormalization(keras.layers.Dense(4))
    >>> layer(keras.ops.ones((2, 3)), training=True).shape
    (2, 4)
    """

    _settings = ("power_iterations",)

    takes_dicts = takes_strings = False

    def __init__(self, layer: Layer, power_iterations: int = 1, **kwargs: Any):
        super().__init__(layer, **kwargs)
        # The layer inside casts its inputs, or reads them as they are.
        self.autocast = False
        self.input_spec = layer.input_spec
        if power_iterations <= 0:
            raise ValueError(
                f"SpectralNormalization {self.name!r} needs a positive number of "
                f"power_iterations; got {power_iterations!r}."
            )
        self.power_iterations = power_iterations

    def build(self, input_shape: tuple) -> None:
        """Build the layer inside, and the estimate of its leading singular vector."""
        super().build(input_shape)
        # Kept as an own variable, first, because Keras's files have it here as well.
        self.kernel = self._weights_inside()
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
        )

    def _weights_inside(self) -> Variable:
        for name in ("_kernel", "kernel", "_embeddings", "embeddings"):
            weights = getattr(self.layer, name, None)
            if isinstance(weights, Variable):
                return weights
        raise ValueError(
            f"SpectralNormalization {self.name!r} wraps {type(self.layer).__name__} "
            f"{self.layer.name!r}, which has no `kernel` and no `embeddings` to normalize."
        )

    def call(self, inputs: jax.Array, training: bool | None = None) -> jax.Array:
        """The layer's outputs; in training, its weights are normalized first."""
        if training:
            vector, weights = self.normalized_weights()
            self.vector_u.assign(vector)
            self.kernel.assign(weights)
        return self.layer(inputs)

    def normalized_weights(self) -> tuple[jax.Array, jax.Array]:
        """The next estimate of the singular vector, and the weights divided by their norm."""
        weights = self.kernel.raw_value
        wide = jnp.promote_types(weights.dtype, "float32")
        matrix = weights.reshape(-1, weights.shape[-1]).astype(wide)
        right = self.vector_u.raw_value.astype(wide)
        for _ in range(self.power_iterations):
            left = _unit(right @ matrix.T)
            right = _unit(left @ matrix)
        left, right = jax.lax.stop_gradient(left), jax.lax.stop_gradient(right)
        sigma = left @ matrix @ right.T
        return right, (weights.astype(wide) / sigma.reshape(())).astype(weights.dtype)


def _unit(x: jax.Array) -> jax.Array:
    """The vector at length 1; a zero vector stays zero."""
    square = jnp.sum(jnp.square(x))
    return x * jax.lax.rsqrt(jnp.maximum(square, 1e-12))
