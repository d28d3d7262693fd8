"""Asking before a file is replaced."""

from __future__ import annotations

from pathlib import Path


def may_write(path: str | Path, overwrite: bool) -> bool:
    """Whether to write there: asks the user if the file exists and `overwrite` is False."""
    if overwrite or not Path(path).exists():
        return True
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"{path} exists already. Overwrite it? [y/n] ").strip().lower()
    return answer == "y"
