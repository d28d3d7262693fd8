"""Order: sorting, the largest and the distinct elements, and where they are."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, op
from cornu.ops.symbolic import KerasTensor


@op
def sort(x: TensorLike, axis: int | None = -1) -> jax.Array:
    """Elements in ascending order along an axis.

    Args:
        x: tensor of any shape.
        axis: axis; the flattened tensor for None.

    >>> keras.ops.sort([3, 1, 2])
    Array([1, 2, 3], dtype=int32)
    """
    return jnp.sort(as_array(x), axis)


@op
def argsort(x: TensorLike, axis: int | None = -1) -> jax.Array:
    """Indices that would sort along an axis; equal elements keep their order.

    Args:
        x: tensor of any shape.
        axis: axis; the flattened tensor for None.

    >>> keras.ops.argsort([3, 1, 2])
    Array([1, 2, 0], dtype=int32)
    """
    return jnp.argsort(as_array(x), axis)


@op
def argpartition(x: TensorLike, kth: int, axis: int | None = -1) -> jax.Array:
    """Indices that bring the `kth` element to its sorted place, smaller ones before it.

    Args:
        x: tensor of any shape.
        kth: which place; negative ones count from the end.
        axis: axis; the flattened tensor for None.

    >>> keras.ops.argpartition([3, 1, 2], 1)[1].item()
    2
    """
    return jnp.argpartition(
        *(as_array(x), kth, axis) if axis is not None else (as_array(x).ravel(), kth)
    )


@op
def argmax(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> jax.Array:
    """Index of the largest element along an axis; the first one of several.

    Args:
        x: tensor of any shape.
        axis: axis to search; the flattened tensor for None.
        keepdims: whether the axis stays, with size 1.

    >>> keras.ops.argmax([1, 5, 0]).item()
    1
    """
    return jnp.argmax(as_array(x), axis, keepdims=keepdims)


@op
def argmin(x: TensorLike, axis: int | None = None, keepdims: bool = False) -> jax.Array:
    """Index of the smallest element along an axis; the first one of several.

    Args:
        x: tensor of any shape.
        axis: axis to search; the flattened tensor for None.
        keepdims: whether the axis stays, with size 1.

    >>> keras.ops.argmin([1, 5, 0]).item()
    2
    """
    return jnp.argmin(as_array(x), axis, keepdims=keepdims)


@op
def top_k(x: TensorLike, k: int, sorted: bool = True) -> tuple[jax.Array, jax.Array]:
    """The largest elements along the last axis, and their indices.

    Args:
        x: tensor of any shape.
        k: how many.
        sorted: accepted for compatibility; the elements always come in descending order.

    Returns:
        Values and indices, both of shape (..., k).

    >>> keras.ops.top_k([1, 5, 3], 2)
    (Array([5, 3], dtype=int32), Array([1, 2], dtype=int32))
    """
    return tuple(jax.lax.top_k(as_array(x), k))


@op(tensors=("targets", "predictions"))
def in_top_k(targets: TensorLike, predictions: TensorLike, k: int) -> jax.Array:
    """Whether the target class is among the `k` best predictions.

    Args:
        targets: integer tensor of shape (batch,).
        predictions: tensor of shape (batch, classes).
        k: how many of the best count; ties count as among them.

    Returns:
        Bool tensor of shape (batch,).

    >>> keras.ops.in_top_k([1, 0], [[0.1, 0.9], [0.1, 0.9]], 1)
    Array([ True, False], dtype=bool)
    """
    targets, predictions = as_array(targets), as_array(predictions)
    classes = predictions.shape[-1]
    valid = (targets >= 0) & (targets < classes)
    chosen = jnp.take_along_axis(predictions, jnp.where(valid, targets, 0)[:, None], axis=-1)
    better = jnp.sum(predictions > chosen, axis=-1)
    return valid & (better < k)


def _unique_spec(
    x: KerasTensor,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    shape = (size,) if axis is None else (*x.shape[:axis], size, *x.shape[axis:][1:])
    results = [KerasTensor(shape, x.dtype)]
    if return_index:
        results.append(KerasTensor((size,), "int32"))
    if return_inverse:
        results.append(KerasTensor(x.shape if axis is None else (x.shape[axis],), "int32"))
    if return_counts:
        results.append(KerasTensor((size,), "int32"))
    return tuple(results) if len(results) > 1 else results[0]


@op(spec=_unique_spec)
def unique(
    x: TensorLike,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The distinct elements or slices, in ascending order.

    Args:
        x: tensor of any shape.
        sorted: accepted for compatibility; the result is always in order.
        return_index: whether to return where each first appears.
        return_inverse: whether to return the indices that rebuild `x`.
        return_counts: whether to return how often each appears.
        axis: axis of the slices; single elements for None.
        size: fixed number of results, so that the function can be compiled; the smallest are kept.
        fill_value: what fills up to `size`; the smallest element for None.

    Returns:
        Tensor; a tuple of tensors if more is asked for.

    >>> keras.ops.unique([3, 1, 3])
    Array([1, 3], dtype=int32)
    """
    return jnp.unique(
        as_array(x),
        return_index,
        return_inverse,
        return_counts,
        axis,
        size=size,
        fill_value=fill_value,
    )
