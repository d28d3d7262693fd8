"""Explains in one paragraph, with the user's line, why compiled code has no values to look at.

JAX runs a function once with stand-ins for its arrays (tracers) to compile it. Code that needs a
number from such a stand-in fails with one of six errors. Each has a subclass here, so that `except`
clauses for JAX's own classes keep working.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from types import FrameType, TracebackType

import jax
import jaxlib
import numpy as np

from cornu.engine.callers import source_lines

NO_VALUES_YET = "While a model is compiled, its arrays have a shape and a dtype but no values yet."
TO_LOOK = (
    "To look at real numbers with print, NumPy or a debugger, compile the model with "
    "run_eagerly=True."
)


@contextmanager
def explain_tracer_errors(where: str) -> Iterator[None]:
    """Turns JAX's errors about values inside compiled code into one paragraph for people.

    The paragraph says what happened, on which line of the user's code (the innermost one outside
    JAX, NumPy, Cornu and the standard library), and what to write instead.

    Args:
        where: What was running, such as `"fit"` or `"Layer 'dense_3'"`; the message starts with it.

    Raises:
        ExplainedError: A subclass of the JAX error that was caught (so a `TypeError`, or an
            `IndexError` for a boolean mask), chained from it. JAX's frames are taken out of the
            original's traceback, unless `jax_traceback_filtering` is `"off"`.

    Example:
        >>> import jax
        >>> from cornu.engine.tracer_errors import explain_tracer_errors
        >>> def relu(x):
        ...     return x if x > 0 else 0.0
        >>> with explain_tracer_errors("Layer 'my_relu'"):
        ...     jax.jit(relu)(1.0)
        Traceback (most recent call last):
        ...
        cornu.engine.tracer_errors.ExplainedBoolError: Layer 'my_relu': `return x if x > 0 ...
    """
    try:
        yield
    except tuple(EXPLANATIONS) as error:
        if isinstance(error, ExplainedError):
            raise
        family = next(family for family in EXPLANATIONS if isinstance(error, family))
        explained = EXPLANATIONS[family]
        message = f"{where}: {blamed_line(error)} {explained.happened} {explained.advice}"
        raise explained(message) from without_jax_frames(error)


class ExplainedError(Exception):
    """What the explained errors share: being made from a finished message."""

    happened: str
    advice: str

    def __init__(self, message: str) -> None:
        # Not JAX's constructors: they want the tracer and write a message of their own.
        Exception.__init__(self, message)


class ExplainedBoolError(ExplainedError, jax.errors.TracerBoolConversionError):
    """Python had to know whether an array in compiled code is true."""

    happened = (
        "asks whether an array is true or false (`if`, `while`, `and`, `or`, `not`, `assert` and "
        f"`bool()` do). {NO_VALUES_YET}"
    )
    advice = (
        "To choose element by element write ops.where(condition, a, b); to choose between two "
        "computations, ops.cond(condition, function_a, function_b); to repeat, ops.while_loop; to "
        f"combine conditions, ops.logical_and, ops.logical_or, ops.logical_not. {TO_LOOK}"
    )


class ExplainedArrayError(ExplainedError, jax.errors.TracerArrayConversionError):
    """An array in compiled code was handed to NumPy."""

    happened = f"hands an array to NumPy, or to a library that needs a NumPy array. {NO_VALUES_YET}"
    advice = (
        "Call the function of the same name in ops (ops.sin for np.sin), which also carries the "
        f"gradient; where no such function exists, do this step before the data reaches the model. "
        f"{TO_LOOK}"
    )


class ExplainedIntegerError(ExplainedError, jax.errors.TracerIntegerConversionError):
    """An array in compiled code was used where Python needs an integer."""

    happened = (
        "uses an array where Python needs a plain integer: in range(), as the index of a list, or "
        f"as a size. {NO_VALUES_YET}"
    )
    advice = (
        "Take sizes from x.shape, or pass them as Python integers; to pick by a computed index "
        "write ops.take(values, index); to repeat a computed number of times, ops.fori_loop. "
        f"{TO_LOOK}"
    )


class ExplainedMaskError(ExplainedError, jax.errors.NonConcreteBooleanIndexError):
    """An array in compiled code was indexed with a boolean mask."""

    happened = (
        "selects elements with a boolean mask, so the number of elements of the result depends on "
        f"values. {NO_VALUES_YET}"
    )
    advice = (
        "Keep the shape and blank out the rest: ops.where(mask, x, 0), or multiply by the mask and "
        f"divide a mean by ops.sum(mask). {TO_LOOK}"
    )


class ExplainedValueError(ExplainedError, jax.errors.ConcretizationTypeError):
    """A Python number, or a shape, was asked of an array in compiled code."""

    happened = (
        "needs the value of an array as a Python number (`float()`, `int()`, `.item()`, "
        f"`.tolist()`) or as a size or an axis. {NO_VALUES_YET}"
    )
    advice = (
        "Leave it an array and compute on with ops (ops.cast(x, 'float32') for float(x)); take "
        f"sizes from x.shape or pass them as Python integers. {TO_LOOK}"
    )


class ExplainedLeakError(ExplainedError, jax.errors.UnexpectedTracerError):
    """An array outlived the compiled program in which it was made."""

    happened = (
        "uses an array that was made while another function was compiled and was kept after it, "
        "for example in an attribute, a list or a global variable. Such an array stands for a "
        "value only inside that function."
    )
    advice = (
        "Return the value from the function instead, or keep it in state that is made for it: a "
        "Variable (self.add_weight(...) in build, then .assign(value)) or a metric. JAX's message "
        "above names the function in which the array was made."
    )


# A subclass stands before its base, because the first that fits is taken.
EXPLANATIONS: dict[type[Exception], type[ExplainedError]] = {
    jax.errors.TracerBoolConversionError: ExplainedBoolError,
    jax.errors.TracerArrayConversionError: ExplainedArrayError,
    jax.errors.TracerIntegerConversionError: ExplainedIntegerError,
    jax.errors.NonConcreteBooleanIndexError: ExplainedMaskError,
    jax.errors.UnexpectedTracerError: ExplainedLeakError,
    jax.errors.ConcretizationTypeError: ExplainedValueError,
}

SITE_PACKAGES = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
STANDARD_LIBRARY = sysconfig.get_path("stdlib")
JAX_FOLDERS = tuple(str(Path(module.__file__).parent) for module in (jax, jaxlib))
LIBRARY_FOLDERS = (
    *JAX_FOLDERS,
    str(Path(np.__file__).parent),
    str(Path(__file__).parent.parent),
)


def blamed_line(error: Exception) -> str:
    """The user's source line and its place, as `` `if x > 0:` (File "f.py", line 3, in call) ``."""
    frames = list(walk_tb(error.__traceback__))
    users = [at for at in frames if not is_library(at[0])]
    # Without a line of the user's, the last one before JAX is the best there is.
    frame, line = (users or [at for at in frames if not is_jax(at[0])])[-1]
    code = frame.f_code
    source = "".join(source_lines(frame)[line - 1 : line]).strip()
    shown = f"`{source}`" if source else "The code"
    return f'{shown} (File "{code.co_filename}", line {line}, in {code.co_name})'


def without_jax_frames(error: Exception) -> Exception:
    """The same error with JAX's own frames cut out of its traceback."""
    if jax.config.jax_traceback_filtering == "off":
        return error
    entries = []
    entry = error.__traceback__.tb_next  # the first is the `yield` of the context manager
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    kept: TracebackType | None = None
    for entry in reversed(entries):
        if not is_jax(entry.tb_frame):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return error.with_traceback(kept)


def is_jax(frame: FrameType) -> bool:
    return lies_in(frame, JAX_FOLDERS)


def is_library(frame: FrameType) -> bool:
    if lies_in(frame, LIBRARY_FOLDERS):
        return True
    # Outside a virtual environment the installed packages lie inside the standard library's folder.
    return lies_in(frame, (STANDARD_LIBRARY,)) and not lies_in(frame, SITE_PACKAGES)


def lies_in(frame: FrameType, folders: tuple[str, ...]) -> bool:
    file = Path(frame.f_code.co_filename)
    return any(file.is_relative_to(folder) for folder in folders)
