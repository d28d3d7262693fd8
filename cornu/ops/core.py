"""Conversion of values and dtypes, static facts of tensors, and custom gradients."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.engine import dtypes
from cornu.ops.op import TensorLike, as_array, op, operand, result_dtype, unwrap
from cornu.ops.symbolic import KerasTensor


@op(tensors=("x",))
def convert_to_tensor(
    x: TensorLike, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> jax.Array:
    """The value as a tensor; a tensor of the wanted dtype is returned as it is.

    Args:
        x: tensor, Variable, NumPy array, nested list or number.
        dtype: wanted dtype; the value's own for None.
        sparse, ragged: accepted for compatibility; tensors here are dense.

    Returns:
        Tensor of the shape of `x`.

    >>> keras.ops.convert_to_tensor([1, 2], "float32")
    Array([1., 2.], dtype=float32)
    """
    return as_array(x) if dtype is None else cast_array(x, dtype)


@op
def array(x: TensorLike, dtype: Any = None) -> jax.Array:
    """The value as a tensor.

    Args:
        x: tensor, Variable, NumPy array, nested list or number.
        dtype: wanted dtype; the value's own for None.

    >>> keras.ops.array([1, 2])
    Array([1, 2], dtype=int32)
    """
    return as_array(x) if dtype is None else cast_array(x, dtype)


def convert_to_numpy(x: TensorLike) -> np.ndarray:
    """The value as a NumPy array; on the CPU without a copy, and then read-only.

    Args:
        x: tensor, Variable, nested list or number; no symbolic tensor.

    Raises:
        TypeError, ValueError: if `x` is symbolic (one error that is both).

    >>> keras.ops.convert_to_numpy(keras.ops.ones((2,))).tolist()
    [1.0, 1.0]
    """
    return np.asarray(unwrap(x))


@op
def cast(x: TensorLike, dtype: Any) -> jax.Array:
    """The values in another dtype.

    Args:
        x: tensor of any shape.
        dtype: wanted dtype.

    >>> keras.ops.cast([1.7, -1.7], "int32")
    Array([ 1, -1], dtype=int32)
    """
    return cast_array(x, dtype)


def cast_array(x: Any, dtype: Any) -> jax.Array:
    """`x` as a JAX array of this dtype."""
    wanted = dtypes.canonical(dtype)
    if isinstance(x, jax.Array):
        return x if x.dtype == wanted and not x.weak_type else jnp.asarray(x, wanted)
    if jnp.issubdtype(wanted, jnp.integer) and not isinstance(x, int):
        # Values go through the tensor's dtype first: NumPy refuses some direct conversions.
        return as_array(x).astype(wanted)
    return jnp.asarray(x, wanted)


@op
def saturate_cast(x: TensorLike, dtype: Any) -> jax.Array:
    """The values in another dtype, those outside its range becoming its nearest bound.

    Args:
        x: tensor of any shape.
        dtype: wanted dtype.

    >>> keras.ops.saturate_cast([-1.0, 300.0], "uint8")
    Array([  0, 255], dtype=uint8)
    """
    x, wanted = as_array(x), dtypes.canonical(dtype)
    (low, high), (lowest, highest) = _bounds(x.dtype), _bounds(wanted)
    return jnp.clip(x, max(low, lowest), min(high, highest)).astype(wanted)


def _bounds(dtype: Any) -> tuple:
    if jnp.issubdtype(dtype, jnp.bool_):
        return False, True
    info = jnp.iinfo(dtype) if jnp.issubdtype(dtype, jnp.integer) else jnp.finfo(dtype)
    kind = int if jnp.issubdtype(dtype, jnp.integer) else float
    return kind(info.min), kind(info.max)


@op(tensors=("variable",))
def stop_gradient(variable: TensorLike) -> jax.Array:
    """The same values, counting as constants in gradients.

    Args:
        variable: tensor or Variable.

    >>> keras.ops.stop_gradient([1.0, 2.0])
    Array([1., 2.], dtype=float32)
    """
    return jax.lax.stop_gradient(as_array(variable))


def shape(x: TensorLike) -> tuple:
    """The sizes of a tensor's axes, as a tuple of ints (None for unknown ones).

    Args:
        x: tensor of any shape, symbolic ones too.

    >>> keras.ops.shape([[1, 2, 3]])
    (1, 3)
    """
    return tuple(x.shape if hasattr(x, "shape") else np.shape(x))


def ndim(x: TensorLike) -> int:
    """Number of axes.

    Args:
        x: tensor of any shape, symbolic ones too.

    >>> keras.ops.ndim([[1, 2, 3]])
    2
    """
    return len(shape(x))


def size(x: TensorLike) -> Any:
    """Number of elements: an int, or a symbolic tensor if `x` is symbolic.

    Args:
        x: tensor of any shape.

    >>> keras.ops.size([[1, 2, 3]])
    3
    """
    if isinstance(x, KerasTensor):
        return size_tensor(x)
    return math.prod(shape(x))


@op(name="size")
def size_tensor(x: TensorLike) -> jax.Array:
    """Number of elements, as an integer tensor."""
    return jnp.asarray(x.size, "int32")


def dtype(x: TensorLike) -> str:
    """Name of a tensor's dtype.

    Args:
        x: tensor, Variable or symbolic tensor.

    >>> keras.ops.dtype(keras.ops.ones((2,)))
    'float32'
    """
    return dtypes.standardize_dtype(x.dtype if hasattr(x, "dtype") else as_array(x).dtype)


def is_tensor(x: Any) -> bool:
    """Whether this is a tensor with values (no Variable, no NumPy array, no symbolic tensor).

    Args:
        x: anything.

    >>> keras.ops.is_tensor([1.0])
    False
    """
    return isinstance(x, jax.Array)


@op
def copy(x: TensorLike) -> jax.Array:
    """A copy of the tensor.

    Args:
        x: tensor of any shape.

    >>> keras.ops.copy([1, 2])
    Array([1, 2], dtype=int32)
    """
    return jnp.copy(as_array(x))


@op
def view(x: TensorLike, dtype: Any = None) -> jax.Array:
    """The same bytes read as another dtype; a different width changes the last axis.

    Args:
        x: tensor of any shape.
        dtype: dtype to read as; the tensor's own for None.

    >>> keras.ops.view(keras.ops.array([1.0]), "int32")
    Array([1065353216], dtype=int32)
    """
    return as_array(x).view(result_dtype(dtype))


def custom_gradient(f: Callable) -> Callable:
    """Give a function its own gradient.

    Args:
        f: returns its result and a function from the result's gradient (`*args, upstream=None`,
            or one argument) to the gradients of `f`'s arguments.

    >>> @keras.ops.custom_gradient
    ... def double(x):
    ...     return 2 * x, lambda upstream: 10 * upstream
    >>> import jax
    >>> jax.grad(double)(1.0).item()
    10.0
    """
    with_gradient = jax.custom_gradient(f)

    @functools.wraps(f)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return with_gradient(*unwrap(args), **unwrap(kwargs))

    return wrapper


def vectorize(pyfunc: Callable, *, excluded: Any = None, signature: str | None = None) -> Callable:
    """A function that applies `pyfunc` to every element, or to the core axes of a signature.

    Args:
        pyfunc: function of tensors.
        excluded: positions or names of arguments that are passed on whole.
        signature: core axes, such as `"(n),(n)->()"`; single elements for None.

    >>> keras.ops.vectorize(lambda a, b: a + b)([1, 2], 3)
    Array([4, 5], dtype=int32)
    """
    if not callable(pyfunc):
        raise TypeError(f"vectorize expects pyfunc to be a function; got {pyfunc!r}.")
    mapped = jnp.vectorize(pyfunc, excluded=frozenset(excluded or ()), signature=signature)

    @functools.wraps(pyfunc)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return mapped(*[operand(unwrap(a)) for a in args], **unwrap(kwargs))

    return wrapper
