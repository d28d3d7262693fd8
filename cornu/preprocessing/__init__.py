"""Files and raw values made into arrays and data sets. Names are loaded when first used."""

from __future__ import annotations

from typing import Any

from cornu.engine.lazy import load

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
        return getattr(load(_NAMES[name]), name)
    if name in _SUBMODULES:
        return load(f"cornu.preprocessing.{name}")
    raise AttributeError(f"module 'cornu.preprocessing' has no attribute {name!r}")
