"""Several tensors made one, and one made several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.ops.op import TensorLike, as_array, op, operand


@op
def concatenate(xs: Sequence[TensorLike], axis: int | None = 0) -> jax.Array:
    """Tensors joined along an axis they have.

    Args:
        xs: tensors that differ in size along `axis` at most.
        axis: axis to join along; the tensors are flattened for None.

    >>> keras.ops.concatenate([[1, 2], [3]])
    Array([1, 2, 3], dtype=int32)
    """
    return jnp.concatenate([as_array(x) for x in xs], axis)


@op
def stack(x: Sequence[TensorLike], axis: int = 0) -> jax.Array:
    """Tensors joined along a new axis.

    Args:
        x: tensors of one shape.
        axis: place of the new axis.

    >>> keras.ops.stack([[1, 2], [3, 4]])
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return jnp.stack([operand(item) for item in x], axis)


@op
def hstack(xs: Sequence[TensorLike]) -> jax.Array:
    """Tensors joined along axis 1, or along axis 0 if they have one dimension.

    Args:
        xs: tensors.

    >>> keras.ops.hstack([[1, 2], [3]])
    Array([1, 2, 3], dtype=int32)
    """
    return jnp.hstack([as_array(x) for x in xs])


@op
def vstack(xs: Sequence[TensorLike]) -> jax.Array:
    """Tensors joined along axis 0, rows first made matrices.

    Args:
        xs: tensors.

    >>> keras.ops.vstack([[1, 2], [3, 4]])
    Array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return jnp.vstack([as_array(x) for x in xs])


@op
def dstack(xs: Sequence[TensorLike]) -> jax.Array:
    """Tensors joined along axis 2.

    Args:
        xs: tensors.

    >>> keras.ops.dstack([[1, 2], [3, 4]]).shape
    (1, 2, 2)
    """
    return jnp.dstack([as_array(x) for x in xs])


@op
def append(x1: TensorLike, x2: TensorLike, axis: int | None = None) -> jax.Array:
    """Two tensors joined along an axis.

    Args:
        x1: tensor.
        x2: tensor that comes after.
        axis: axis to join along; both are flattened for None.

    >>> keras.ops.append([1, 2], [3])
    Array([1, 2, 3], dtype=int32)
    """
    return jnp.append(operand(x1), operand(x2), axis)


@op
def split(
    x: TensorLike, indices_or_sections: int | Sequence[int], axis: int = 0
) -> list[jax.Array]:
    """Parts of a tensor along an axis.

    Args:
        x: tensor of any shape.
        indices_or_sections: number of equal parts, or the indices where parts begin.
        axis: axis to cut.

    >>> keras.ops.split([1, 2, 3, 4], [1, 3])
    [Array([1], dtype=int32), Array([2, 3], dtype=int32), Array([4], dtype=int32)]
    """
    return jnp.split(as_array(x), _sections(indices_or_sections), axis)


@op
def array_split(
    x: TensorLike, indices_or_sections: int | Sequence[int], axis: int = 0
) -> list[jax.Array]:
    """Parts of a tensor along an axis, of sizes that differ by 1 at most.

    Args:
        x: tensor of any shape.
        indices_or_sections: number of parts, or the indices where parts begin.
        axis: axis to cut.

    >>> keras.ops.array_split([1, 2, 3], 2)
    [Array([1, 2], dtype=int32), Array([3], dtype=int32)]
    """
    return jnp.array_split(as_array(x), _sections(indices_or_sections), axis)


@op
def hsplit(x: TensorLike, indices_or_sections: int | Sequence[int]) -> list[jax.Array]:
    """Parts of a tensor along axis 1 (0 if there is one dimension).

    Args:
        x: tensor of one or more dimensions.
        indices_or_sections: number of equal parts, or the indices where parts begin.

    >>> keras.ops.hsplit([[1, 2]], 2)[0].shape
    (1, 1)
    """
    return jnp.hsplit(as_array(x), _sections(indices_or_sections))


@op
def vsplit(x: TensorLike, indices_or_sections: int | Sequence[int]) -> list[jax.Array]:
    """Parts of a tensor along axis 0.

    Args:
        x: tensor of two or more dimensions.
        indices_or_sections: number of equal parts, or the indices where parts begin.

    >>> keras.ops.vsplit([[1], [2]], 2)[0].shape
    (1, 1)
    """
    return jnp.vsplit(as_array(x), _sections(indices_or_sections))


@op
def dsplit(x: TensorLike, indices_or_sections: int | Sequence[int]) -> list[jax.Array]:
    """Parts of a tensor along axis 2.

    Args:
        x: tensor of three or more dimensions.
        indices_or_sections: number of equal parts, or the indices where parts begin.

    >>> keras.ops.dsplit([[[1, 2]]], 2)[0].shape
    (1, 1, 1)
    """
    return jnp.dsplit(as_array(x), _sections(indices_or_sections))


@op
def unstack(x: TensorLike, num: int | None = None, axis: int = 0) -> list[jax.Array]:
    """The slices of a tensor along an axis, as a list.

    Args:
        x: tensor of any shape.
        num: number of slices; needed only where the size is not known.
        axis: axis that vanishes.

    >>> keras.ops.unstack([[1, 2], [3, 4]])
    [Array([1, 2], dtype=int32), Array([3, 4], dtype=int32)]
    """
    x = as_array(x)
    size = x.shape[axis] if num is None else num
    if size != x.shape[axis]:
        raise ValueError(f"unstack got num={num} for axis {axis} of a tensor of shape {x.shape}.")
    return [jax.lax.index_in_dim(x, i, axis, keepdims=False) for i in range(size)]


@op
def meshgrid(*x: TensorLike, indexing: str = "xy") -> list[jax.Array]:
    """Coordinates of a grid, one tensor for each axis.

    Args:
        *x: tensors of one dimension, the places along each axis.
        indexing: `"xy"` (the first two axes exchanged, as for images) or `"ij"`.

    >>> keras.ops.meshgrid([1, 2], [3, 4])[0]
    Array([[1, 2],
           [1, 2]], dtype=int32)
    """
    return jnp.meshgrid(*[as_array(v) for v in x], indexing=indexing)


def _sections(indices_or_sections: Any) -> Any:
    if isinstance(indices_or_sections, (int, np.integer)):
        return int(indices_or_sections)
    return np.asarray(indices_or_sections).tolist()
