"""What the constructors of optimizers refuse: text where a number belongs, rates that cannot be."""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any

import numpy as np

from cornu.core.variable import Variable
from cornu.optimizers.schedules.schedule import LearningRateSchedule


def check_numbers(cls: type, args: tuple, kwargs: dict) -> None:
    """Refuse what is no number for the parameters that a class annotates as one.

    Args:
        cls: the optimizer's class.
        args: passed to its constructor.
        kwargs: likewise.

    Raises:
        ValueError: naming the class, the argument and what came.
    """
    names, numbers = _parameters(cls)
    for name, value in {**dict(zip(names, args)), **kwargs}.items():
        if name in numbers and not _may_be_number(value):
            raise ValueError(
                f"{cls.__name__}: {name} must be a number; got {value!r} of type "
                f"{type(value).__name__}." + _as_number(name, value)
            )


def check_learning_rate(where: str, rate: Any) -> None:
    """Refuse what gives no learning rate.

    Args:
        where: the optimizer, for the message.
        rate: a number, a schedule, or a function without arguments.

    Raises:
        ValueError: naming the optimizer and what came.
    """
    if isinstance(rate, LearningRateSchedule) or (callable(rate) and not inspect.isclass(rate)):
        return
    if not _may_be_number(rate) or rate is None or np.ndim(rate):
        raise ValueError(
            f"{where}: learning_rate must be a number, a schedule of "
            "`keras.optimizers.schedules`, or a function without arguments; got "
            f"{rate!r} of type {type(rate).__name__}." + _as_number("learning_rate", rate)
        )
    if isinstance(rate, int | float | np.generic) and not rate >= 0:
        raise ValueError(f"{where}: learning_rate must not be negative; got {rate}.")


@lru_cache
def _parameters(cls: type) -> tuple[tuple[str, ...], frozenset[str]]:
    """The constructor's parameters by place, and those that are annotated as numbers."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    numbers = {p.name for p in parameters if str(p.annotation) in NUMBERS}
    return tuple(p.name for p in parameters), frozenset(numbers)


NUMBERS = ("float", "int", "float | None", "int | None")


def _may_be_number(value: Any) -> bool:
    if isinstance(value, str | bytes):
        return False
    return value is None or isinstance(value, Variable) or hasattr(value, "__float__")


def _as_number(name: str, value: Any) -> str:
    """How to write text that is a number as one."""
    try:
        return f" Write {name}={float(value)!r}."
    except (TypeError, ValueError):
        return ""
