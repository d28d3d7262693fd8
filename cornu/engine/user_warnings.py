"""Warnings that point at the line of the user's that caused them."""

from __future__ import annotations

import sys
import warnings

# What stands between a user's line and a warning: this package, and what calls its functions.
NOT_THE_USERS = {"cornu", "jax", "contextlib", "functools", "threading", "concurrent"}


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the nearest caller outside of the package.

    Args:
        message: what is likely to be wrong, and what to do.
        category: the kind of warning.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and _package(frame) in NOT_THE_USERS:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _package(frame: object) -> str:
    return frame.f_globals.get("__name__", "").partition(".")[0]
