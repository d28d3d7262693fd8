"""Plain searches over the arguments of a function that builds models."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from cornu.callbacks.monitoring import BETTER_IF_HIGHER, BETTER_IF_LOWER


class GridSearch:
    """Tries every combination of values.

    Args:
        build: returns a new compiled model; called as `build(**parameters)`.
        space: dict from the name of an argument to the list of its values.
        measure: name of the score to choose by, such as `"accuracy"`; the loss by default.
        mode: `"min"` or `"max"`, whether a lower or a higher score is better; `"auto"` goes by the
            measure's name.

    Raises:
        TypeError: if `build` is no function.
        ValueError: for an empty space, or if `"auto"` cannot tell.

    >>> from cornu.model_selection import GridSearch
    >>> search = GridSearch(lambda units, rate: None, {"units": [8, 16], "rate": [0.1]})
    >>> search.candidates(seed=0)
    [{'units': 8, 'rate': 0.1}, {'units': 16, 'rate': 0.1}]
    """

    def __init__(
        self,
        build: Callable,
        space: Mapping[str, Sequence],
        measure: str = "loss",
        mode: Literal["auto", "min", "max"] = "auto",
    ):
        if not callable(build):
            raise TypeError(
                f"build must be a function that returns a compiled model; got {build!r}."
            )
        empty = [name for name, values in space.items() if not len(values)]
        if not space or empty:
            raise ValueError(
                "A search needs a dict from the names of build's arguments to lists of values; "
                + (f"{empty} have none." if empty else "it is empty.")
            )
        self.build = build
        self.space = {name: list(values) for name, values in space.items()}
        self.measure = measure
        self.higher_is_better = is_higher_better(measure, mode)

    def candidates(self, seed: int) -> list[dict[str, Any]]:
        """The combinations to try.

        Args:
            seed: for searches that draw; a grid does not.
        """
        combinations = itertools.product(*self.space.values())
        return [dict(zip(self.space, values)) for values in combinations]

    def best(self, scores: Sequence[float]) -> int:
        """Position of the best score; NaN is never the best.

        Raises:
            ValueError: if all are NaN.
        """
        scores = np.asarray(scores, float)
        if np.isnan(scores).all():
            raise ValueError(
                f"{self.measure!r} is NaN for every combination of the search. Try other values, a "
                "lower learning rate first."
            )
        return int(np.nanargmax(scores) if self.higher_is_better else np.nanargmin(scores))


class RandomSearch(GridSearch):
    """Tries some combinations, drawn without repetition.

    Args:
        build: see `GridSearch`, as are `space`, `measure` and `mode`.
        space: dict from the name of an argument to the list of its values.
        trials: number of combinations; all, if there are not more.
        measure: name of the score to choose by.
        mode: `"min"`, `"max"` or `"auto"`.

    >>> from cornu.model_selection import RandomSearch
    >>> search = RandomSearch(lambda units: None, {"units": range(100)}, trials=3)
    >>> len(search.candidates(seed=0))
    3
    """

    def __init__(
        self,
        build: Callable,
        space: Mapping[str, Sequence],
        trials: int = 10,
        measure: str = "loss",
        mode: Literal["auto", "min", "max"] = "auto",
    ):
        super().__init__(build, space, measure, mode)
        if trials < 1:
            raise ValueError(f"trials must be at least 1; got {trials}.")
        self.trials = trials

    def candidates(self, seed: int) -> list[dict[str, Any]]:
        """The combinations to try.

        Args:
            seed: of the draw.
        """
        sizes = [len(values) for values in self.space.values()]
        total = int(np.prod(sizes, dtype=np.int64))
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.choice(total, min(self.trials, total), replace=False))
        places = np.array(np.unravel_index(chosen, sizes)).T
        return [
            {name: values[i] for (name, values), i in zip(self.space.items(), row)}
            for row in places
        ]


def is_higher_better(measure: str, mode: str) -> bool:
    if mode in ("min", "max"):
        return mode == "max"
    if mode != "auto":
        raise ValueError(f"mode must be 'auto', 'min' or 'max'; got {mode!r}.")
    last = measure.rsplit("_", 1)[-1]
    if last in BETTER_IF_HIGHER:
        return True
    if last in BETTER_IF_LOWER or "loss" in last:
        return False
    raise ValueError(
        f"A search cannot tell whether a higher or a lower {measure!r} is better. Pass mode='max' "
        "or mode='min'."
    )
