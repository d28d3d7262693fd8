"""Constructors of optimizers refuse what is no number, and rates that cannot be."""

import re

import numpy as np
import pytest

from cornu import Variable, optimizers

CASES = [
    ({"learning_rate": "0.1"}, "learning_rate must be a number", "Write learning_rate=0.1"),
    ({"learning_rate": "fast"}, "learning_rate must be a number", "'fast' of type str"),
    ({"learning_rate": None}, "learning_rate must be a number", "None"),
    ({"learning_rate": [0.1]}, "learning_rate must be a number", "[0.1] of type list"),
    ({"learning_rate": np.array([0.1])}, "learning_rate must be a number", "ndarray"),
    ({"learning_rate": optimizers.schedules.CosineDecay}, "learning_rate must be", "schedule"),
    ({"learning_rate": -0.1}, "learning_rate must not be negative", "-0.1"),
    ({"learning_rate": float("nan")}, "learning_rate must not be negative", "nan"),
    ({"clipnorm": "1"}, "clipnorm must be a number", "Write clipnorm=1.0"),
    ({"clipnorm": -1.0}, "clipnorm must not be negative", "-1.0"),
    ({"clipvalue": "small"}, "clipvalue must be a number", "'small'"),
    ({"global_clipnorm": [1]}, "global_clipnorm must be a number", "list"),
    ({"weight_decay": "1e-4"}, "weight_decay must be a number", "Write weight_decay=0.0001"),
    ({"weight_decay": -1e-4}, "weight_decay must not be negative", "-0.0001"),
    ({"ema_momentum": "0.9"}, "ema_momentum must be a number", "0.9"),
    ({"gradient_accumulation_steps": "4"}, "gradient_accumulation_steps must be", "'4'"),
    ({"beta_1": "0.9"}, "beta_1 must be a number", "Write beta_1=0.9"),
    ({"epsilon": "tiny"}, "epsilon must be a number", "'tiny'"),
    ({"lr": 0.1}, "['lr']", "Did you mean learning_rate?"),
    ({"learning_rat": 0.1}, "['learning_rat']", "Did you mean 'learning_rate'?"),
]


@pytest.mark.parametrize("arguments, said, also", CASES, ids=str)
def test_what_cannot_be_is_refused(arguments, said, also):
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        optimizers.Adam(**arguments)
    assert "Adam" in str(error.value)
    assert also in str(error.value)


def test_arguments_by_place_are_checked_too():
    with pytest.raises(ValueError, match="SGD: momentum must be a number"):
        optimizers.SGD(0.1, "0.9")


@pytest.mark.parametrize(
    "rate",
    [0, 0.0, np.float32(0.1), np.array(0.1), Variable(0.1), lambda: 0.1],
    ids=["int", "zero", "NumPy", "array", "Variable", "function"],
)
def test_numbers_of_all_kinds_are_rates(rate):
    optimizers.Adam(rate)
