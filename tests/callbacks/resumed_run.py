"""A run that may be killed and started again: `resumed_run.py FOLDER SAVE_FREQ KILL_AT SEED`.

It kills itself with SIGKILL at KILL_AT, `EPOCH:BATCH`; -1 as the batch means the epoch's end. At
its end it leaves the weights, the history and its first epoch and batch in the folder.
"""

import json
import os
import signal
import sys
from pathlib import Path

import numpy as np

import cornu as keras


class Watcher(keras.callbacks.Callback):
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

    def on_epoch_end(self, epoch, logs=None):
        if (epoch, -1) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def main():
    folder, save_freq, kill_at = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    kill_epoch, kill_batch = (int(part) for part in kill_at.split(":"))
    watcher = Watcher((kill_epoch, kill_batch))
    keras.utils.set_random_seed(int(sys.argv[4]))
    x = np.random.default_rng(0).normal(size=(70, 4)).astype("float32")
    y = (x.sum(1, keepdims=True) > 0).astype("float32")
    model = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(
        x[:60],
        y[:60],
        batch_size=7,
        epochs=4,
        validation_data=(x[60:], y[60:]),
        verbose=0,
        callbacks=[
            keras.callbacks.BackupAndRestore(
                folder / "backup", save_freq="epoch" if save_freq == "epoch" else int(save_freq)
            ),
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
            keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1.0),
            keras.callbacks.EarlyStopping("loss", patience=9, restore_best_weights=True),
            keras.callbacks.CSVLogger(folder / "log.csv"),
            watcher,
        ],
    )
    np.savez(folder / "weights.npz", *model.get_weights())
    (folder / "history.json").write_text(json.dumps([history.epoch, history.history]))
    (folder / "first.json").write_text(json.dumps(watcher.first))


if __name__ == "__main__":
    main()
