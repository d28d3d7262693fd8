"""Reductions of the slices of a tensor that belong together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from cornu.ops.op import TensorLike, as_array, op


@op(tensors=("data", "segment_ids"))
def segment_sum(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> jax.Array:
    """Sums of the slices that have the same segment number.

    Args:
        data: tensor of shape (n, ...).
        segment_ids: integer tensor of shape (n,); slices with a number outside the segments are
            left out.
        num_segments: number of segments; the largest number plus 1 for None, which cannot be
            compiled.
        sorted: promise that `segment_ids` ascends; may be faster.

    Returns:
        Tensor of shape (num_segments, ...); 0 for an empty segment.

    >>> keras.ops.segment_sum([1.0, 2.0, 3.0], [0, 0, 1], 2)
    Array([3., 3.], dtype=float32)
    """
    return _segments(jax.ops.segment_sum, data, segment_ids, num_segments, sorted)


@op(tensors=("data", "segment_ids"))
def segment_max(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> jax.Array:
    """Largest elements of the slices that have the same segment number.

    Args:
        data: tensor of shape (n, ...).
        segment_ids: integer tensor of shape (n,); slices with a number outside the segments are
            left out.
        num_segments: number of segments; the largest number plus 1 for None, which cannot be
            compiled.
        sorted: promise that `segment_ids` ascends; may be faster.

    Returns:
        Tensor of shape (num_segments, ...); the smallest value of the dtype for an empty segment.

    >>> keras.ops.segment_max([1.0, 2.0, 3.0], [0, 0, 1], 2)
    Array([2., 3.], dtype=float32)
    """
    return _segments(jax.ops.segment_max, data, segment_ids, num_segments, sorted)


@op(tensors=("data", "segment_ids"))
def segment_min(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> jax.Array:
    """Smallest elements of the slices that have the same segment number.

    Args:
        data: tensor of shape (n, ...).
        segment_ids: integer tensor of shape (n,); slices with a number outside the segments are
            left out.
        num_segments: number of segments; the largest number plus 1 for None, which cannot be
            compiled.
        sorted: promise that `segment_ids` ascends; may be faster.

    Returns:
        Tensor of shape (num_segments, ...); the largest value of the dtype for an empty segment.

    >>> keras.ops.segment_min([1.0, 2.0, 3.0], [0, 0, 1], 2)
    Array([1., 3.], dtype=float32)
    """
    return _segments(jax.ops.segment_min, data, segment_ids, num_segments, sorted)


@op(tensors=("data", "segment_ids"))
def segment_prod(
    data: TensorLike, segment_ids: TensorLike, num_segments: int | None = None, sorted: bool = False
) -> jax.Array:
    """Products of the slices that have the same segment number.

    Args:
        data: tensor of shape (n, ...).
        segment_ids: integer tensor of shape (n,); slices with a number outside the segments are
            left out.
        num_segments: number of segments; the largest number plus 1 for None, which cannot be
            compiled.
        sorted: promise that `segment_ids` ascends; may be faster.

    Returns:
        Tensor of shape (num_segments, ...); 1 for an empty segment.

    >>> keras.ops.segment_prod([1.0, 2.0, 3.0], [0, 0, 1], 2)
    Array([2., 3.], dtype=float32)
    """
    return _segments(jax.ops.segment_prod, data, segment_ids, num_segments, sorted)


def _segments(
    reduce: Callable, data: Any, segment_ids: Any, num_segments: int | None, sorted: bool
) -> jax.Array:
    segment_ids = as_array(segment_ids)
    if segment_ids.ndim != 1:
        raise ValueError(f"segment_ids must have one dimension; got shape {segment_ids.shape}.")
    if num_segments is None and isinstance(segment_ids, jax.core.Tracer):
        raise ValueError(
            "num_segments must be given inside a compiled function, where the largest of "
            "segment_ids is not known."
        )
    return reduce(as_array(data), segment_ids, num_segments, indices_are_sorted=sorted)
