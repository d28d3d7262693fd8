"""A save that is killed, wherever it is, leaves the old file or the new one, and no rest for long.

`driver.py` kills the saves; the quick set kills at some steps, the slow set at every one.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import cornu as keras

DRIVER = Path(__file__).with_name("driver.py")
KINDS = [
    "keras",
    "legacy",
    "weights",
    "sharded",
    "folder",
    "folder in two steps",
    "checkpoint",
    "backup",
    "double backup",
    "table",
]


def killed(folder, stride, count, *kinds):
    # Children are forked beside JAX's threads, of which they need none.
    command = [sys.executable, "-W", "ignore", DRIVER, folder, str(stride), str(count), *kinds]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_some_kills_of_every_kind_of_save(tmp_path):
    found = killed(tmp_path, 4, 1, *KINDS)
    assert {kind: each["problems"] for kind, each in found.items()} == {kind: [] for kind in KINDS}
    assert all(each["kills"] >= 3 for each in found.values())


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_kills_at_every_step_of_a_save(kind, tmp_path):
    [found] = killed(tmp_path, 1, 40, kind).values()
    assert found["problems"] == []
    assert found["kills"] > 45
    assert found["seen"] >= 2


ORBAX = """
import sys
import numpy as np
import cornu as keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
model.compile("adam", "mse")
class Numbers(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(epoch, flush=True)
        for weight in self.model.weights:
            weight.assign(np.full(weight.shape, epoch + 1))
x, y = np.ones((4, 3)), np.ones((4, 1))
saver = keras.callbacks.OrbaxCheckpoint(sys.argv[1], max_to_keep=2)
model.fit(x, y, initial_epoch=int(sys.argv[2]), epochs=int(sys.argv[3]), verbose=0,
          callbacks=[Numbers(), saver])
"""


def kill_checkpoints(folder, kills, chance):
    first = 0
    for _ in range(kills):
        command = [sys.executable, "-c", ORBAX, folder, str(first), "100000"]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for _ in range(3):
            assert writer.stdout.readline()
        time.sleep(chance.uniform(0, 0.3))
        writer.kill()
        writer.wait()
        writer.stdout.close()
        weights = keras.saving.load_model(folder).get_weights()
        [number] = {float(v) for weight in weights for v in np.unique(weight)}
        assert number > first
        first = int(number)
    subprocess.run([sys.executable, "-c", ORBAX, folder, str(first), str(first + 2)], check=True)
    assert sorted(path.name for path in folder.iterdir()) == sorted([str(first), str(first + 1)])


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=pytest.mark.slow)])
def test_checkpoints_of_killed_runs(kills, tmp_path):
    pytest.importorskip("orbax.checkpoint")
    kill_checkpoints(tmp_path / "steps", kills, random.Random(kills))
