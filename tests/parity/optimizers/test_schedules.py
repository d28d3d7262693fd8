"""Learning rate schedules against Keras: values, configs."""

import numpy as np
import pytest

from tests.parity.oracle import compare_config, compare_function

STEPS = [0, 1, 4, 5, 9, 10, 11, 25, 70]
CASES = [
    ("ExponentialDecay", {"decay_steps": 10, "decay_rate": 0.5}),
    ("ExponentialDecay", {"decay_steps": 10, "decay_rate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"decay_steps": 10, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"decay_steps": 10, "decay_rate": 0.5, "staircase": True}),
    ("PolynomialDecay", {"decay_steps": 10}),
    ("PolynomialDecay", {"decay_steps": 10, "power": 2.0, "end_learning_rate": 0.02}),
    ("PolynomialDecay", {"decay_steps": 10, "power": 0.5, "cycle": True}),
    ("CosineDecay", {"decay_steps": 10}),
    ("CosineDecay", {"decay_steps": 10, "alpha": 0.1, "warmup_target": 0.3, "warmup_steps": 5}),
    ("CosineDecayRestarts", {"first_decay_steps": 10}),
    ("CosineDecayRestarts", {"first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.5}),
    ("CosineDecayRestarts", {"first_decay_steps": 10, "t_mul": 1.5, "m_mul": 0.8, "alpha": 0.1}),
]
PIECES = {"boundaries": [4, 10], "values": [0.1, 0.05, 0.01]}


def rates(keras, name, settings):
    schedule = getattr(keras.optimizers.schedules, name)(**settings)
    return [schedule(np.int32(step)) for step in STEPS]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_rates_are_keras(name, settings):
    settings = {"initial_learning_rate": 0.1, **settings}
    compare_function(rates, name=name, settings=settings, tolerance=1e-5)
    compare_config(f"optimizers.schedules.{name}", settings)


def test_pieces_are_keras():
    compare_function(rates, name="PiecewiseConstantDecay", settings=PIECES)
    compare_config("optimizers.schedules.PiecewiseConstantDecay", PIECES)
