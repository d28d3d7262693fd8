"""A run that was broken off goes on to the same weights, logs and files, bit for bit."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

import cornu as keras

SCRIPT = Path(__file__).with_name("resumed_run.py")
ROOT = SCRIPT.parents[2]
SPEC = importlib.util.spec_from_file_location("resumed_run", SCRIPT)
RUN = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(RUN)

KILLS = {
    "within an epoch": ("3", "batch:1:4"),
    "within the first epoch": ("3", "batch:0:6"),
    "within an epoch, backup at its start": ("epoch", "batch:2:4"),
    "after a backup at the last batch": ("9", "batch_over:1:8"),
    "in validation after a backup at the last batch": ("3", "validation:1:0"),
    "at an epoch's end after a backup at the last batch": ("3", "epoch_end:2:0"),
    "between backup and next epoch": ("epoch", "epoch_over:1:0"),
    "in writing within an epoch": ("4", "writing:1:0"),
    "in writing at an epoch's end": ("epoch", "writing:2:0"),
}
# The numbers that a generator's own code draws from global generators come back with their seed.
SEEDS = {"generator": 7}


def left_by(folder):
    """All that a run left."""
    with np.load(folder / "weights.npz") as archive:
        weights = [archive[name].tobytes() for name in archive.files]
    best = []
    with h5py.File(folder / "best.weights.h5") as file:
        file.visititems(
            lambda name, item: (
                best.append((name, item[()].tobytes())) if isinstance(item, h5py.Dataset) else None
            )
        )
    log, history = ((folder / name).read_text() for name in ("log.csv", "history.json"))
    return {
        "history": json.loads(history),
        "log": log,
        "weights": weights,
        "best": best,
        "files": sorted(path.name for path in folder.iterdir() if path.name != "first.json"),
    }


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """What unbroken runs leave, by the kind of data."""
    found = {}

    def of(feed, size=1):
        if (feed, size) not in found:
            folder = tmp_path_factory.mktemp("unbroken")
            RUN.run(folder, feed, size=size)
            found[feed, size] = left_by(folder)
        return found[feed, size]

    return of


def broken_off_and_resumed(folder, feed, save_freq, kill_at, size=1):
    save_freq = save_freq if save_freq == "epoch" else int(save_freq)
    with pytest.raises(RUN.Killed):
        RUN.run(folder, feed, save_freq, kill_at, RUN.raise_killed, size=size)
    RUN.run(folder, feed, save_freq, seed=SEEDS.get(feed, 8), size=size)
    return left_by(folder)


@pytest.mark.parametrize(
    "kill", ["within an epoch", "in validation after a backup at the last batch"]
)
@pytest.mark.parametrize("feed", RUN.FEEDS)
def test_every_kind_of_data_goes_on_at_its_place(unbroken, tmp_path, feed, kill):
    assert broken_off_and_resumed(tmp_path, feed, *KILLS[kill]) == unbroken(feed)


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
def test_a_run_goes_on_wherever_it_was_broken_off(unbroken, tmp_path, kill):
    assert broken_off_and_resumed(tmp_path, "hooks", *kill) == unbroken("hooks")


@pytest.mark.slow
@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
@pytest.mark.parametrize("feed", RUN.FEEDS)
def test_every_kind_of_data_goes_on_wherever_it_was_broken_off(unbroken, tmp_path, feed, kill):
    assert broken_off_and_resumed(tmp_path, feed, *kill) == unbroken(feed)


@pytest.mark.parametrize("feed", ["arrays", "hooks"])
def test_a_run_of_several_steps_per_execution_goes_on(unbroken, tmp_path, feed):
    found = broken_off_and_resumed(tmp_path, feed, "3", "validation:1:1", size=2)
    assert found == unbroken(feed, size=2)


def run_in_a_process(folder, feed="hooks", save_freq="epoch", kill_at="never:0:0", seed=7):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, str(SCRIPT), str(folder), feed, save_freq, kill_at, str(seed)]
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    return result.returncode, result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("feed", "save_freq", "kill_at", "resumed_at"),
    [
        ("hooks", "3", "validation:1:0", [2, 0]),
        ("images without a seed", "2", "batch:2:4", [2, 4]),
        ("noisy", "4", "writing:1:0", [1, 0]),
    ],
)
def test_a_killed_process_leaves_what_another_goes_on_from(
    unbroken, tmp_path, feed, save_freq, kill_at, resumed_at
):
    code, errors = run_in_a_process(tmp_path, feed, save_freq, kill_at)
    assert code == -signal.SIGKILL, errors
    assert (tmp_path / "backup" / "latest.npz").exists()
    # Another seed: nothing of the new process may show in the result.
    code, errors = run_in_a_process(tmp_path, feed, save_freq, seed=8)
    assert code == 0, errors
    assert json.loads((tmp_path / "first.json").read_text()) == resumed_at
    assert left_by(tmp_path) == unbroken(feed)


def test_a_run_that_a_callback_had_ended_does_what_is_left_of_its_epoch(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = self.model.stop_training or batch == 4

    class Break(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            raise RUN.Killed

    def fit(*callbacks):
        model = RUN.a_model("arrays")
        model.compile("sgd", "mse")
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup", save_freq=5)
        data = {**RUN.FEEDS["arrays"](), "validation_data": (RUN.X[60:], RUN.Y[60:])}
        return model.fit(**data, epochs=3, verbose=0, callbacks=[backup, Stop(), *callbacks])

    with pytest.raises(RUN.Killed):
        fit(Break())
    assert fit().epoch == [0]
    assert not (tmp_path / "backup").exists()


def test_a_change_that_a_backup_cannot_hold_is_told_once(tmp_path):
    class Frames(RUN.Shuffled):
        def on_epoch_end(self):
            self.frame = object()

    model = RUN.a_model("arrays")
    model.compile("sgd", "mse")
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.warns(UserWarning, match="'frame' of Frames, of type object") as warned:
        model.fit(Frames(np.arange(14)), epochs=3, verbose=0, callbacks=[backup])
    assert len(warned) == 1


def test_a_data_set_may_say_itself_what_a_backup_holds(tmp_path):
    class Own(RUN.Shuffled):
        restored = None

        def get_state(self):
            return {"epoch": self.epoch, "rows": self.rows}

        def set_state(self, state):
            self.restored = {**state, "rows": state["rows"].copy()}
            self.epoch, self.rows = state["epoch"], state["rows"]

    class Break(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RUN.Killed

    data, again = Own(np.arange(14)), Own(np.arange(14))
    for one, callbacks in ((data, [Break()]), (again, [])):
        model = RUN.a_model("arrays")
        model.compile("sgd", "mse")
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        try:
            model.fit(one, epochs=3, verbose=0, callbacks=[backup, *callbacks])
        except RUN.Killed:
            assert one is data
    assert again.restored["epoch"] == 2
    np.testing.assert_array_equal(again.restored["rows"], data.rows)
