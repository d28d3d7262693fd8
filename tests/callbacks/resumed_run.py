"""A run that may be killed and started again.

    resumed_run.py FOLDER FEED SAVE_FREQ KILL_AT SEED

It kills itself with SIGKILL at KILL_AT, `PLACE:EPOCH:BATCH`, where the place is "batch" or
"epoch_end" (before the backup there), "batch_over" or "epoch_over" (behind it), "validation",
"writing" (a backup, in this epoch), or "never". At its end it leaves the weights, the history and
its first epoch and batch in the folder.
"""

import json
import os
import random
import signal
import sys
from pathlib import Path

import numpy as np

import cornu as keras

# Made before a seed is set: what it imports for the first time may draw random numbers.
keras.Sequential()
ROWS, SIZE = 60, 7
X = np.random.default_rng(0).normal(size=(70, 4)).astype("float32")
Y = (X.sum(1, keepdims=True) > 0).astype("float32")


class Killed(BaseException):
    """Ends a run within a process, where a test needs no new one."""


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def raise_killed():
    raise Killed


class Watcher(keras.callbacks.Callback):
    def __init__(self, place, epoch, batch, end):
        super().__init__()
        self.kill_at, self.end, self.first, self.epoch = (place, epoch, batch), end, None, None

    def reach(self, *place):
        if place == self.kill_at:
            self.end()

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        self.first = self.first or (self.epoch, batch)

    def on_train_batch_end(self, batch, logs=None):
        self.reach("batch", self.epoch, batch)

    def on_test_batch_end(self, batch, logs=None):
        self.reach("validation", self.epoch, batch)

    def on_epoch_end(self, epoch, logs=None):
        self.reach("epoch_end", epoch, 0)


class After(keras.callbacks.Callback):
    """Behind the backup."""

    runs_last = True

    def __init__(self, watcher):
        super().__init__()
        self.watcher = watcher

    def on_train_batch_end(self, batch, logs=None):
        self.watcher.reach("batch_over", self.watcher.epoch, batch)

    def on_epoch_end(self, epoch, logs=None):
        self.watcher.reach("epoch_over", epoch, 0)


