"""Dtype policies under Keras's names."""

from cornu.core.dtype_policy import DTypePolicy, deserialize, get, serialize
from cornu.core.dtype_policy import DTypePolicy as FloatDTypePolicy

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]
