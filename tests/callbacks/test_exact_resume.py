"""A run that SIGKILL ended goes on to the same weights, bit for bit."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("resumed_run.py")
ROOT = SCRIPT.parents[2]


def run(folder, save_freq="epoch", kill_at="-1:-1", seed="7"):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, str(SCRIPT), str(folder), save_freq, kill_at, seed]
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return result.returncode, result.stderr


def weights(folder):
    with np.load(folder / "weights.npz") as archive:
        return [archive[name] for name in archive.files]


def history(folder):
    return json.loads((folder / "history.json").read_text())


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    code, errors = run(folder)
    assert code == 0, errors
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("save_freq", "kill_at", "resumed_at"),
    [
        ("epoch", "1:4", [1, 0]),
        ("epoch", "2:-1", [2, 0]),
        ("3", "1:4", [1, 3]),
        ("2", "2:8", [2, 8]),
    ],
    ids=["mid-epoch, backup at its start", "at an epoch's end", "mid-epoch", "at the last batch"],
)
def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(
    unbroken, tmp_path, save_freq, kill_at, resumed_at
):
    code, errors = run(tmp_path, save_freq, kill_at)
    assert code == -signal.SIGKILL, errors
    assert (tmp_path / "backup" / "latest.npz").exists()
    # Another seed: nothing of the new process may show in the result.
    code, errors = run(tmp_path, save_freq, seed="8")
    assert code == 0, errors
    assert json.loads((tmp_path / "first.json").read_text()) == resumed_at
    for ours, theirs in zip(weights(tmp_path), weights(unbroken), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert history(tmp_path) == history(unbroken)
    assert (tmp_path / "log.csv").read_text() == (unbroken / "log.csv").read_text()
    assert not (tmp_path / "backup").exists()
