"""Cornu: the Keras 3 API on JAX/XLA.

Submodules and the names below are loaded when first used, so the import itself is cheap.
Examples in docstrings take `import cornu as keras` and `import numpy as np` for granted.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from cornu.engine.lazy import load

__version__ = "0.1.0"

_SUBMODULES = frozenset(
    "activations applications backend callbacks config constraints core data datasets "
    "distribution dtype_policies engine export initializers kernels layers legacy losses metrics "
    "mixed_precision model_selection models ops optimizers preprocessing quantizers random "
    "regularizers saving training tree tuner utils visualization wrappers".split()
)
_NAMES = {
    "DTypePolicy": "cornu.core.dtype_policy",
    "FloatDTypePolicy": "cornu.dtype_policies",
    "Function": "cornu.core.graph",
    "Initializer": "cornu.initializers",
    "Input": "cornu.layers",
    "InputSpec": "cornu.core.input_spec",
    "KerasTensor": "cornu.ops.keras_tensor",
    "Layer": "cornu.layers",
    "Loss": "cornu.losses",
    "Metric": "cornu.metrics",
    "Model": "cornu.models",
    "Operation": "cornu.ops.symbolic",
    "Optimizer": "cornu.optimizers",
    "Regularizer": "cornu.regularizers",
    "RematScope": "cornu.core.remat",
    "Sequential": "cornu.models",
    "StatelessScope": "cornu.core.scope",
    "SymbolicScope": "cornu.core.scope",
    "Variable": "cornu.initializers",
    "device": "cornu.engine.devices",
    "grad": "cornu.core.gradients",
    "name_scope": "cornu.core.scope",
    "remat": "cornu.core.remat",
    "value_and_grad": "cornu.core.gradients",
}


def version() -> str:
    """The library's version.

    >>> import cornu as keras
    >>> keras.version() == keras.__version__
    True
    """
    return __version__


# Rooms that are no part of the public API.
_INSIDE = frozenset({"core", "engine", "kernels"})


def __getattr__(name: str) -> Any:
    if name == "__all__":
        # For `from cornu import *`, which loads them all.
        rooms = (room for room in _SUBMODULES - _INSIDE if find_spec(f"cornu.{room}"))
        return sorted([*_NAMES, *rooms, "version"])
    if name in _NAMES:
        value = getattr(load(_NAMES[name]), name)
        globals()[name] = value
        return value
    if name in _SUBMODULES:
        try:
            return load(f"cornu.{name}")
        except ModuleNotFoundError as error:
            if error.name == f"cornu.{name}":
                raise AttributeError(f"module 'cornu' has no attribute {name!r}") from None
            raise
    raise AttributeError(f"module 'cornu' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES, *_SUBMODULES})
