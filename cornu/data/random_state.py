"""The states of Python's and NumPy's global generators, which data sets of users draw from."""

from __future__ import annotations

import random
from typing import Any

import numpy as np


def random_state() -> dict[str, Any]:
    """Both states, as plain values and arrays."""
    version, words, gauss = random.getstate()
    return {
        "python": [version, np.array(words, np.uint32), gauss],
        "numpy": np.random.get_state(legacy=False),  # noqa: NPY002
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Put both generators into the states that `random_state` gave."""
    version, words, gauss = state["python"]
    random.setstate((version, tuple(words.tolist()), gauss))
    np.random.set_state(state["numpy"])  # noqa: NPY002
