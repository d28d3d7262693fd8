"""Values by name that may still be on their way from the device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jax
import numpy as np


class Logs(dict):
    """A dict whose arrays turn into Python floats, or NumPy arrays, when somebody looks at them.

    Making one, handing it on and asking for its names or length waits for nothing. The first look
    at a value waits until the device has it. Everything else is a plain dict: it can be changed,
    copied, pickled, unpacked and written as JSON, and then holds floats.

    Args:
        values: Names and values. Arrays without axes become floats, others NumPy arrays; other
            values stay as they are.

    Example:
        >>> import jax.numpy as jnp
        >>> from cornu.training.logs import Logs
        >>> logs = Logs({"loss": jnp.asarray(0.5), "note": "warm-up"})
        >>> logs["lr"] = 0.1
        >>> logs
        {'loss': 0.5, 'note': 'warm-up', 'lr': 0.1}
    """

    def __init__(self, values: Mapping[str, Any] | None = None, **more: Any) -> None:
        # Taken raw from other logs, so that passing them on does not look at them.
        super().__init__()
        self.settled = True
        self.update(values or {}, **more)

    def is_ready(self) -> bool:
        """Whether a look at the values would not wait."""
        return self.settled or all(
            value.is_ready() for value in dict.values(self) if isinstance(value, jax.Array)
        )

    def settle(self) -> None:
        """Waits for the values, once."""
        if self.settled:
            return
        waiting = {name: value for name, value in dict.items(self) if is_waiting(value)}
        for name, value in jax.device_get(waiting).items():
            dict.__setitem__(self, name, value if np.ndim(value) else float(value))
        self.settled = True

    def __setitem__(self, name: str, value: Any) -> None:
        if is_waiting(value):
            self.settled = False
        super().__setitem__(name, value)

    def update(self, values: Any = (), /, **more: Any) -> None:
        pairs = dict.items(values) if isinstance(values, dict) else dict(values).items()
        for name, value in (*pairs, *more.items()):
            self[name] = value

    def __ior__(self, values: Any) -> Logs:
        self.update(values)
        return self

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def __getitem__(self, name: str) -> Any:
        self.settle()
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.settle()
        return super().get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        self.settle()
        return super().pop(name, *default)

    def popitem(self) -> tuple[str, Any]:
        self.settle()
        return super().popitem()

    def __iter__(self) -> Iterator[str]:
        # Written here, so that `dict(logs)` and `{**logs}` ask for each value instead of copying.
        return super().__iter__()

    def items(self) -> Any:
        self.settle()
        return super().items()

    def values(self) -> Any:
        self.settle()
        return super().values()

    def copy(self) -> dict[str, Any]:
        return dict(self.items())

    def __or__(self, other: Any) -> dict[str, Any]:
        return self.copy() | dict(other)

    def __ror__(self, other: Any) -> dict[str, Any]:
        return dict(other) | self.copy()

    def __eq__(self, other: object) -> bool:
        self.settle()
        return super().__eq__(other)

    __hash__ = None

    def __repr__(self) -> str:
        self.settle()
        return super().__repr__()

    def __reduce__(self) -> tuple:
        return dict, (self.copy(),)

    def __copy__(self) -> dict[str, Any]:
        return self.copy()

    def __deepcopy__(self, memo: dict) -> dict[str, Any]:
        return self.copy()


def as_logs(values: Mapping[str, Any] | None) -> Logs:
    """`values` as Logs in order of name, nested dicts flattened, as callbacks get them."""
    flat = Logs()
    if isinstance(values, Logs) and list(values) == sorted(values):
        return values
    collect(flat, values or {})
    return flat


def collect(flat: Logs, values: Mapping[str, Any]) -> None:
    for name in sorted(values):
        value = dict.__getitem__(values, name) if isinstance(values, dict) else values[name]
        if isinstance(value, Mapping):
            collect(flat, value)
        else:
            flat[name] = value


def is_waiting(value: Any) -> bool:
    if isinstance(value, jax.Array):
        return True
    return isinstance(value, np.ndarray | np.generic) and value.ndim == 0
