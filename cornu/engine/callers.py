"""Who called: the nearest line outside of the package, which is the user's."""

from __future__ import annotations

import linecache
import sys
import textwrap
from itertools import islice
from types import FrameType

# What stands between a user's line and the package: itself, and what calls its functions.
NOT_THE_USERS = {"cornu", "jax", "numpy", "contextlib", "functools", "threading", "concurrent"}


def user_frame() -> tuple[FrameType, int]:
    """The nearest frame of the user's, and how many calls lie between it and who asks."""
    frame, level = sys._getframe(1), 0
    while frame.f_back is not None and _package(frame) in NOT_THE_USERS:
        frame, level = frame.f_back, level + 1
    return frame, level


def _package(frame: FrameType) -> str:
    return frame.f_globals.get("__name__", "").partition(".")[0]


def running_text(frame: FrameType) -> str:
    """The piece of source that a frame is evaluating, such as `np.sum(x)`; empty if unknown."""
    if frame.f_lasti < 0:
        return ""
    code = frame.f_code
    places = islice(code.co_positions(), frame.f_lasti // 2, None)
    first, last, start, end = next(places, (None,) * 4)
    if None in (first, last, start, end):
        return ""
    lines = source_lines(frame)[first - 1 : last]
    if not lines:
        return ""
    # Columns count bytes.
    rows = [line.encode() for line in lines]
    rows[-1] = rows[-1][:end]
    rows[0] = rows[0][start:]
    text = " ".join(row.decode().strip() for row in rows)
    return textwrap.shorten(text, 100, placeholder=" ...")


def source_lines(frame: FrameType) -> list[str]:
    """The lines of the file that a frame runs; empty if unknown."""
    # Whatever is run as text has this name, and Python knows the source of the first only.
    if frame.f_code.co_filename == "<string>":
        return []
    return linecache.getlines(frame.f_code.co_filename, frame.f_globals)


def place(frame: FrameType) -> str:
    """Where a frame is, as `File "model.py", line 3, in call`."""
    code = frame.f_code
    return f'File "{code.co_filename}", line {frame.f_lineno}, in {code.co_name}'
