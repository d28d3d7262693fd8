"""Dtype policies: in which dtype a layer computes and in which it keeps its variables."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.engine import config, dtypes
from cornu.ops.symbolic import KerasTensor


class DTypePolicy:
    """The pair of dtypes of a layer.

    Args:
        name: a dtype name, for both; or "mixed_float16" or "mixed_bfloat16": computation in the
            half type, variables in float32. The global policy by default.

    >>> import cornu as keras
    >>> policy = keras.DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None):
        name = name or dtype_policy().name
        if not isinstance(name, str):
            raise TypeError(f"A DTypePolicy's name must be a string; got {name!r}.")
        self._name = name
        self._compute_dtype, self._variable_dtype = self._parse(name)
        self._quantization_mode = None

    @staticmethod
    def _parse(name: str) -> tuple[str, str]:
        if name == "mixed_float16":
            return "float16", "float32"
        if name == "mixed_bfloat16":
            return "bfloat16", "float32"
        try:
            dtype = dtypes.standardize_dtype(name)
        except ValueError as error:
            raise ValueError(
                f"{name!r} is not a dtype policy. Use a dtype such as 'float32', or "
                "'mixed_float16' or 'mixed_bfloat16'."
            ) from error
        return dtype, dtype

    @property
    def name(self) -> str:
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """Dtype of the layer's computations."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> str:
        """Dtype of the layer's variables."""
        return self._variable_dtype

    @property
    def quantization_mode(self) -> str | None:
        """How the layer is quantized; None if it is not."""
        return self._quantization_mode

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """An input as an array, in `dtype` if it is a float and `autocast` holds."""
        dtype = dtypes.standardize_dtype(dtype)
        if isinstance(x, (KerasTensor, bool, int)):
            return x
        if isinstance(x, float):
            return jnp.asarray(x, dtype if autocast else None)
        if not hasattr(x, "dtype"):
            return x
        if np.dtype(x.dtype).kind in "OSUT":
            return x
        array = x if isinstance(x, _ARRAYS) else jnp.asarray(x)
        if autocast and jnp.issubdtype(array.dtype, jnp.floating) and array.dtype != dtype:
            return array.astype(dtype)
        return array

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> DTypePolicy:
        """A policy made from what `get_config` returned."""
        return cls(**config)

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self.name == other.name

    def __hash__(self) -> int:
        return hash((type(self), self.name))

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self.name}">'


_ARRAYS = (jnp.ndarray,)

_global: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are given none: `floatx` unless set.

    >>> import cornu as keras
    >>> keras.config.dtype_policy()
    <DTypePolicy "float32">
    """
    return _global if _global is not None else DTypePolicy(config.floatx())


def set_dtype_policy(policy: str | DTypePolicy) -> None:
    """Set the policy of layers that are given none.

    Args:
        policy: a `DTypePolicy` or its name.

    >>> import cornu as keras
    >>> keras.mixed_precision.set_global_policy("float32")
    """
    global _global
    _global = get(policy)


def reset() -> None:
    """Forget the global policy."""
    global _global
    _global = None


def get(identifier: Any) -> DTypePolicy:
    """The policy for a name, dtype, config or policy; the global one for None.

    Raises:
        ValueError: if it is none of these.
    """
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return registry.deserialize(identifier)
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(dtypes.standardize_dtype(identifier))


def serialize(policy: DTypePolicy) -> dict:
    """A policy as plain values."""
    return registry.serialize(policy)


def deserialize(config: dict, custom_objects: dict | None = None) -> DTypePolicy:
    """A policy from what `serialize` returned."""
    return registry.deserialize(config, custom_objects)


registry.publish("keras", {"DTypePolicy": DTypePolicy})
registry.publish("keras.dtype_policies", {"DTypePolicy": DTypePolicy})
