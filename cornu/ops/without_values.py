"""What a tensor without values says to code that needs values: one sentence with the way out.

Python, NumPy and JAX have no way to record what they do in a graph, so they are refused at every
door: Python's conversions, NumPy's protocol, and for JAX both its protocol and its trees, since a
compiled function takes its arguments apart before anything else.
"""

from __future__ import annotations

import dis
import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

import jax
import numpy as np

from cornu.engine import callers

# From a function's name to the one of `keras` that takes symbolic tensors; `cornu.ops` fills it.
TWINS: dict[str, str] = {}


class NoValuesError(ValueError):
    """JAX needs a tensor's values, but the tensor is symbolic.

    No TypeError, in whose place JAX would put one of its own.
    """


class NoPythonValueError(NoValuesError, TypeError):
    """Python or NumPy needs a tensor's values, but the tensor is symbolic."""


CHOOSE = (
    "To choose element by element write ops.where(condition, a, b); to choose between two "
    "computations, ops.cond(condition, function_a, function_b); to combine conditions, "
    "ops.logical_and, ops.logical_or, ops.logical_not."
)
COMPUTE_ON = "Leave it a tensor and compute on with functions of keras.ops, such as ops.cast."
SIZES = (
    "Take sizes from the tensor's shape; to pick by a computed index write ops.take(values, index)."
)
ONE_BY_ONE = (
    "Take it apart with ops.unstack(x, axis=...), along an axis of known size, or walk along the "
    "first axis with ops.map or ops.scan."
)
REPLACE = "Make a new tensor instead, with ops.where, ops.slice_update or ops.scatter_update."
REMEDY = (
    "Functions of keras.ops take it; other code goes into a keras.layers.Lambda or the `call` of "
    "a layer, where tensors are arrays."
)
TO_JAX = "hands a symbolic tensor to JAX, which cannot record it in a graph"
TO_NUMPY = "hands a symbolic tensor to NumPy"


class WithoutValues:
    """The methods of a tensor that code calls to get at values; each raises a `NoValuesError`."""

    def __bool__(self) -> NoReturn:
        _refuse(self, "asks whether a symbolic tensor is true (`if`, `and`, `or`, `not`)", CHOOSE)

    def __float__(self) -> NoReturn:
        _refuse(self, "makes a Python float of a symbolic tensor", COMPUTE_ON)

    def __int__(self) -> NoReturn:
        _refuse(self, "makes a Python int of a symbolic tensor", COMPUTE_ON)

    def __complex__(self) -> NoReturn:
        _refuse(self, "makes a Python complex number of a symbolic tensor", COMPUTE_ON)

    def __index__(self) -> NoReturn:
        _refuse(self, "uses a symbolic tensor where Python needs a plain integer", SIZES)

    def __len__(self) -> NoReturn:
        _refuse(self, "asks for a symbolic tensor's length", "Write x.shape[0], which may be None.")

    def __iter__(self) -> NoReturn:
        _refuse(self, "walks through a symbolic tensor", ONE_BY_ONE)

    def __contains__(self, item: Any) -> NoReturn:
        _refuse(self, "looks for a value in a symbolic tensor", "Write ops.any(ops.equal(x, v)).")

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        _refuse(self, "assigns to a part of a symbolic tensor", REPLACE)

    def __format__(self, specification: str) -> str:
        if specification:
            _refuse(self, "formats a symbolic tensor as a number", "Print the tensor itself.")
        return str(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        _refuse(self, TO_NUMPY)

    @property
    def __jax_array__(self) -> Callable:
        # JAX's arrays leave `array + tensor` to the tensor, and a primitive's error names the
        # tensor's type, only if there is no such attribute.
        is_primitive = sys._getframe(1).f_code.co_name == "bind"
        if is_primitive or _is_operator(callers.user_frame()[0]):
            raise AttributeError("__jax_array__")
        return lambda: _refuse(self, TO_JAX)

    @property
    def __numpy_dtype__(self) -> NoReturn:
        _refuse(self, TO_JAX)

    def __getattr__(self, name: str) -> NoReturn:
        what = f"{type(self).__name__!r} object has no attribute {name!r}"
        if name.startswith("_"):
            raise AttributeError(what)
        if name in ("numpy", "item", "tolist", "value", "at"):
            raise AttributeError(f"{what}: it is symbolic, with a shape but no values. {REMEDY}")
        twin = _twin(name)
        raise AttributeError(f"{what}. Write {twin}(x)." if twin else what)

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        jax.tree_util.register_pytree_node(cls, _no_leaves, _no_leaves)


def _no_leaves(tensor: Any, *_: Any) -> NoReturn:
    _refuse(tensor, TO_JAX)


def _is_operator(frame: FrameType) -> bool:
    """Whether a frame is evaluating an operator, such as `+`, rather than a call."""
    if frame.f_lasti < 0:
        return False
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] in ("BINARY_OP", "COMPARE_OP")


def _refuse(tensor: Any, deed: str, advice: str | None = None) -> NoReturn:
    """Raise the error of a user's line that does something that needs values."""
    kind = NoValuesError if deed == TO_JAX else NoPythonValueError
    frame, _ = callers.user_frame()
    text = callers.running_text(frame)
    twin = _twin(_called(text))
    if advice is None:
        advice = f"Write {twin}, which takes it." if twin else REMEDY
    raise kind(
        f"`{text or 'Your code'}` ({callers.place(frame)}) {deed}. {tensor!r} stands for data that "
        f"the model gets later: it has a shape and a dtype but no values. {advice}"
    ) from None


def _called(text: str) -> str:
    """The name of the function in a call: `jnp.linalg.norm` of `jnp.linalg.norm(x)`."""
    match = re.match(r"[\w.]+(?=\()", text)
    return match.group() if match else ""


def _twin(name: str) -> str | None:
    *modules, function = name.split(".")
    if "tree" in modules or function.startswith("tree_"):
        return "keras.tree.map_structure or keras.tree.flatten"
    return TWINS.get(function)
