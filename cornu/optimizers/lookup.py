"""From names and configs to optimizers, and back."""

from __future__ import annotations

import inspect
from typing import Any

from cornu.core import registry
from cornu.core.identifiers import unknown_name
from cornu.engine.names import to_snake_case
from cornu.optimizers.adadelta import Adadelta
from cornu.optimizers.adafactor import Adafactor
from cornu.optimizers.adagrad import Adagrad
from cornu.optimizers.adam import Adam
from cornu.optimizers.adam_w import AdamW
from cornu.optimizers.adamax import Adamax
from cornu.optimizers.ftrl import Ftrl
from cornu.optimizers.lamb import Lamb
from cornu.optimizers.lion import Lion
from cornu.optimizers.loss_scale_optimizer import LossScaleOptimizer
from cornu.optimizers.multi_optimizer import MultiOptimizer, OptimizerMap
from cornu.optimizers.muon import Muon
from cornu.optimizers.nadam import Nadam
from cornu.optimizers.optimizer import Optimizer
from cornu.optimizers.rmsprop import RMSprop
from cornu.optimizers.schedule_free_adam_w import ScheduleFreeAdamW
from cornu.optimizers.sgd import SGD

CLASSES = {
    cls.__name__: cls
    for cls in (
        Adadelta,
        Adafactor,
        Adagrad,
        Adam,
        AdamW,
        Adamax,
        Ftrl,
        Lamb,
        Lion,
        LossScaleOptimizer,
        MultiOptimizer,
        Muon,
        Nadam,
        RMSprop,
        SGD,
        ScheduleFreeAdamW,
    )
}
BY_NAME = {
    **CLASSES,
    **{to_snake_case(name): cls for name, cls in CLASSES.items()},
    **{name.lower(): cls for name, cls in CLASSES.items()},
}


def get(identifier: Any) -> Optimizer | None:
    """The optimizer that an identifier means.

    Args:
        identifier: a name such as `"adam"`, in any case; an optimizer, its class, or its config; or
            None.

    Raises:
        ValueError: for anything else; the message lists names close to it.

    >>> type(keras.optimizers.get("rmsprop")).__name__
    'RMSprop'
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if inspect.isclass(identifier) and issubclass(identifier, Optimizer):
        return identifier()
    if isinstance(identifier, str):
        found = registry.get_registered_object(identifier, module_objects=BY_NAME)
        found = found or BY_NAME.get(identifier.lower())
        if found is None:
            raise ValueError(unknown_name(identifier, "optimizer", BY_NAME))
        return found()
    raise ValueError(
        f"{identifier!r} of type {type(identifier).__name__} is no optimizer. Pass a name such as "
        "'adam', an optimizer, or a config made by `serialize`."
    )


def serialize(optimizer: Optimizer) -> dict:
    """The optimizer's class and config as plain values.

    Args:
        optimizer: an optimizer.

    >>> keras.optimizers.serialize(keras.optimizers.SGD())["class_name"]
    'SGD'
    """
    return registry.serialize(optimizer)


def deserialize(config: dict, custom_objects: dict | None = None) -> Optimizer:
    """The optimizer that `serialize` wrote.

    Args:
        config: a config; a class name may be in lower case.
        custom_objects: dict from name to class, for this call.

    >>> config = keras.optimizers.serialize(keras.optimizers.SGD(momentum=0.5))
    >>> keras.optimizers.deserialize(config).momentum
    0.5
    """
    known = BY_NAME.get(str(config.get("class_name")).lower())
    if known is not None and not config.get("registered_name"):
        config = {**config, "class_name": known.__name__}
    return registry.deserialize(
        config, custom_objects=custom_objects, module_objects=BY_NAME, expected=(Optimizer,)
    )


registry.publish(
    "keras.optimizers", {**CLASSES, "Optimizer": Optimizer, "OptimizerMap": OptimizerMap}
)
