"""Tensors of other libraries as NumPy arrays: by NumPy's own protocol, or by DLPack."""

from __future__ import annotations

from typing import Any

import numpy as np


def is_torch_tensor(value: Any) -> bool:
    """Whether this is a torch tensor, or another library's that is one in its methods."""
    return all(hasattr(value, name) for name in ("detach", "cpu", "numpy"))


def is_foreign_tensor(value: Any) -> bool:
    """Whether this is a tensor of torch, TensorFlow, CuPy or the like."""
    if isinstance(value, type) or is_torch_tensor(value):
        return not isinstance(value, type)
    protocols = hasattr(value, "__array__") or hasattr(value, "__dlpack__")
    return protocols and hasattr(value, "shape") and hasattr(value, "dtype")


def to_numpy(value: Any, where: str) -> np.ndarray:
    """A tensor as a NumPy array, without a copy where it lies in the host's memory.

    Args:
        value: a tensor of another library.
        where: what it is, for messages.

    Raises:
        ValueError: if it gives its values neither to NumPy nor by DLPack.
    """
    if is_torch_tensor(value):
        # NumPy has no bfloat16, and floats become the default type anyway.
        value = value.float() if "bfloat16" in str(value.dtype) else value
        return np.asarray(value.detach().cpu().numpy())
    reasons = []
    for protocol, convert in (("__array__", np.asarray), ("__dlpack__", np.from_dlpack)):
        if not hasattr(value, protocol):
            continue
        try:
            return convert(value)
        except (TypeError, ValueError, RuntimeError, BufferError) as error:
            reasons.append(str(error))
    raise ValueError(
        f"{where} is a tensor of type {type(value).__module__}.{type(value).__name__} that gives "
        f"its values neither to NumPy nor by DLPack ({reasons[0]:.200}). Bring it to the host "
        "first, for instance with `x.get()` or `x.cpu().numpy()`."
    )
