"""Warnings of a model that are given once for each `compile`."""

from __future__ import annotations

from typing import Any

from cornu.engine.user_warnings import warn


def warn_once(model: Any, kind: str, message: str) -> None:
    """Warn, unless this kind of warning was given since the model was compiled.

    Args:
        model: the model.
        kind: what the warning is about.
        message: what is likely to be wrong, and what to do.
    """
    said = model.__dict__.setdefault("_said", set())
    if kind not in said:
        said.add(kind)
        warn(message)
