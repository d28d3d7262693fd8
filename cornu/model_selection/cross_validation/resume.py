"""The folder of a run that can be broken off and goes on at the fold, and epoch, it was in."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np

from cornu import tree
from cornu.callbacks.backup_and_restore import BackupAndRestore
from cornu.callbacks.snapshot_file import read_snapshot, write_snapshot
from cornu.engine import randomness
from cornu.engine.atomic import write_text
from cornu.model_selection.cross_validation.models import state_values
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.samples import FoldTask, Samples, Settings

# A backup costs some milliseconds, which short epochs would feel.
SECONDS_BETWEEN_BACKUPS = 5.0
# Of each array only so much is read to tell whether it is the same as before.
DIGEST_BYTES = 2**26


class ResumeFolder:
    """Keeps finished folds, and backups of the one that runs.

    Args:
        path: the folder; made if it is not there.
    """

    def __init__(self, path: Any):
        self.path = Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.header = self.path / "run.json"
        self.known = json.loads(self.header.read_text()) if self.header.exists() else None

    def seed(self, seed: int | None) -> int | None:
        """The seed of the run that goes on, where none is given."""
        return self.known["seed"] if seed is None and self.known else seed

    def begin(
        self,
        seed: int,
        tasks: list[FoldTask],
        samples: Samples,
        settings: Settings,
        **more: Any,
    ) -> None:
        """Write down what is run, or check that it is what was run before.

        Args:
            seed: of the run.
            tasks: its folds.
            samples: its data.
            settings: how it trains.
            **more: what else must be the same.

        Raises:
            ValueError: if the folder belongs to another run.
        """
        kept = ("return_models", "return_train_score", "return_predictions")
        now = {
            "format": 1,
            "seed": seed,
            "folds": digest([part for task in tasks for part in (task.train, task.test)]),
            "data": digest(tree.flatten((samples.x, samples.y, samples.sample_weight))),
            "fit": described(sorted(settings.fit.items())),
            "validation": described(settings.validation_split),
            "class_weight": described(settings.class_weight),
            "sampler": described(settings.sampler),
            **{name: getattr(settings, name) for name in kept},
            **{name: described(value) for name, value in more.items()},
        }
        if self.known is None:
            write_text(self.header, json.dumps(now, indent=1))
            return
        differing = [name for name in now if self.known.get(name) != now[name]]
        if differing:
            raise ValueError(
                f"resume={str(self.path)!r} holds a run that differs in: {', '.join(differing)}. "
                "Call with the same arguments to go on with it, or pass another folder."
            )

    def file(self, number: int) -> Path:
        return self.path / f"fold_{number}.npz"

    def backup(self, number: int) -> BackupAndRestore:
        """The callback that lets a fold go on at its last backup."""
        return FoldBackup(self.path / f"fold_{number}_backup", delete_checkpoint=False)

    def save(self, fold: Fold) -> None:
        """Write down a finished fold; its backup goes."""
        values = {
            f.name: getattr(fold, f.name)
            for f in dataclasses.fields(fold)
            if f.name not in ("model", "train", "test", "parameters")
        }
        values["weights"] = None if fold.model is None else state_values(fold.model)
        write_snapshot(self.file(fold.number), values)
        shutil.rmtree(self.path / f"fold_{fold.number}_backup", ignore_errors=True)

    def load(self, task: FoldTask) -> Fold | None:
        """The fold as it was saved, weights in the place of its model; None if not finished."""
        if not self.file(task.number).exists():
            return None
        values = read_snapshot(self.file(task.number))
        weights = values.pop("weights")
        return Fold(train=task.train, test=task.test, model=weights, **values)

    def searched(self, number: int) -> list[float]:
        """The mean scores of those candidates that a fold's inner search has tried."""
        path = self._search(number)
        return read_snapshot(path)["scores"] if path.exists() else []

    def save_searched(self, number: int, scores: list[float]) -> None:
        """Write down the scores of the candidates tried so far."""
        write_snapshot(self._search(number), {"scores": scores})

    def _search(self, number: int) -> Path:
        return self.path / f"fold_{number}_search.npz"


class FoldBackup(BackupAndRestore):
    """A backup at the end of an epoch, but not more often than every few seconds."""

    last = -np.inf

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if time.monotonic() - self.last >= SECONDS_BETWEEN_BACKUPS:
            super().on_epoch_end(epoch, logs)
            self.last = time.monotonic()


def drawn_seed(seed: int | None) -> int:
    """The seed of a run; drawn by chance if there is none.

    Raises:
        ValueError: if it is no whole number.
    """
    if seed is None:
        return randomness.draw_seed(2**31)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be a whole number from 0, or None; got {seed!r}.")
    return int(seed)


def described(value: Any) -> str:
    """A text for a value that is the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def digest(arrays: list) -> str:
    """A short text that differs where the arrays do."""
    found = hashlib.sha256()
    for array in arrays:
        if array is None:
            continue
        array = np.asarray(array)
        found.update(f"{array.shape}{array.dtype}".encode())
        rows = max(1, int(len(array) * min(1.0, DIGEST_BYTES / max(array.nbytes, 1))))
        part = array[:rows]
        found.update(repr(part.tolist()).encode() if part.dtype == object else part.tobytes())
    return found.hexdigest()[:16]
