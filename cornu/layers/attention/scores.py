"""Attention over heads, with or without its weights shown."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.core.layer import Layer


def attend(
    query: jax.Array,
    key: jax.Array,
    value: jax.Array,
    mask: jax.Array | None,
    dropout: Layer,
    training: bool | None,
    blind_rows_are_zero: bool,
    return_weights: bool,
) -> tuple[jax.Array, jax.Array | None]:
    """Scaled dot-product attention, through the kernel unless the weights are needed.

    Args:
        query: array of shape (batch, queries, heads, head_dim).
        key: array of shape (batch, keys, key_heads, head_dim); `key_heads` divides `heads`.
        value: array of shape (batch, keys, key_heads, value_dim).
        mask: booleans (queries, keys) or (batch, queries, keys), for all heads, or (batch, heads,
            queries, keys); or None.
        dropout: layer applied to the weights.
        training: whether dropout is active.
        blind_rows_are_zero: whether a query that sees no key gives zeros instead of the average.
        return_weights: whether to return the weights.

    Returns:
        Outputs (batch, queries, heads, value_dim), and the weights (batch, heads, queries, keys)
        before dropout, or None.
    """
    # A `DTypePolicyMap` may give the projections different dtypes.
    dtype = jnp.result_type(query, key, value)
    query, key, value = query.astype(dtype), key.astype(dtype), value.astype(dtype)
    if mask is not None and mask.ndim < 4:
        mask = mask.reshape((1,) * (3 - mask.ndim) + mask.shape)[:, None]
    seeing = None if mask is None else mask.any(-1, keepdims=True)
    if not return_weights and not (training and dropout.rate > 0):
        outputs = kernels.attention(query, key, value, mask)
        if blind_rows_are_zero and seeing is not None:
            outputs = jnp.where(jnp.swapaxes(seeing, 1, 2), outputs, 0)
        return outputs, None
    group = query.shape[2] // key.shape[2]
    key, value = jnp.repeat(key, group, axis=2), jnp.repeat(value, group, axis=2)
    products = jnp.einsum("bqhd,bkhd->bhqk", query, key) / math.sqrt(query.shape[-1])
    weights = masked_softmax(products, mask)
    weights = weights if seeing is None else jnp.where(seeing, weights, 0)
    kept = dropout(weights, training=training)
    outputs = jnp.einsum("bhqk,bkhd->bqhd", kept, value)
    return outputs, weights if return_weights else None


def masked_softmax(products: jax.Array, mask: jax.Array | None) -> jax.Array:
    """Softmax over the last axis in float32 or wider; all equal where nothing is visible."""
    wide = products.astype(jnp.promote_types(products.dtype, "float32"))
    if mask is not None:
        wide = jnp.where(mask, wide, jnp.finfo(wide.dtype).min)
    return jax.nn.softmax(wide).astype(products.dtype)
