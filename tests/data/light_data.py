"""A data set that worker processes of the tests import; it asks for nothing heavy."""

import os
import signal
import sys

import numpy as np

import cornu as keras


class Traced(keras.utils.PyDataset):
    """Four batches of several kinds of arrays, with what the reading process knows."""

    def __init__(self, fails_at=None, dies_at=None, **kwargs):
        super().__init__(use_multiprocessing=True, **kwargs)
        self.fails_at, self.dies_at = fails_at, dies_at
        self.epoch = -1

    def __len__(self):
        return 4

    def on_epoch_begin(self):
        self.epoch += 1

    def __getitem__(self, index):
        if index == self.fails_at:
            raise KeyError("missing file")
        if index == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        rows = 2 + 1000 * index
        return {
            "index": np.full(rows, index),
            "every other": np.arange(2.0 * rows).reshape(rows, 2)[::-1, ::2],
            "text": np.array(["a"] * rows, object),
            "process": np.full(rows, os.getpid()),
            "epoch": np.full(rows, self.epoch),
            "has jax": np.full(rows, "jax" in sys.modules),
        }
