"""Training on a data set that SIGKILL ended goes on to the same weights, bit for bit."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("resumed_run.py")
ROOT = SCRIPT.parents[3]


def run(folder, source, kill_at, seed):
    folder.mkdir(exist_ok=True)
    command = [sys.executable, str(SCRIPT), str(folder), source, kill_at, seed]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    return result.returncode, result.stderr


def weights(folder):
    with np.load(folder / "weights.npz") as archive:
        return [archive[name] for name in archive.files]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("source", ["indexed", "stream"])
def test_a_killed_run_ends_with_the_weights_of_an_unbroken_one(tmp_path, source):
    code, errors = run(tmp_path / "unbroken", source, "-1:-1", "7")
    assert code == 0, errors
    code, errors = run(tmp_path / "killed", source, "1:4", "7")
    assert code == -signal.SIGKILL, errors
    # Another seed: nothing of the new process may show in the result.
    code, errors = run(tmp_path / "killed", source, "-1:-1", "8")
    assert code == 0, errors
    assert (tmp_path / "killed" / "first.txt").read_text() == "(1, 4)"
    ours, theirs = weights(tmp_path / "killed"), weights(tmp_path / "unbroken")
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
