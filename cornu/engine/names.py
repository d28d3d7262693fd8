"""Names for objects that were given none: `dense`, `dense_1`, `dense_2`, ..."""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator

_counters: defaultdict[str, int] = defaultdict(int)
_numbers: defaultdict[str, int] = defaultdict(int)


def to_snake_case(name: str) -> str:
    """`BatchNormalization` to `batch_normalization`, `LSTMCell` to `lstm_cell`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """The prefix itself the first time, then with `_1`, `_2`, ... behind it."""
    count = _counters[prefix]
    _counters[prefix] += 1
    return f"{prefix}_{count}" if count else prefix


def get_uid(prefix: str = "") -> int:
    """A number for a prefix: 1 the first time, then 2, 3, ...

    Args:
        prefix: any text; each has a count of its own, until `clear_session`.

    Returns:
        The next number.

    >>> first = keras.backend.get_uid("block")
    >>> keras.backend.get_uid("block") - first
    1
    """
    _numbers[prefix] += 1
    return _numbers[prefix]


def reset() -> None:
    """Start all counts anew (part of `clear_session`)."""
    _counters.clear()
    _numbers.clear()


@contextlib.contextmanager
def counted_anew() -> Iterator[None]:
    """Start all counts anew inside; behind it the old ones go on."""
    outer = dict(_counters)
    _counters.clear()
    try:
        yield
    finally:
        _counters.clear()
        _counters.update(outer)
