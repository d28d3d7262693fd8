"""Values and times as the progress display writes them."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornu.training.display.progress import duration, format_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.912345, "0.9123"),
        (0.9, "0.9000"),
        (1.0, "1.0000"),
        (0.0, "0.0000"),
        (-0.5, "-0.5000"),
        (12.3456, "12.3456"),
        (999.97, "999.9700"),
        (123456.7, "123456.7000"),
        (123456789.0, "1.2346e+08"),
        (0.001, "0.0010"),
        (0.00012345, "1.2345e-04"),
        (1e-5, "1.0000e-05"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (7, "7"),
        (123456789, "123456789"),
        (np.float32(0.1), "0.1000"),
        (np.int64(3), "3"),
        (True, "True"),
        ("warmup", "warmup"),
        (None, "None"),
        (np.array([0.5, 0.25]), "[0.5000 0.2500]"),
        (np.arange(10), "[0 1 ... 8 9]"),
        (np.zeros((2, 2)), "[0.0000 0.0000 0.0000 0.0000]"),
        (jnp.float32(0.25), "0.2500"),
        (jnp.array(0.25, "bfloat16"), "0.2500"),
    ],
)
def test_values_are_formatted_as_people_read_them(value, text):
    assert format_value(value) == text


@given(st.floats(-1e300, 1e300))
def test_formatted_values_are_near_and_short(value):
    text = format_value(value)
    assert abs(float(text) - value) <= max(0.0000501 * abs(value), 0.0000501)
    assert len(text) <= 13


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0us"),
        (0.0000123, "12us"),
        (0.00085, "850us"),
        (0.0026, "2.6ms"),
        (0.26, "260ms"),
        (1, "1s"),
        (9.97, "10s"),
        (35.2, "35s"),
        (60, "1m00s"),
        (185, "3m05s"),
        (3599.7, "1h00m"),
        (90061, "25h01m"),
    ],
)
def test_durations_are_short(seconds, text):
    assert duration(seconds) == text
