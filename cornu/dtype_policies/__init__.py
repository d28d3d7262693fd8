"""Dtype policies under Keras's names."""

from cornu.core.dtype_policy import DTypePolicy, DTypePolicyMap, deserialize, get, serialize
from cornu.core.dtype_policy import DTypePolicy as FloatDTypePolicy

__all__ = ["DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy", "deserialize", "get", "serialize"]
