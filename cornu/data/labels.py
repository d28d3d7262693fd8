"""Small helpers for targets and arrays."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.engine import config

if TYPE_CHECKING:
    import jax


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray | jax.Array:
    """Class indices as one-hot rows.

    Args:
        x: integers `(...)`, from 0; a last axis of size 1 is dropped.
        num_classes: number of classes; the largest class index plus one by default. Compiled
            programs, which do not see the numbers, need it.

    Returns:
        float64 array `(..., num_classes)`; of a tensor a tensor of the default float type, in which
        a number that is no class gives zeros.

    Raises:
        ValueError: if a class index does not fit.

    >>> keras.utils.to_categorical([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if num_classes and _is_tensor(x):
        x = x[..., 0] if x.ndim > 1 and x.shape[-1] == 1 else x
        return sys.modules["jax"].nn.one_hot(x, num_classes, dtype=config.floatx())
    classes = np.asarray(x).astype("int64")
    shape = classes.shape
    if len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    flat = classes.reshape(-1)
    num_classes = num_classes or int(flat.max()) + 1
    if flat.size and (flat.min() < 0 or flat.max() >= num_classes):
        raise ValueError(
            f"to_categorical: classes run from {flat.min()} to {flat.max()}, which does not fit "
            f"num_classes={num_classes}."
        )
    found = np.zeros((flat.size, num_classes))
    found[np.arange(flat.size), flat] = 1.0
    return found.reshape((*shape, num_classes))


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray | jax.Array:
    """An array divided by its norm along an axis; zero vectors stay zero.

    Args:
        x: array.
        axis: the axis whose norm becomes one.
        order: order of the norm.

    Returns:
        A NumPy array; of a tensor a tensor.

    >>> keras.utils.normalize([[3.0, 4.0]]).tolist()
    [[0.6, 0.8]]
    """
    if _is_tensor(x):
        jnp = sys.modules["jax.numpy"]
        norm = jnp.linalg.norm(x, order, axis, keepdims=True)
        return x / jnp.where(norm == 0, 1, norm)
    norm = np.atleast_1d(np.linalg.norm(np.asarray(x), order, axis))
    norm[norm == 0] = 1
    return np.asarray(x) / np.expand_dims(norm, axis)


def _is_tensor(x: Any) -> bool:
    """Whether `x` is a tensor: none exists before JAX is loaded, which data workers never do."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(x, jax.Array)