class Shuffled(keras.utils.PyDataset):
    """Draws a new order at each epoch's end, as most data sets of users do."""

    def __init__(self, rows, **settings):
        super().__init__(**settings)
        self.rows, self.epoch, self.scale = rows, 0, 1.0
        self.rng = np.random.default_rng(rows.size)

    def __len__(self):
        return -(-len(self.rows) // SIZE)

    def __getitem__(self, index):
        rows = self.rows[index * SIZE : (index + 1) * SIZE]
        return X[rows] * (1 + self.epoch), Y[rows]

    def on_epoch_begin(self):
        self.scale = self.rng.normal()

    def on_epoch_end(self):
        self.epoch += 1
        np.random.shuffle(self.rows)  # noqa: NPY002 (as users do)


class Noisy(Shuffled):
    """Draws from global generators and its own in reading, too."""

    def __getitem__(self, index):
        x, y = super().__getitem__(index)
        noise = np.random.normal(size=x.shape) + random.random() + self.rng.normal()  # noqa: NPY002
        return (x * self.scale + noise).astype("float32"), y


class Paths(Shuffled):
    """Keeps names, which it shuffles in place, and what a backup does not know."""

    def __init__(self, rows):
        super().__init__(rows)
        self.names = [Path(f"{row}.png") for row in rows]
        self.words = np.array([str(row) for row in rows])

    def __getitem__(self, index):
        names = self.names[index * SIZE : (index + 1) * SIZE]
        words = self.words[index * SIZE : (index + 1) * SIZE]
        return X[[int(name.stem) for name in names]], Y[[int(word) for word in words]]

    def on_epoch_end(self):
        random.shuffle(self.names)
        self.rng.shuffle(self.words)


class Several:
    """An iterable that can be read again, and tells no length."""

    def __iter__(self):
        return (
            (X[begin : begin + SIZE], Y[begin : begin + SIZE]) for begin in range(0, ROWS, SIZE)
        )


def endless():
    rng = np.random.default_rng(5)
    while True:
        rows = rng.integers(0, ROWS, SIZE)
        yield X[rows] + np.float32(random.random()), Y[rows]


def images(seed):
    generator = keras.preprocessing.image.ImageDataGenerator(
        width_shift_range=1, horizontal_flip=True, zoom_range=0.2
    )
    pictures = np.repeat(np.abs(X[:ROWS, :, None, None]), 4, axis=2)
    return generator.flow(pictures, Y[:ROWS], batch_size=SIZE, shuffle=True, seed=seed)


def dataset():
    return keras.data.Dataset.from_tensor_slices((X[:ROWS], Y[:ROWS])).shuffle(20).batch(SIZE)


FEEDS = {
    "arrays": lambda: {"x": X[:ROWS], "y": Y[:ROWS], "batch_size": SIZE},
    "hooks": lambda: {"x": Shuffled(np.arange(ROWS))},
    "noisy": lambda: {"x": Noisy(np.arange(ROWS))},
    "paths": lambda: {"x": Paths(np.arange(ROWS))},
    "parts": lambda: {"x": Shuffled(np.arange(2 * ROWS) % ROWS), "steps_per_epoch": 9},
    "threads": lambda: {"x": Shuffled(np.arange(ROWS), workers=2)},
    "dataset": lambda: {"x": dataset()},
    "filtered": lambda: {"x": dataset().filter(lambda x, y: True)},
    "iterable": lambda: {"x": Several()},
    "generator": lambda: {"x": endless(), "steps_per_epoch": 9},
    "images": lambda: {"x": images(seed=3)},
    "images without a seed": lambda: {"x": images(seed=None)},
}
VALIDATION = {
    "arrays": lambda: (X[ROWS:], Y[ROWS:]),
    "noisy": lambda: Noisy(np.arange(ROWS, 70)),
    "images": lambda: images(seed=None),
    "images without a seed": lambda: images(seed=None),
}


def a_model(feed):
    is_images = feed.startswith("images")
    layers = [keras.layers.Flatten()] if is_images else []
    return keras.Sequential(
        [
            keras.layers.Input((4, 4, 1) if is_images else (4,)),
            *layers,
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def run(folder, feed="arrays", save_freq="epoch", kill_at="never:0:0", end=kill, seed=7, size=1):
    """Train, or go on with it; the first epoch and batch, None if none was left."""
    place, epoch, batch = kill_at.split(":")
    watcher = Watcher(place, int(epoch), int(batch), end)
    keras.utils.set_random_seed(seed)
    model = a_model(feed)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"], steps_per_execution=size)
    backup = keras.callbacks.BackupAndRestore(folder / "backup", save_freq=save_freq)
    callbacks = keras.callbacks
    with killed_in_writing(watcher):
        history = model.fit(
            **FEEDS[feed](),
            epochs=4,
            validation_data=VALIDATION.get(feed, VALIDATION["arrays"])(),
            verbose=0,
            callbacks=[
                backup,
                callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9),
                callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1.0),
                callbacks.EarlyStopping("loss", patience=9, restore_best_weights=True),
                callbacks.CSVLogger(folder / "log.csv"),
                callbacks.ModelCheckpoint(
                    folder / "best.weights.h5",
                    monitor="loss",
                    save_best_only=True,
                    save_weights_only=True,
                ),
                watcher,
                After(watcher),
            ],
        )
    np.savez(folder / "weights.npz", *model.get_weights())
    (folder / "history.json").write_text(json.dumps([history.epoch, history.history]))
    (folder / "first.json").write_text(json.dumps(watcher.first))


class killed_in_writing:
    """Ends the run when a backup is half written."""

    def __init__(self, watcher):
        self.watcher, self.replace = watcher, os.replace

    def __enter__(self):
        def replace(source, target):
            watcher = self.watcher
            if Path(target).name == "latest.npz":
                watcher.reach("writing", watcher.epoch, 0)
            self.replace(source, target)

        os.replace = replace

    def __exit__(self, *error):
        os.replace = self.replace


if __name__ == "__main__":
    freq = sys.argv[3] if sys.argv[3] == "epoch" else int(sys.argv[3])
    run(Path(sys.argv[1]), sys.argv[2], freq, sys.argv[4], seed=int(sys.argv[5]))
