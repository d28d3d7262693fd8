"""The operators of symbolic tensors (and of Variables): one table, attached to a class.

An operator does what the function of `cornu.ops` does, so `x + y` is a node "add" of a graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.ops.arrays.indexing import get_item
from cornu.ops.arrays.shaping import reshape, squeeze
from cornu.ops.elementwise.arithmetic import (
    absolute,
    add,
    divide,
    floor_divide,
    mod,
    multiply,
    negative,
    power,
    subtract,
)
from cornu.ops.elementwise.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
)
from cornu.ops.elementwise.rounding import round
from cornu.ops.products import matmul

BINARY = {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "truediv": divide,
    "floordiv": floor_divide,
    "mod": mod,
    "pow": power,
    "matmul": matmul,
    "and": logical_and,
    "or": logical_or,
    "xor": logical_xor,
}
COMPARISONS = {"gt": greater, "ge": greater_equal, "lt": less, "le": less_equal}
UNARY = {"neg": negative, "abs": absolute, "invert": logical_not}


def attach_operators(cls: type) -> type:
    """Give a class of tensor-like objects the operators and tensor methods.

    Args:
        cls: class whose objects the functions of `cornu.ops` take.

    Returns:
        The class.
    """
    for name, function in {**BINARY, **COMPARISONS}.items():
        setattr(cls, f"__{name}__", _forward(function, f"__{name}__"))
    for name, function in BINARY.items():
        setattr(cls, f"__r{name}__", _reversed(function, f"__r{name}__"))
    for name, function in UNARY.items():
        setattr(cls, f"__{name}__", _unary(function, f"__{name}__"))
    # `x == None` asks for identity, so that code such as `if x == None` keeps working.
    cls.__eq__ = lambda self, other: False if other is None else equal(self, other)
    cls.__ne__ = lambda self, other: True if other is None else not_equal(self, other)
    cls.__getitem__ = lambda self, key: get_item(self, key)
    cls.__round__ = lambda self, ndigits=None: round(self, decimals=ndigits or 0)
    cls.reshape = _reshape
    cls.squeeze = lambda self, axis=None: squeeze(self, axis)
    return cls


def _reshape(self: Any, *sizes: Any, newshape: Any = None, order: str = "C") -> Any:
    """A method `reshape`, which takes the sizes one by one or as one tuple."""
    if order != "C":
        raise ValueError(f"reshape reads tensors row by row, order='C'; got order={order!r}.")
    if newshape is None:
        newshape = sizes[0] if len(sizes) == 1 else sizes
    return reshape(self, newshape)


def _forward(function: Callable, name: str) -> Callable:
    def method(self: Any, other: Any) -> Any:
        return function(self, other)

    method.__name__ = name
    return method


def _reversed(function: Callable, name: str) -> Callable:
    def method(self: Any, other: Any) -> Any:
        return function(other, self)

    method.__name__ = name
    return method


def _unary(function: Callable, name: str) -> Callable:
    def method(self: Any) -> Any:
        return function(self)

    method.__name__ = name
    return method
