"""Warnings that point at the line of the user's that caused them."""

from __future__ import annotations

import warnings

from cornu.engine.callers import user_frame


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the nearest caller outside of the package.

    Args:
        message: what is likely to be wrong, and what to do.
        category: the kind of warning.
    """
    _, level = user_frame()
    warnings.warn(message, category, stacklevel=level + 1)
