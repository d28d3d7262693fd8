"""Names of data types and the rules by which they combine.

The rules are JAX's lattice with Python scalars as weak types, seen through strings; an integer
that must become a float becomes the default float type.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.engine import config

FLOAT = ("bfloat16", "float16", "float32", "float64", "float8_e4m3fn", "float8_e5m2")
INTEGER = (
    "uint4",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int4",
    "int8",
    "int16",
    "int32",
    "int64",
)
COMPLEX = ("complex64", "complex128")
ALLOWED = frozenset((*FLOAT, *INTEGER, *COMPLEX, "bool", "string"))
PYTHON_TYPES = {bool: "bool", int: "int32", "int": "int32", str: "string"}


def standardize_dtype(dtype: Any) -> str:
    """The dtype's name: from a string, a NumPy, JAX, torch or Python type, or None (`floatx`).

    Args:
        dtype: the type, its name, or None.

    Raises:
        ValueError: if it is not a type that tensors can have.

    >>> keras.utils.standardize_dtype(float)
    'float32'
    """
    if dtype is None or dtype is float:
        return config.floatx()
    if dtype in PYTHON_TYPES:
        return PYTHON_TYPES[dtype]
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if name is None:
        name = getattr(dtype, "__name__", str(dtype))
    name = name.removeprefix("torch.")
    if name in ("str", "object") or name.startswith("str"):
        name = "string"
    if name not in ALLOWED:
        raise ValueError(
            f"{dtype!r} is not a dtype of tensors. Use one of: {', '.join(sorted(ALLOWED))}."
        )
    return name


def is_float(dtype: Any) -> bool:
    """Whether the dtype holds real floating-point numbers."""
    return standardize_dtype(dtype) in FLOAT


def is_integer(dtype: Any) -> bool:
    """Whether the dtype holds integers (bool is none)."""
    return standardize_dtype(dtype) in INTEGER


def result_type(*dtypes: Any) -> str:
    """The dtype that an operation on these dtypes gives.

    Args:
        *dtypes: dtype names, or the Python types `int`, `float`, `bool`, which are weak: they
            take the width of what they meet.

    Raises:
        TypeError: if there are strings among them.

    >>> from cornu.engine import dtypes
    >>> dtypes.result_type("int32", float)
    'float32'
    >>> dtypes.result_type("bfloat16", float)
    'bfloat16'
    """
    if not dtypes:
        return config.floatx()
    weak = {int: 1, float: 1.0, bool: True, complex: 1j}
    names = [d if d in weak else standardize_dtype(d) for d in dtypes]
    if "string" in names:
        raise TypeError(
            "Strings came where numbers are needed. Turn them to numbers first, with a "
            "TextVectorization, StringLookup or Hashing layer."
        )
    operands = [weak[d] if d in weak else jnp.dtype(d) for d in names]
    if all(d in weak for d in dtypes):
        if float in dtypes:
            return config.floatx()
        return "int32" if int in dtypes else "bool"
    found = jnp.dtype(jnp.result_type(*operands)).name
    strong = [d for d in dtypes if d not in weak]
    if float in dtypes and not any(is_float(d) or d in COMPLEX for d in strong):
        return config.floatx()
    return found


def canonical(dtype: Any) -> np.dtype:
    """The NumPy dtype that JAX will really use (64-bit types become 32-bit unless enabled)."""
    return jax.dtypes.canonicalize_dtype(np.dtype(jnp.dtype(standardize_dtype(dtype))))
