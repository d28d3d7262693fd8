"""What is raised for files that cannot be loaded."""

from __future__ import annotations

import struct
import zlib
from typing import Any

# What code that trusts its input raises where a file holds something else. Not among them: what
# the user or the system asks for (KeyboardInterrupt), and OSError, which tells of the disk.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class LoadError(ValueError):
    """A file that cannot be loaded: damaged, hostile, or made for something else.

    Its attributes may be filled in on the way up, by whoever knows the file or the place.

    Args:
        problem: one sentence that says what is wrong.
        file: path of the file.
        place: where inside it: a member of an archive, a data set, a path in its config.
        found: what stands there.
        expected: what should stand there.
        advice: what to do next.

    >>> print(keras.saving.LoadError("too few values", file="m.keras", found=3, expected=4))
    Cannot load 'm.keras': too few values.
      found: 3
      expected: 4
    """

    def __init__(
        self,
        problem: str,
        *,
        file: Any = None,
        place: str | None = None,
        found: Any = None,
        expected: Any = None,
        advice: str | None = None,
    ):
        super().__init__(problem)
        self.problem = problem
        self.file = file
        self.place = place
        self.found = found
        self.expected = expected
        self.advice = advice

    def __str__(self) -> str:
        what = "a value" if self.file is None else repr(str(self.file))
        rows = [f"Cannot load {what}: {self.problem.rstrip('.')}."]
        for label, value in (
            ("at", self.place),
            ("found", self.found),
            ("expected", self.expected),
            ("next", self.advice),
        ):
            if value is not None:
                rows.append(f"  {label}: {_short(value)}")
        return "\n".join(rows)


def _short(value: Any, most: int = 300) -> str:
    """One line of at most `most` characters, since the value may come from a hostile file."""
    text = " ".join(str(value)[: 2 * most].split())
    return text if len(text) <= most else text[: most - 1] + "…"
