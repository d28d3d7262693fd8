"""A model's whole training state as plain values, to go on to the same bits after a break."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.tracking import unique
from cornu.training.steps.program import global_seed_state


class Snapshots:
    """What `BackupAndRestore` saves of a model in training and puts back."""

    _feed: Any = None
    _position: tuple[int, int] | None = None
    _resume: tuple[int, int] | None = None

    def _snapshot_variables(self) -> list:
        found = [*self.variables, *self.metrics_variables, *global_seed_state()]
        if self.optimizer is not None:
            found += self.optimizer.variables
        return unique(found)

    def _training_snapshot(self) -> dict[str, Any]:
        """Arrays of all state, the seed of the data's order, and the place in the run."""
        arrays = {str(i): np.array(v._value) for i, v in enumerate(self._snapshot_variables())}
        epoch, step = self._position or (0, 0)
        seed = getattr(self._feed, "seed", None)
        place = self._feed.get_state(epoch, step) if hasattr(self._feed, "get_state") else {}
        return {
            "arrays": arrays,
            "epoch": epoch,
            "step": step,
            "feed_seed": seed,
            "feed_state": place,
        }

    def _restore_snapshot(self, snapshot: dict[str, Any]) -> None:
        """Put back what `_training_snapshot` gave; `fit` goes on at its place."""
        variables = self._snapshot_variables()
        arrays = snapshot["arrays"]
        if len(arrays) != len(variables):
            raise ValueError(
                f"The backup holds {len(arrays)} arrays, model {self.name!r} has {len(variables)} "
                "state variables: it was written by another model. Delete it to start anew."
            )
        for i, variable in enumerate(variables):
            variable.assign(arrays[str(i)])
        if snapshot.get("feed_seed") is not None and hasattr(self._feed, "seed"):
            self._feed.seed = snapshot["feed_seed"]
        if snapshot.get("feed_state"):
            self._feed.set_state(snapshot["feed_state"])
        self._resume = (int(snapshot["epoch"]), int(snapshot["step"]))
