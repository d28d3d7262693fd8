"""Pickled arrays read without NumPy's own unpickling, whose states can corrupt memory.

`dtype.__setstate__` believes what a pickle says, sizes and offsets included. So the few names that
pickled arrays need stand for plain classes here, which look at a state before an array is made.
"""

from __future__ import annotations

import io
import math
import pickle
from typing import Any, BinaryIO

import numpy as np

from cornu.engine.errors import DAMAGE, LoadError

NUMBERS = {
    f"{kind}{size}"
    for kind, sizes in (("i", "1248"), ("u", "1248"), ("f", "248"), ("b", "1"))
    for size in sizes
}
ORDERS = ("<", ">", "|", "=")


def read_pickled(file: BinaryIO, **settings: Any) -> Any:
    """What a pickle of arrays, texts, numbers and containers of these holds.

    Args:
        file: the open file.
        **settings: of `pickle.Unpickler`, as `encoding="bytes"`.

    Raises:
        LoadError: if it is damaged, or holds anything else.
    """
    name = getattr(file, "name", None)
    try:
        # Of bytes in memory no more can be read than there are, whatever a length says.
        return _arrays(_Unpickler(io.BytesIO(file.read()), **settings).load())
    except LoadError as error:
        error.file = name
        raise
    except (pickle.UnpicklingError, *DAMAGE) as error:
        raise LoadError(
            "its pickle is damaged", file=name, found=error, advice="download it again"
        ) from error


class _DType:
    """Stands for `numpy.dtype`."""

    def __init__(self, code: str, *flags: Any):
        self.code = code.decode() if isinstance(code, bytes) else code
        self.order = "|"

    def __setstate__(self, state: Any) -> None:
        order, *layout = state[1:5]
        order = order.decode() if isinstance(order, bytes) else order
        if order not in ORDERS or any(part is not None for part in layout):
            raise _refused("a dtype with parts")
        self.order = order

    def made(self) -> np.dtype:
        if self.code in ("O8", "O"):
            return np.dtype(object)
        if self.code not in NUMBERS:
            raise _refused(f"the dtype {self.code!r}")
        return np.dtype(self.order + self.code)


class _Array:
    """Stands for an array whose state is to come."""

    def __init__(self):
        self.value: np.ndarray | None = None

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, by_columns, content = state
        if not isinstance(dtype, _DType):
            raise _refused("an array without a dtype")
        made, count = dtype.made(), math.prod(shape)
        if made.hasobject:
            if not isinstance(content, list) or len(content) != count:
                raise _refused(f"a {type(content).__name__} as objects of the shape {shape}")
            value = _objects(content)
        else:
            content = content.encode("latin1") if isinstance(content, str) else content
            value = np.frombuffer(content, made).copy()
        self.value = value.reshape(shape, order="F" if by_columns else "C")


def _objects(content: Any) -> np.ndarray:
    # One by one, since NumPy takes a list of lists of one length for a matrix.
    objects = np.empty(len(content), object)
    for index, item in enumerate(content):
        objects[index] = item
    return objects


class _Name:
    """Stands for a function or class that a pickle names; without attributes that it could set."""

    __slots__ = ()

    def __setstate__(self, state: Any) -> None:
        raise _refused("a state for a name")


class _Reconstruct(_Name):
    __slots__ = ()

    def __call__(self, *of: Any) -> _Array:
        return _Array()


class _MakeDType(_Name):
    __slots__ = ()

    def __call__(self, *of: Any) -> _DType:
        return _DType(*of)


NEEDED_NAMES = {
    ("numpy", "ndarray"): _Name(),
    ("numpy", "dtype"): _MakeDType(),
    ("numpy.core.multiarray", "_reconstruct"): _Reconstruct(),
    ("numpy._core.multiarray", "_reconstruct"): _Reconstruct(),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in NEEDED_NAMES:
            raise _refused(f"the name {module}.{name}")
        return NEEDED_NAMES[module, name]


def _arrays(value: Any) -> Any:
    """The value with what stands for arrays replaced by these, at its top and in a dict."""
    if isinstance(value, _Array):
        if value.value is None:
            raise _refused("an array without values")
        return value.value
    return {key: _arrays(item) for key, item in value.items()} if type(value) is dict else value


def _refused(found: str) -> LoadError:
    return LoadError(
        "its pickle asks for what no array needs, so it is not loaded",
        found=found,
        advice="it may be damaged, or made to run code; download it again",
    )
