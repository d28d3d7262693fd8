"""Arithmetic on inputs as they came: layers that subtract, compare or take statistics first.

Under a half-precision policy a layer's inputs are cast before `call`. Where the layer computes in
float32 anyway, that would lose digits which the result depends on: a mean of 2000 leaves bfloat16
numbers 8 apart. Such layers set `autocast = False`, and use these two functions.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.layer import Layer


def as_given(layer: Layer, x: Any) -> jax.Array:
    """Inputs with all their digits: in the compute dtype only if that loses none.

    Half-precision inputs of a half-precision layer stay what they are.
    """
    x = jnp.asarray(x)
    compute = jnp.dtype(layer.compute_dtype)
    if x.dtype == compute:
        return x
    if jnp.issubdtype(x.dtype, jnp.floating):
        return x.astype(jnp.promote_types(x.dtype, compute))
    return x.astype(jnp.promote_types(compute, "float32"))


def in_float32(layer: Layer, x: Any) -> jax.Array:
    """Inputs in float32, or wider if they or the compute dtype are."""
    x = as_given(layer, x)
    return x.astype(jnp.promote_types(x.dtype, "float32"))
