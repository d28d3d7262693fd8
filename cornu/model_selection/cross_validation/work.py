"""What is done with each fold, in this process or in another, and with the folds a folder keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cornu.model_selection.cross_validation.models import FoldModels
from cornu.model_selection.cross_validation.one_fold import Fold, run_fold
from cornu.model_selection.cross_validation.resume import ResumeFolder
from cornu.model_selection.cross_validation.samples import FoldTask, Samples, Settings


@dataclass
class FoldWork:
    """Trains and tests folds.

    Args:
        samples: all data.
        settings: how to train.
        models: where the folds' models come from.
        folder: keeps finished folds and backups, or None.
    """

    samples: Samples
    settings: Settings
    models: FoldModels
    folder: ResumeFolder | None = None

    def __call__(self, task: FoldTask, watchers: Iterable[Any] = ()) -> Fold:
        """Train and test a fold.

        Args:
            task: the fold.
            watchers: callbacks of the run itself.
        """
        fold = run_fold(
            task, self.samples, self.settings, self.models, self._with_backup(task, watchers)
        )
        self._keep(fold)
        return fold

    def models_of(self, fold: Fold) -> FoldModels:
        """Where a finished fold's model came from."""
        return self.models

    def load(self, task: FoldTask) -> Fold | None:
        """The fold as an earlier run left it, or None if it did not finish it."""
        fold = None if self.folder is None else self.folder.load(task)
        if fold is not None and fold.model is not None:
            self.revive(fold)
        return fold

    def revive(self, fold: Fold) -> None:
        """Turn a fold's weights, all that a file or another process holds, into its model."""
        part = self.samples.part(fold.train)
        fold.model = self.models_of(fold).with_values(fold.seed, part, fold.model)

    def sent(self) -> dict[str, Any]:
        """What another process must be able to read, by name."""
        settings = self.settings
        return {
            "build": self.models.build,
            "callbacks": settings.callbacks,
            "sampler": settings.sampler,
        }

    def _with_backup(self, task: FoldTask, watchers: Iterable[Any]) -> list:
        backup = [] if self.folder is None else [self.folder.backup(task.number)]
        return [*watchers, *backup]

    def _keep(self, fold: Fold) -> None:
        if self.folder is not None:
            self.folder.save(fold)


def one_by_one(tasks: Iterable[FoldTask], work: FoldWork, progress: Any) -> Iterator[Fold]:
    """Each fold, when it was trained and tested in this process."""
    for task in tasks:
        yield work(task, progress.watchers(task.number))
