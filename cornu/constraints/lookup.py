"""From names and configs to constraints, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.constraints.base import Constraint
from cornu.constraints.norms import MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from cornu.core import registry
from cornu.core.identifiers import resolve
from cornu.engine.names import to_snake_case

CLASSES = {cls.__name__: cls for cls in (MaxNorm, MinMaxNorm, NonNeg, UnitNorm)}
BY_NAME = {
    **CLASSES,
    **{to_snake_case(name): cls for name, cls in CLASSES.items()},
}


def get(identifier: Any) -> Callable | None:
    """The constraint that an identifier means.

    Args:
        identifier: a name such as `"non_neg"`, a constraint, its class or config, a function, or
            None.

    Raises:
        ValueError: for anything else; the message lists names close to it.

    >>> type(keras.constraints.get("non_neg")).__name__
    'NonNeg'
    """
    return resolve(identifier, "constraint", BY_NAME, (Constraint,))


def serialize(constraint: Any) -> dict:
    """The constraint's class and config as plain values.

    Args:
        constraint: a constraint.

    >>> keras.constraints.serialize(keras.constraints.NonNeg())["class_name"]
    'NonNeg'
    """
    return registry.serialize(constraint)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """The constraint that `serialize` wrote.

    Args:
        config: a config or a name.
        custom_objects: dict from name to class, for this call.

    Raises:
        ValueError: for an unknown name.

    >>> type(keras.constraints.deserialize("non_neg")).__name__
    'NonNeg'
    """
    with registry.CustomObjectScope(custom_objects):
        return get(config)


registry.publish("keras.constraints", {**CLASSES, "Constraint": Constraint})
