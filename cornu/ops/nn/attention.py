"""Scaled dot-product attention."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import kernels
from cornu.ops.op import as_array, op


@op(tensors=("query", "key", "value", "bias", "mask", "scale"))
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> jax.Array:
    """`softmax(scale * query · key + bias) · value`, for each head.

    Args:
        query: tensor of shape (batch, queries, heads, features).
        key: tensor of shape (batch, keys, key_heads, features), where `key_heads` divides `heads`:
            neighboring query heads share a key head.
        value: tensor of shape (batch, keys, key_heads, value_features).
        bias: added to the scores; broadcasts to (batch, heads, queries, keys).
        mask: True where a query may see a key; broadcasts to (batch, heads, queries, keys).
        scale: factor of the scores; `1 / sqrt(features)` if None.
        is_causal: whether query i sees only the keys up to i.
        flash_attention: accepted for compatibility; the platform chooses the formulation.
        attn_logits_soft_cap: limits the scores softly to ± this value by a tanh.

    Returns:
        Tensor of shape (batch, queries, heads, value_features).

    Raises:
        ValueError: if the shapes do not fit together.

    References:
        Vaswani et al., 2017, https://arxiv.org/abs/1706.03762

    >>> x = keras.ops.ones((1, 5, 2, 4))
    >>> keras.ops.dot_product_attention(x, x, x).shape
    (1, 5, 2, 4)
    """
    query, key, value = (as_array(x) for x in (query, key, value))
    check_shapes(query, key, value)
    dtype = jnp.result_type(query, key, value)
    query, key, value = (x.astype(dtype) for x in (query, key, value))
    mask = None if mask is None else as_array(mask).astype(bool)
    bias = None if bias is None else as_array(bias)
    if attn_logits_soft_cap is None:
        return kernels.attention(query, key, value, mask, bias, scale, is_causal)
    return capped(query, key, value, bias, mask, scale, is_causal, attn_logits_soft_cap)


def capped(
    query: jax.Array,
    key: jax.Array,
    value: jax.Array,
    bias: jax.Array | None,
    mask: jax.Array | None,
    scale: float | None,
    causal: bool,
    cap: float,
) -> jax.Array:
    """Attention whose scores are limited by `cap * tanh(scores / cap)`, for a few models only."""
    wide = jnp.promote_types(query.dtype, "float32")
    shared = query.shape[2] // key.shape[2]
    key, value = (jnp.repeat(x, shared, axis=2) for x in (key, value))
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = jnp.einsum("btnh,bsnh->bnts", query, key).astype(wide) * scale
    scores = scores if bias is None else scores + bias
    scores = cap * jnp.tanh(scores / cap)
    visible = jnp.ones((), bool) if mask is None else mask
    if causal:
        visible = visible & jnp.tri(*scores.shape[-2:], dtype=bool)
    # A finite stand-in for minus infinity: a query that sees no key averages all values.
    scores = jnp.where(visible, scores, jnp.finfo(wide).min)
    weights = jax.nn.softmax(scores, axis=-1).astype(query.dtype)
    return jnp.einsum("bnts,bsnh->btnh", weights, value)


def check_shapes(query: jax.Array, key: jax.Array, value: jax.Array) -> None:
    """Raise a ValueError unless the three fit together."""
    fits = (
        query.ndim == key.ndim == value.ndim == 4
        and query.shape[0] == key.shape[0] == value.shape[0]
        and key.shape[1:3] == value.shape[1:3]
        and query.shape[3] == key.shape[3]
        and query.shape[2] % max(key.shape[2], 1) == 0
    )
    if not fits:
        raise ValueError(
            "dot_product_attention takes query (batch, queries, heads, features), key (batch, "
            "keys, key_heads, features) and value (batch, keys, key_heads, value_features); got "
            f"{tuple(query.shape)}, {tuple(key.shape)} and {tuple(value.shape)}."
        )
