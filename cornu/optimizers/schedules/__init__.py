"""Learning rate schedules: the learning rate as a function of the number of steps done."""

from cornu.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from cornu.optimizers.schedules.decays import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from cornu.optimizers.schedules.lookup import deserialize, serialize
from cornu.optimizers.schedules.schedule import LearningRateSchedule

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
