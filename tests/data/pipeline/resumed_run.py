"""A run over a data set that may be killed: `resumed_run.py FOLDER SOURCE KILL_AT SEED`.

SOURCE is `indexed` or `stream`. It kills itself with SIGKILL at KILL_AT, `EPOCH:BATCH`, and leaves
its weights in the folder at its end.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np

import cornu as keras
from cornu.data import Dataset


class Killer(keras.callbacks.Callback):
    first = None

    def __init__(self, kill_at):
        super().__init__()
        self.kill_at = kill_at

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        self.first = self.first or (self.epoch, batch)

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def noisy(x, y, rng):
    return x + rng.normal(scale=0.1, size=x.shape).astype("float32"), y


def samples():
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
    return x, (x.sum(1, keepdims=True) > 0).astype("float32")


def made(source):
    if source == "indexed":
        dataset = Dataset.from_tensor_slices(samples()).map(noisy).shuffle()
    else:
        stream = Dataset.from_generator(lambda: zip(*samples()))
        dataset = stream.map(noisy).shuffle(20)
    return dataset.batch(7).map(noisy).prefetch(2)


def main():
    folder, source = Path(sys.argv[1]), sys.argv[2]
    killer = Killer(tuple(int(part) for part in sys.argv[3].split(":")))
    keras.utils.set_random_seed(int(sys.argv[4]))
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    backup = keras.callbacks.BackupAndRestore(folder / "backup", save_freq=2)
    model.fit(made(source), epochs=3, verbose=0, callbacks=[backup, killer])
    np.savez(folder / "weights.npz", *model.get_weights())
    (folder / "first.txt").write_text(repr(killer.first))


if __name__ == "__main__":
    main()
