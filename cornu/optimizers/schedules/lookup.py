"""From configs to schedules, and back."""

from __future__ import annotations

from cornu.core import registry
from cornu.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from cornu.optimizers.schedules.decays import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from cornu.optimizers.schedules.schedule import LearningRateSchedule

CLASSES = {
    cls.__name__: cls
    for cls in (
        CosineDecay,
        CosineDecayRestarts,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict:
    """The schedule's class and config as plain values.

    Args:
        learning_rate_schedule: a schedule.

    >>> schedules = keras.optimizers.schedules
    >>> schedules.serialize(schedules.CosineDecay(0.1, 10))["class_name"]
    'CosineDecay'
    """
    return registry.serialize(learning_rate_schedule)


def deserialize(config: dict, custom_objects: dict | None = None) -> LearningRateSchedule:
    """The schedule that `serialize` wrote.

    Args:
        config: a config.
        custom_objects: dict from name to class, for this call.

    >>> schedules = keras.optimizers.schedules
    >>> config = schedules.serialize(schedules.CosineDecay(0.5, 10))
    >>> float(schedules.deserialize(config)(0))
    0.5
    """
    expected = (LearningRateSchedule,)
    return registry.deserialize(config, custom_objects, None, CLASSES, expected=expected)


registry.publish(
    "keras.optimizers.schedules", {**CLASSES, "LearningRateSchedule": LearningRateSchedule}
)
