"""How much a file that is being read may take: one budget for all readers.

What a file *says* costs nothing to write: `units=2e9` are nine bytes. So each claim is spent from
a budget before anything is allocated, and the budget follows from the bytes that are really there:
eight times as many (wider dtypes, decompression), plus a fixed allowance.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import operator
from collections.abc import Iterator
from typing import Any, BinaryIO

from cornu.engine.errors import LoadError

# From int8 in the file to float32 in the model is four times; reading needs the bytes once more.
EXPANSION = 8
# A number of Python's in a list, for lists whose length a file says.
BYTES_PER_NUMBER = 64
MEBIBYTE = 2**20
GIBIBYTE = 2**30


@dataclasses.dataclass(frozen=True)
class Limits:
    """The most that a file may take while it is read: a hostile one cannot fill the machine.

    Pass larger numbers where you know a file and trust it.

    Args:
        memory: bytes beyond eight times those that the file holds, for weights, tables and other
            values made while it is read.
        disk: bytes beyond eight times those that an archive holds, for what is unpacked of it.
        download: bytes that a URL may give.
        members: members of an archive.
        pixels: pixels of an image.
        nodes: objects that a config describes: layers, their parts, and calls in a graph.
        depth: levels of dicts and lists in a config.

    Raises:
        ValueError: for a number that is negative or no number.

    >>> keras.saving.Limits(memory=10 * 2**30).memory
    10737418240
    """

    memory: int = 256 * MEBIBYTE
    disk: int = 4 * GIBIBYTE
    download: int = 32 * GIBIBYTE
    members: int = 10_000
    pixels: int = 80_000_000
    nodes: int = 200_000
    depth: int = 200

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            try:
                whole = operator.index(value)
            except TypeError:
                # 1e9 is how people write large numbers.
                whole = int(value) if isinstance(value, float) and value.is_integer() else -1
            if whole < 0:
                raise ValueError(
                    f"Limits: {field.name} must be a whole number of at least 0; got {value!r}."
                )
            object.__setattr__(self, field.name, whole)


DEFAULT = Limits()
# Data sets hold a file for each sample.
DATA = Limits(members=4_000_000)

# What a kind of limit counts, and whether bytes that are really there raise it.
UNITS = {
    "memory": ("bytes of memory", True),
    "disk": ("bytes on disk", True),
    "download": ("bytes", False),
    "members": ("members", False),
    "pixels": ("pixels", False),
    "nodes": ("objects", False),
    "depth": ("levels", False),
}


class Budget:
    """What is left of the limits while one file is read.

    Args:
        limits: the limits; None for the usual ones.
        file: path of the file, for messages.
        held: bytes that the file really holds.
    """

    def __init__(self, limits: Limits | None = None, file: Any = None, held: int = 0):
        self.limits = DEFAULT if limits is None else limits
        self.file = file
        self.held = held
        self._spent = dict.fromkeys(UNITS, 0)

    def hold(self, count: int) -> None:
        """Note more bytes that are really there, such as those of another shard."""
        self.held += count

    def spend(self, kind: str, count: Any, place: str | None = None) -> None:
        """Take what a file claims from the budget, before it is allocated.

        Args:
            kind: name of a field of `Limits`.
            count: how much.
            place: where in the file it is claimed.

        Raises:
            LoadError: if the file has claimed more than its limit.
        """
        self._spent[kind] += count
        self.check(kind, self._spent[kind], place)

    def check(self, kind: str, count: Any, place: str | None = None) -> None:
        """Refuse what is over the limit alone, whatever was spent before."""
        unit, grows = UNITS[kind]
        most = getattr(self.limits, kind) + (EXPANSION * self.held if grows else 0)
        if count <= most:
            return
        held = f", since the file holds {_amount(self.held)}" if grows else ""
        raise LoadError(
            f"what it says would take too many {unit}",
            file=self.file,
            place=place,
            found=f"{_amount(count)} {unit}",
            expected=f"at most {_amount(most)}{held}",
            advice=f"if you trust the file, pass limits=keras.saving.Limits({kind}=...) with more",
        )


_active: contextvars.ContextVar[Budget | None] = contextvars.ContextVar("budget", default=None)


@contextlib.contextmanager
def spending(budget: Budget) -> Iterator[Budget]:
    """While the block runs, `spend` and `check` take from this budget."""
    token = _active.set(budget)
    try:
        yield budget
    finally:
        _active.reset(token)


def active() -> Budget | None:
    """The budget of the file that is being read; None where none is."""
    return _active.get()


def spend(kind: str, count: Any, place: str | None = None) -> None:
    """Spend from the budget of the file that is being read; nothing happens where none is.

    Raises:
        LoadError: if the file has claimed more than its limit.
    """
    budget = _active.get()
    if budget is not None:
        budget.spend(kind, count, place)


def read_counted(file: BinaryIO, budget: Budget, place: str | None = None) -> bytes:
    """All of a file that unpacks as it is read, within the limit of memory.

    Raises:
        LoadError: if it unpacks to far more than the budget's file holds.
    """
    parts = []
    while content := file.read(MEBIBYTE):
        budget.spend("memory", len(content), place)
        parts.append(content)
    return b"".join(parts)


def _amount(count: Any) -> str:
    return f"{count:,}" if count < 10**18 else f"{count:.3g}"
