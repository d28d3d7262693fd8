"""Files and raw values made into arrays and data sets. Names are loaded when first used."""

from __future__ import annotations

import importlib
from typing import Any

_SUBMODULES = frozenset({"image", "sequence", "text", "timeseries"})
_NAMES = {
    "image_dataset_from_directory": "cornu.data.directories",
    "text_dataset_from_directory": "cornu.data.directories",
    "timeseries_dataset_from_array": "cornu.preprocessing.timeseries",
}

__all__ = [
    "image",
    "image_dataset_from_directory",
    "sequence",
    "text",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    if name in _SUBMODULES:
        return importlib.import_module(f"cornu.preprocessing.{name}")
    raise AttributeError(f"module 'cornu.preprocessing' has no attribute {name!r}")
