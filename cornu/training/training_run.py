"""`TrainingRun`: where a `fit` is, and its whole state as plain values for a backup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core.tracking import unique
from cornu.data.random_state import random_state, set_random_state
from cornu.training.logs import Logs
from cornu.training.steps.program import global_seed_state


class TrainingRun:
    """A call of `fit`: lives as long as it, and is all that a model knows of it.

    Args:
        model: the model that is trained.
        feed: the training data; None for a loop of a user's own.
        validation: the validation data, or None.

    Attributes:
        epoch: number of the epoch.
        step: number of batches of it that were used.
        logs: the epoch's values so far.
        resumed: whether it goes on where another one was broken off.
    """

    def __init__(self, model: Any, feed: Any = None, validation: Any = None):
        self.model = model
        self.feeds = {"feed": feed, "validation": validation}
        self.epoch = self.step = 0
        self.logs: Any = Logs({})
        self.resumed = False
        self._random: dict[str, Any] | None = None

    def begin_epoch(self, epoch: int) -> None:
        """An epoch begins, unless it is the one that was taken up again within."""
        if (epoch, self.step > 0) != (self.epoch, True):
            self.epoch, self.step, self.logs = epoch, 0, Logs({})

    def epoch_began(self) -> None:
        """The hooks of an epoch's beginning were called; they had been before the break."""
        if self._random is not None and self.step:
            set_random_state(self._random)
        self._random = None

    def watch(self, saves_at: Callable[[int], bool]) -> None:
        """Prepare the data for backups after such numbers of steps, and at the ends of epochs."""
        for feed in self.feeds.values():
            if feed is not None:
                feed.watch(saves_at)

    def snapshot(self) -> dict[str, Any]:
        """Arrays of all state, the place in the run and in the data, and the random numbers."""
        places = {
            name: {
                "seed": getattr(feed, "seed", None),
                # Validation begins anew each time, after what it has given.
                "place": feed.get_state(*((self.epoch, self.step) if name == "feed" else (-1, 0))),
            }
            for name, feed in self.feeds.items()
            if feed is not None
        }
        return {
            "arrays": [np.array(variable._value) for variable in self._variables()],
            "epoch": self.epoch,
            "step": self.step,
            "logs": dict(self.logs.items()),
            "feeds": places,
            "random": places.get("feed", {}).get("place", {}).get("random") or random_state(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Put back what `snapshot` gave; `fit` goes on at its place."""
        variables, arrays = self._variables(), snapshot["arrays"]
        if len(arrays) != len(variables):
            raise ValueError(
                f"The backup holds {len(arrays)} arrays, model {self.model.name!r} has "
                f"{len(variables)} state variables: it was written by another model. Delete it to "
                "start anew."
            )
        for variable, value in zip(variables, arrays):
            variable.assign(value)
        for name, feed in self.feeds.items():
            known = snapshot["feeds"].get(name)
            if feed is None or known is None:
                continue
            if known["seed"] is not None and hasattr(feed, "seed"):
                feed.seed = known["seed"]
            if known["place"]:
                feed.set_state(known["place"])
        self.epoch, self.step = int(snapshot["epoch"]), int(snapshot["step"])
        self.logs = Logs(snapshot["logs"])
        self.resumed = True
        self._random = snapshot["random"]
        set_random_state(self._random)

    def _variables(self) -> list:
        model = self.model
        found = [*model.variables, *model.metrics_variables, *global_seed_state()]
        if model.optimizer is not None:
            found += model.optimizer.variables
        return unique(found)
