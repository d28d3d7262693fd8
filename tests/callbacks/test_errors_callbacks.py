"""Constructors of callbacks refuse what they cannot work with."""

import re

import pytest

from cornu import callbacks

CASES = [
    (lambda: callbacks.LearningRateScheduler(0.1), "schedule must be a function", "0.1"),
    (lambda: callbacks.EarlyStopping(patience=-1), "EarlyStopping: patience", "-1"),
    (lambda: callbacks.EarlyStopping(patience="3"), "EarlyStopping: patience", "'3' of type str"),
    (lambda: callbacks.EarlyStopping(start_from_epoch=None), "start_from_epoch", "None"),
    (lambda: callbacks.ReduceLROnPlateau(patience=None), "ReduceLROnPlateau: patience", "None"),
    (lambda: callbacks.ReduceLROnPlateau(cooldown=-2), "ReduceLROnPlateau: cooldown", "-2"),
    (lambda: callbacks.ReduceLROnPlateau(factor=2), "factor must be below 1", "2"),
    (lambda: callbacks.ReduceLROnPlateau(factor="0.1"), "factor must be below 1", "'0.1'"),
]


@pytest.mark.parametrize("make, said, came", CASES, ids=[case[1] for case in CASES])
def test_the_callback_and_the_argument_are_named(make, said, came):
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        make()
    assert came in str(error.value)
