"""Dtype policies: in which dtype a layer computes and in which it keeps its variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
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

    >>> policy = keras.DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None):
        name = name or _default().name
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


class DTypePolicyMap(DTypePolicy, MutableMapping):
    """Policies by the paths of layers, for a layer or model whose parts differ in dtype.

    Passed as the `dtype` of a layer, it reaches the layers inside; each asks for its own path.

    Args:
        default_policy: policy, or its name, of paths that no key fits; the global policy by
            default.
        policy_map: dict from key to policy. A key is a path, such as `"encoder/query"`, or a
            regular expression that must fit a whole path, such as `"encoder/.*"`.

    Raises:
        ValueError: if the default is a map.
        TypeError: if `policy_map` is no dict.

    >>> policies = keras.dtype_policies.DTypePolicyMap("float32")
    >>> policies["mha/query"] = "bfloat16"
    >>> layer = keras.layers.MultiHeadAttention(2, 2, name="mha", dtype=policies)
    >>> _ = layer(keras.ops.ones((1, 3, 4)), keras.ops.ones((1, 3, 4)))
    >>> layer.query_dense.compute_dtype, layer.key_dense.compute_dtype
    ('bfloat16', 'float32')
    """

    def __init__(self, default_policy: Any = None, policy_map: dict | None = None):
        if isinstance(default_policy, DTypePolicyMap):
            raise ValueError("The default_policy of a DTypePolicyMap cannot be a map itself.")
        if policy_map is not None and not isinstance(policy_map, dict):
            raise TypeError(
                "DTypePolicyMap: policy_map must be a dict from path to policy; got "
                f"{policy_map!r} of type {type(policy_map).__name__}."
            )
        self._given_default = default_policy
        self._default = _default() if default_policy is None else get(default_policy)
        self._policies: dict[str, DTypePolicy] = {}
        self.update(policy_map or {})

    @property
    def name(self) -> str:
        """`map_` and the name of the default policy."""
        return f"map_{self._default.name}"

    @property
    def default_policy(self) -> DTypePolicy:
        """The policy of paths that no key fits."""
        return self._default

    @property
    def variable_dtype(self) -> str:
        """That of the default policy."""
        return self._default.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """That of the default policy."""
        return self._default.compute_dtype

    @property
    def quantization_mode(self) -> str | None:
        """That of the default policy."""
        return self._default.quantization_mode

    def __getitem__(self, path: str) -> DTypePolicy:
        if path in self._policies:
            return self._policies[path]
        fitting = [key for key in self._policies if re.fullmatch(key, path)]
        if len(fitting) > 1:
            raise ValueError(
                f"The path {path!r} fits several keys of the DTypePolicyMap: {fitting}. Change "
                "them so that each path fits one key, or add the path itself as a key."
            )
        return self._policies[fitting[0]] if fitting else self._default

    def __setitem__(self, key: str, policy: Any) -> None:
        if key in self._policies:
            raise ValueError(
                f"The DTypePolicyMap has a policy for {key!r} already, {self._policies[key]}. "
                "Delete it first."
            )
        try:
            self._policies[key] = get(policy)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"DTypePolicyMap: {key!r} must map to a policy or its name; got {policy!r}."
            ) from error

    def __delitem__(self, key: str) -> None:
        del self._policies[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._policies

    def __iter__(self) -> Iterator[str]:
        return iter(self._policies)

    def __len__(self) -> int:
        return len(self._policies)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {"default_policy": self._given_default, "policy_map": dict(self._policies)}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> DTypePolicyMap:
        """A map made from what `get_config` or a file gives."""
        return cls(**registry.deserialize(dict(config), custom_objects, expected=(DTypePolicy,)))

    def __eq__(self, other: Any) -> bool:
        return (
            type(self) is type(other)
            and self._default == other._default
            and self._policies == other._policies
        )

    def __hash__(self) -> int:
        return hash((type(self), self.name))

    def __repr__(self) -> str:
        names = {key: policy.name for key, policy in self._policies.items()}
        return f"<DTypePolicyMap default_policy={self._default.name}, mapping={names}>"


_ARRAYS = (jnp.ndarray,)

_global: DTypePolicy | None = None


def dtype_policy() -> DTypePolicy:
    """The policy of layers that are given none: `floatx` unless set.

    >>> keras.config.dtype_policy()
    <DTypePolicy "float32">
    """
    return _global if _global is not None else DTypePolicy(config.floatx())


def _default() -> DTypePolicy:
    """The global policy; that of a map which is the global policy."""
    policy = dtype_policy()
    return policy.default_policy if isinstance(policy, DTypePolicyMap) else policy


def set_dtype_policy(policy: str | DTypePolicy) -> None:
    """Set the policy of layers that are given none.

    Args:
        policy: a `DTypePolicy` or its name.

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
        return registry.deserialize(identifier, expected=(DTypePolicy,))
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    return DTypePolicy(dtypes.standardize_dtype(identifier))


def serialize(dtype_policy: DTypePolicy) -> dict:
    """A policy as plain values."""
    return registry.serialize(dtype_policy)


def serialize_map_or(policy: DTypePolicy, otherwise: str) -> Any:
    """A map as plain values; for any other policy the dtype that the layer's config holds."""
    return serialize(policy) if isinstance(policy, DTypePolicyMap) else otherwise


def deserialize(config: dict, custom_objects: dict | None = None) -> DTypePolicy:
    """A policy from what `serialize` returned."""
    return registry.deserialize(config, custom_objects, expected=(DTypePolicy,))


class WithPolicy:
    """What has a policy of its own, or asks a map for that of its path; a base of `Layer`."""

    path: str
    _dtype_policy: DTypePolicy

    @property
    def dtype_policy(self) -> DTypePolicy:
        """In which dtypes the layer computes and keeps its variables."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        policy, known = get(value), self._dtype_policy
        if isinstance(known, DTypePolicyMap):
            if self.path in known:
                del known[self.path]
            known[self.path] = policy
        else:
            self._dtype_policy = policy

    @property
    def _own_policy(self) -> DTypePolicy:
        policy = self._dtype_policy
        if isinstance(policy, DTypePolicyMap):
            return policy[self.path]
        return policy

    @property
    def dtype(self) -> str:
        """Dtype of the variables."""
        return self.variable_dtype

    @property
    def variable_dtype(self) -> str:
        """Dtype of the variables."""
        return self._own_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """Dtype of the computations."""
        return self._own_policy.compute_dtype

    @property
    def input_dtype(self) -> str:
        """Dtype that float inputs are cast to."""
        return self.compute_dtype

    @property
    def quantization_mode(self) -> str | None:
        """How the layer is quantized; None if it is not."""
        return self._own_policy.quantization_mode


registry.publish("keras", {"DTypePolicy": DTypePolicy})
registry.publish(
    "keras.dtype_policies", {"DTypePolicy": DTypePolicy, "DTypePolicyMap": DTypePolicyMap}
)
