"""Scaled dot-product attention over several heads (Vaswani et al., 2017).

On a CPU batch and heads are merged into one axis, so that both products are plain batched matrix
products; heads that share keys and values are merged with the queries instead, so nothing is
repeated. Elsewhere the plain definition is left to the compiler.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from cornu.kernels.platforms import by_platform


def attention(
    query: Array,
    key: Array,
    value: Array,
    mask: Array | None = None,
    bias: Array | None = None,
    scale: float | None = None,
    causal: bool = False,
) -> Array:
    """Attend from each query to the keys, and average the values.

    Args:
        query: array of shape (batch, queries, heads, head_dim).
        key: array of shape (batch, keys, key_heads, head_dim). `key_heads` divides `heads`: each
            key head serves as many consecutive query heads.
        value: array of shape (batch, keys, key_heads, value_dim).
        mask: booleans that broadcast to (batch, heads, queries, keys), True where a query may see
            a key, or None. A query that sees no key averages all values.
        bias: array that broadcasts to the same shape and is added to the scaled products, or None.
        scale: factor of the products, 1 / sqrt(head_dim) by default.
        causal: whether query i sees only the keys up to i.

    Returns:
        Array of shape (batch, queries, heads, value_dim), of the dtype of query. The softmax is
        computed in float32 or wider.

    >>> import jax.numpy as jnp
    >>> x = jnp.ones((2, 5, 4, 8))
    >>> attention(x, x, x, causal=True).shape
    (2, 5, 4, 8)
    """
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scale = jnp.asarray(scale, jnp.promote_types(query.dtype, "float32"))
    return _attention(query, key, value, _four_axes(mask), _four_axes(bias), scale, causal=causal)


def attention_reference(
    query: Array,
    key: Array,
    value: Array,
    mask: Array | None,
    bias: Array | None,
    scale: Array,
    causal: bool,
) -> Array:
    """Plain definition of `attention`."""
    group = query.shape[2] // key.shape[2]
    key, value = jnp.repeat(key, group, axis=2), jnp.repeat(value, group, axis=2)
    wide = jnp.promote_types(query.dtype, "float32")
    products = jnp.einsum("bqhd,bkhd->bhqk", query, key, preferred_element_type=wide) * scale
    products = products if bias is None else products + bias
    visible = _visible(mask, causal, products.shape)
    if visible is not None:
        products = jnp.where(visible, products, np.finfo(wide).min)
    weights = jax.nn.softmax(products).astype(query.dtype)
    return jnp.einsum("bhqk,bkhd->bqhd", weights, value)


def _four_axes(x: Array | None) -> Array | None:
    return None if x is None else x.reshape((1,) * (4 - x.ndim) + x.shape)


def _visible(mask: Array | None, causal: bool, shape: tuple[int, ...]) -> Array | None:
    if not causal:
        return mask
    earlier = jnp.tril(jnp.ones(shape[-2:], "bool"))
    return earlier if mask is None else mask & earlier


def _attention_on_cpu(
    query: Array,
    key: Array,
    value: Array,
    mask: Array | None,
    bias: Array | None,
    scale: Array,
    causal: bool,
) -> Array:
    batch, queries, heads, head_dim = query.shape
    keys, key_heads = key.shape[1:3]
    group = heads // key_heads
    wide = jnp.promote_types(query.dtype, "float32")

    # (batch, key_heads * group, queries, head_dim), and keys and values as columns: their gradients
    # are then products with the narrow operand first, which XLA:CPU runs two to three times faster.
    # Without the barriers XLA would transpose inside of the products, and lose that.
    rows = jnp.transpose(query.astype(wide) * scale, (0, 2, 1, 3))
    columns = [jnp.transpose(x.astype(wide), (0, 2, 3, 1)) for x in (key, value)]
    rows, key, value = lax.optimization_barrier((rows, *columns))
    rows = rows.reshape(batch * key_heads, group * queries, head_dim)
    key = key.reshape(batch * key_heads, head_dim, keys)
    value = value.reshape(batch * key_heads, value.shape[2], keys)

    products = jnp.matmul(rows, key)
    by_head = (batch, heads, queries, keys)
    if bias is not None:
        products = (products.reshape(by_head) + bias).reshape(products.shape)
    visible = _visible(mask, causal, by_head)
    if visible is not None:
        hidden = jnp.where(visible, products.reshape(by_head), np.finfo(wide).min)
        products = hidden.reshape(products.shape)
    weights = jax.nn.softmax(products)
    outputs = lax.optimization_barrier(jnp.matmul(weights, jnp.swapaxes(value, 1, 2)))
    outputs = outputs.reshape(batch, heads, queries, value.shape[1])
    return jnp.swapaxes(outputs, 1, 2).astype(query.dtype)


_attention = by_platform(_attention_on_cpu, attention_reference)
