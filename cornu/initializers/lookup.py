"""From names and configs to initializers, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.identifiers import resolve
from cornu.engine import dtypes
from cornu.engine.names import to_snake_case
from cornu.initializers.base import Initializer
from cornu.initializers.constant import Constant, Identity, Ones, Zeros
from cornu.initializers.orthogonal import Orthogonal
from cornu.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from cornu.initializers.stft import STFT
from cornu.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)

CLASSES = {
    cls.__name__: cls
    for cls in (
        Constant,
        GlorotNormal,
        GlorotUniform,
        HeNormal,
        HeUniform,
        Identity,
        LecunNormal,
        LecunUniform,
        Ones,
        Orthogonal,
        RandomNormal,
        RandomUniform,
        STFT,
        TruncatedNormal,
        VarianceScaling,
        Zeros,
    )
}
OTHER_NAMES = {
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
    "STFTInitializer": STFT,
    "normal": RandomNormal,
    "one": Ones,
    "uniform": RandomUniform,
    "zero": Zeros,
}
BY_NAME = {**CLASSES, **{to_snake_case(name): cls for name, cls in CLASSES.items()}, **OTHER_NAMES}


def get(identifier: Any) -> Initializer | Callable | None:
    """The initializer that an identifier means.

    Args:
        identifier: a name such as `"glorot_uniform"`, an initializer, its class or config, a
            function of shape and dtype, an array to be used as the value, or None.

    Raises:
        ValueError: for anything else; the message lists names close to it.

    >>> type(keras.initializers.get("he_normal")).__name__
    'HeNormal'
    """
    if isinstance(identifier, (np.ndarray, jax.Array)):
        return _from_array(identifier)
    return resolve(identifier, "initializer", BY_NAME, (Initializer,))


def _from_array(value: Any) -> Callable:
    def initialize(shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        if tuple(shape) != tuple(value.shape):
            raise ValueError(
                f"The array given as initializer has shape {tuple(value.shape)}, but the weight "
                f"has shape {tuple(shape)}."
            )
        return jnp.asarray(value, dtypes.canonical(dtype))

    return initialize


def serialize(initializer: Any) -> dict:
    """The initializer's class and config as plain values.

    Args:
        initializer: an initializer.

    >>> keras.initializers.serialize(keras.initializers.Zeros())["class_name"]
    'Zeros'
    """
    return registry.serialize(initializer)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """The initializer that `serialize` wrote.

    Args:
        config: a config or a name.
        custom_objects: dict from name to class, for this call.

    Raises:
        ValueError: for an unknown name.

    >>> type(keras.initializers.deserialize("zeros")).__name__
    'Zeros'
    """
    with registry.CustomObjectScope(custom_objects):
        return get(config)


registry.publish("keras.initializers", {**CLASSES, **OTHER_NAMES})
registry.publish("keras", {"Initializer": Initializer})
