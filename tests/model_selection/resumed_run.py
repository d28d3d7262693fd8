"""Cross-validates in a folder; in its first life it is killed within the second fold.

python resumed_run.py FOLDER
"""

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np

from cornu.model_selection import cross_validate
from cornu.model_selection.cross_validation import resume
from cornu.training.callback import Callback
from tests.model_selection.small_models import X, Y, perceptron


class Killer(Callback):
    """Kills the process at the end of an epoch, once."""

    def __init__(self, fold, folder):
        super().__init__()
        self.fold, self.folder = fold, folder
        self.epochs = 0

    def on_epoch_begin(self, epoch, logs=None):
        killed = self.folder / "killed"
        if self.fold == 2 and epoch == 3 and not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        self.epochs += 1
        with open(self.folder / "epochs", "a", encoding="utf-8") as file:
            file.write(f"{self.fold}:{epoch} ")


def run(**more):
    """The same cross-validation each time."""
    return cross_validate(
        perceptron, X, Y, cv=3, epochs=5, batch_size=8, seed=4, return_models=True, **more
    )


if __name__ == "__main__":
    resume.SECONDS_BETWEEN_BACKUPS = 0.0
    folder = Path(sys.argv[1])
    broken = run(resume=folder / "run", callbacks=lambda fold: [Killer(fold, folder)])
    whole = run(together=False)
    pairs = zip(broken.folds, whole.folds)
    equal = [
        np.array_equal(a, b)
        for one, other in pairs
        for a, b in zip(one.model.get_weights(), other.model.get_weights())
    ]
    histories = [one.history == other.history for one, other in zip(broken.folds, whole.folds)]
    print(json.dumps({"equal": equal, "histories": histories}))
