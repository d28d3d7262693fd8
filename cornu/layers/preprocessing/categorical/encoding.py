"""Numbers of categories as integers, one-hot, multi-hot or counted, in NumPy or JAX."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.engine import dtypes

OLD_NAMES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def checked_mode(mode: str, allowed: tuple[str, ...], owner: str) -> str:
    """The name of an output mode, older names replaced.

    Raises:
        ValueError: if it is not one of the allowed ones.
    """
    mode = OLD_NAMES.get(mode, mode)
    if mode not in allowed:
        raise ValueError(f"{owner}: output_mode must be one of {', '.join(allowed)}; got {mode!r}.")
    return mode


def check_dense(sparse: bool, owner: str) -> None:
    """Refuse `sparse=True`.

    Raises:
        ValueError: if it is asked for.
    """
    if sparse:
        raise ValueError(
            f"{owner}: sparse=True is not supported, since XLA has no sparse tensors. Use "
            "output_mode='int' with an Embedding or EmbeddingBag-like sum to keep data small, or "
            "leave `sparse` out."
        )


def namespace(*arrays: Any) -> ModuleType:
    """`jax.numpy` if one of the arrays is JAX's, else `numpy`."""
    return jnp if any(isinstance(a, jax.Array) for a in arrays) else np


def index_dtype() -> np.dtype:
    """The dtype of category numbers: 64-bit integers, or 32-bit ones unless JAX has the others."""
    return dtypes.canonical("int64")


def encoded_shape(shape: tuple, mode: str, depth: int | None) -> tuple:
    """The shape of the encoding of numbers of a shape."""
    shape = tuple(shape)
    if mode == "int":
        return shape
    if mode != "one_hot" or (len(shape) > 1 and shape[-1] == 1):
        shape = shape[:-1]
    return (*shape, depth)


def encode(indices: Any, mode: str, depth: int, dtype: str, weights: Any = None) -> Any:
    """Numbers of categories in the form that a mode names.

    Args:
        indices: integers; those outside of 0 to depth - 1 are left out.
        mode: "int", "one_hot" (a new last axis, or in place of a last axis of size 1), or, over
            the last axis, "multi_hot" or "count".
        depth: number of categories.
        dtype: dtype of the result.
        weights: what each number counts for in mode "count"; 1 by default.
    """
    xp = namespace(indices, weights)
    dtype = dtypes.canonical(dtype)
    if mode == "int":
        return indices.astype(dtype)
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        indices = indices.reshape((1,)) if indices.ndim == 0 else indices
        if xp is jnp:
            return jax.nn.one_hot(indices, depth, dtype=dtype)
        return (indices[..., None] == np.arange(depth, dtype=indices.dtype)).astype(dtype)
    if indices.ndim == 0:
        indices = indices.reshape((1,))
    if xp is np:
        return _counted(indices, mode, depth, dtype, weights)
    one_hot = jax.nn.one_hot(indices, depth, dtype=dtype)
    if mode == "multi_hot":
        return one_hot.max(-2)
    return (one_hot if weights is None else one_hot * weights[..., None]).sum(-2, dtype=dtype)


def _counted(indices: np.ndarray, mode: str, depth: int, dtype: Any, weights: Any) -> np.ndarray:
    shape = indices.shape[:-1]
    row = np.arange(int(np.prod(shape, dtype=np.int64))).repeat(indices.shape[-1])
    column = indices.reshape(-1)
    chosen = None if weights is None else np.asarray(weights).reshape(-1)
    return scatter(row, column, shape, mode, depth, dtype, chosen)


def scatter(
    row: np.ndarray,
    column: np.ndarray,
    shape: tuple,
    mode: str,
    depth: int,
    dtype: Any,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Multi-hot vectors or counts from pairs (row, category).

    Args:
        row: int array `(pairs,)`, the number of the vector in the flat order of `shape`.
        column: int array `(pairs,)`; categories outside of 0 to depth - 1 are left out.
        shape: shape of the result without its last axis.
        mode: "multi_hot" or "count".
        depth: number of categories.
        dtype: dtype of the result.
        weights: array `(pairs,)`, or None for ones.
    """
    size = int(np.prod(shape, dtype=np.int64)) * depth
    inside = (column >= 0) & (column < depth)
    place = row[inside] * depth + column[inside]
    if mode == "multi_hot":
        result = np.zeros(size, dtype)
        result[place] = 1
    else:
        weights = None if weights is None else weights[inside]
        result = np.bincount(place, weights, minlength=size).astype(dtype)
    return result.reshape((*shape, depth))
