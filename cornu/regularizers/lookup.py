"""From names and configs to regularizers, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import registry
from cornu.core.identifiers import resolve
from cornu.engine.names import to_snake_case
from cornu.regularizers.base import Regularizer
from cornu.regularizers.norms import L1, L1L2, L2, OrthogonalRegularizer

CLASSES = {cls.__name__: cls for cls in (L1, L1L2, L2, OrthogonalRegularizer)}
BY_NAME = {
    **CLASSES,
    **{to_snake_case(name): cls for name, cls in CLASSES.items()},
    "l1_l2": L1L2,
}


def get(identifier: Any) -> Callable | None:
    """The regularizer that an identifier means.

    Args:
        identifier: a name such as `"l2"`, a regularizer, its class or config, a function, or
            None.

    Raises:
        ValueError: for anything else; the message lists names close to it.

    >>> type(keras.regularizers.get("l2")).__name__
    'L2'
    """
    return resolve(identifier, "regularizer", BY_NAME, (Regularizer,))


def serialize(regularizer: Any) -> dict:
    """The regularizer's class and config as plain values.

    Args:
        regularizer: a regularizer.

    >>> keras.regularizers.serialize(keras.regularizers.L2())["class_name"]
    'L2'
    """
    return registry.serialize(regularizer)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """The regularizer that `serialize` wrote.

    Args:
        config: a config or a name.
        custom_objects: dict from name to class, for this call.

    Raises:
        ValueError: for an unknown name.

    >>> type(keras.regularizers.deserialize("l2")).__name__
    'L2'
    """
    with registry.CustomObjectScope(custom_objects):
        return get(config)


registry.publish("keras.regularizers", CLASSES)
registry.publish("keras", {"Regularizer": Regularizer})
