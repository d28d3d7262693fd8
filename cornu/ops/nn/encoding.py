"""Class indices as vectors of zeros and ones."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine import dtypes
from cornu.ops.op import as_array, op


@op
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> jax.Array:
    """A vector with a 1 at the class index, 0 elsewhere.

    Args:
        x: class indices, tensor of any shape. A number outside of [0, num_classes) gives zeros.
        num_classes: length of the vectors.
        axis: axis of the result along which the vectors lie.
        dtype: dtype of the result; the default float type if None.
        sparse: accepted for compatibility; the result is dense.

    Returns:
        Tensor with one more axis than `x`.

    >>> keras.ops.one_hot([0, 2], 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    numbers = as_array(x)
    numbers = numbers.astype("int32") if numbers.dtype == bool else numbers
    return jax.nn.one_hot(numbers, num_classes, axis=axis, dtype=dtypes.canonical(dtype))


@op
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
) -> jax.Array:
    """A vector with a 1 at each class index that a row holds, 0 elsewhere.

    Args:
        inputs: class indices, tensor of shape (batch, numbers, ...) or (numbers,). Numbers outside
            of [0, num_classes) are left out.
        num_classes: length of the vectors; needed.
        axis: axis of the result along which the vectors lie.
        dtype: dtype of the result; the default float type if None.
        sparse: accepted for compatibility; the result is dense.

    Returns:
        Tensor of shape (batch, ..., num_classes), or (num_classes,).

    Raises:
        ValueError: without `num_classes`.

    >>> keras.ops.multi_hot([[0, 2]], num_classes=4).tolist()
    [[1.0, 0.0, 1.0, 0.0]]
    """
    if num_classes is None:
        raise ValueError("multi_hot needs num_classes, the length of the vectors.")
    numbers = as_array(inputs)
    vectors = one_hot(numbers, num_classes, dtype=dtype)
    if numbers.ndim:
        vectors = jnp.max(vectors, axis=1 if numbers.ndim > 1 else 0)
    return jnp.moveaxis(vectors, -1, axis)
