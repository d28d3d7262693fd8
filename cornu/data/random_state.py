"""States of the global generators that users' data sets draw from: Python's, NumPy's, ours."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine import randomness


def random_state() -> dict[str, Any]:
    """The states, as plain values and arrays."""
    python, own = randomness.state()
    return {
        "python": _plain(python),
        "own": own and _plain(own),
        "numpy": np.random.get_state(legacy=False),  # noqa: NPY002
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Put the generators into the states that `random_state` gave."""
    own = state.get("own")
    randomness.restore((_restored(state["python"]), own and _restored(own)))
    np.random.set_state(state["numpy"])  # noqa: NPY002


def _plain(state: tuple) -> list:
    version, words, gauss = state
    return [version, np.array(words, np.uint32), gauss]


def _restored(state: list) -> tuple:
    version, words, gauss = state
    return version, tuple(words.tolist()), gauss
