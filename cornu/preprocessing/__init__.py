"""Files and raw values made into arrays and data sets. Names are loaded when first used."""

from __future__ import annotations

import importlib
from typing import Any

_SUBMODULES = frozenset({"image", "sequence", "text", "timeseries"})
_NAMES = {
    "timeseries_dataset_from_array": "cornu.preprocessing.timeseries",
}

__all__ = ["image", "sequence", "text", "timeseries_dataset_from_array"]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    if name in _SUBMODULES:
        return importlib.import_module(f"cornu.preprocessing.{name}")
    raise AttributeError(f"module 'cornu.preprocessing' has no attribute {name!r}")
