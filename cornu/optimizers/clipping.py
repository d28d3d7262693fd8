"""Bounds on gradients: by element, by the norm of each, by the norm of all together."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def clip_by_norm(gradient: jax.Array, limit: float) -> jax.Array:
    """Scale a gradient down to a norm of at most `limit`."""
    return gradient * (limit / jnp.maximum(norm(gradient), limit)).astype(gradient.dtype)


def clip_by_global_norm(gradients: list[jax.Array], limit: float) -> list[jax.Array]:
    """Scale all gradients by one factor, so that their common norm is at most `limit`."""
    total = jnp.sqrt(sum(jnp.square(norm(gradient)) for gradient in gradients))
    factor = limit / jnp.maximum(total, limit)
    return [gradient * factor.astype(gradient.dtype) for gradient in gradients]


def norm(gradient: jax.Array) -> jax.Array:
    """The Euclidean norm, summed in float32 since squares overflow float16 beyond 255."""
    dtype = jnp.promote_types(gradient.dtype, jnp.float32)
    return jnp.sqrt(jnp.sum(jnp.square(gradient.astype(dtype))))
