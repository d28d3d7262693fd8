"""HDF5 files as bytes, since the library ends the process when the disk is full."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import h5py


def h5_bytes(fill: Callable[[h5py.File], Any]) -> tuple[bytes, Any]:
    """The content of a file that `fill` fills, and what `fill` gives back."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        result = fill(file)
    return content.getvalue(), result
