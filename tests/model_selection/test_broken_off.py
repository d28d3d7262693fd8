"""A run that was killed goes on at the epoch it was in; folds in other processes are the same."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from cornu.model_selection import cross_validate
from tests.model_selection.small_models import X, Y, linear, perceptron


def life(repository, folder):
    """Start the program, as a user would after a power failure."""
    return subprocess.run(
        [sys.executable, "-m", "tests.model_selection.resumed_run", str(folder)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_killed_run_goes_on_at_its_epoch_to_the_same_bits(repository, tmp_path):
    first = life(repository, tmp_path)
    assert first.returncode == -signal.SIGKILL, first.stderr
    second = life(repository, tmp_path)
    assert second.returncode == 0, second.stderr
    found = json.loads(second.stdout.splitlines()[-1])
    assert all(found["equal"])
    assert all(found["histories"])
    # No epoch was done twice, and the finished fold not at all.
    epochs = [f"{fold}:{epoch}" for fold in (1, 2, 3) for epoch in range(5)]
    assert (tmp_path / "epochs").read_text().split() == epochs


def test_a_folder_of_another_run_is_refused(tmp_path):
    pairs = [(range(20), range(20, 26))]
    cross_validate(linear, X, Y, cv=pairs, resume=tmp_path, seed=1, verbose=0)
    with pytest.raises(ValueError, match="differs in: fit"):
        cross_validate(linear, X, Y, cv=pairs, resume=tmp_path, seed=1, epochs=2, verbose=0)


def test_finished_folds_are_read_and_not_trained_again(tmp_path, capsys):
    arguments = {"cv": [(range(20), range(20, 26))], "resume": tmp_path}
    first = cross_validate(linear, X, Y, verbose=0, **arguments)
    again = cross_validate(linear, X, Y, **arguments)
    assert capsys.readouterr().out.startswith("Fold 1/1 - 1 epochs - done before - loss: ")
    assert again.folds[0].scores == first.folds[0].scores
    assert again.folds[0].seconds == first.folds[0].seconds
    np.testing.assert_array_equal(again.predictions, first.predictions)


def test_processes_find_the_same_folds():
    arguments = {"cv": 2, "epochs": 2, "batch_size": 8, "seed": 3, "verbose": 0}
    arguments["return_models"] = True
    alone = cross_validate(perceptron, X, Y, together=False, **arguments)
    spread = cross_validate(perceptron, X, Y, n_jobs=2, **arguments)
    assert spread.way == "processes"
    for fold, other in zip(alone.folds, spread.folds, strict=True):
        assert fold.scores == pytest.approx(other.scores)
        for a, b in zip(fold.model.get_weights(), other.model.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
