"""The six workloads: sizes, and synthetic data that every engine gets bit for bit.

The labels follow from the inputs by a simple rule, so that a falling loss shows that an engine
really trains.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TOKENS = 20_000
LABEL_NOISE = 0.1  # keeps the loss, and so the gradients, away from zero


@dataclass(frozen=True)
class Workload:
    """One model with its data.

    Args:
        name: how the command line calls it.
        title: what the table says.
        batch_size: rows of one step.
        steps: steps of one measured epoch; enough for the costs around the loop to vanish.
        shape: of one row.
        classes: number of classes; 1 for a binary label.
        tokens: whether a row is a list of word indices.
    """

    name: str
    title: str
    batch_size: int
    steps: int
    shape: tuple[int, ...]
    classes: int
    tokens: bool = False

    def data(self, steps: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs `(rows, *shape)`, float32 or int32, and int32 labels `(rows,)`.

        Args:
            steps: how many batches; those of one epoch by default.
        """
        rng = np.random.default_rng(0)
        rows = self.batch_size * (steps or self.steps)
        make = self._texts if self.tokens else self._images
        x, y = make(rng, rows)
        noisy = rng.random(rows) < LABEL_NOISE
        y[noisy] = rng.integers(0, max(self.classes, 2), size=int(noisy.sum()))
        return x, y.astype("int32")

    def _texts(self, rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """The class of a text is which half of the dictionary its last word is from."""
        x = rng.integers(0, TOKENS, size=(rows, *self.shape), dtype="int32")
        return x, (x[:, -1] < TOKENS // 2).astype("int32")

    def _images(self, rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """Each class brightens a strip of the row; with one unit, the question is the mean."""
        x = rng.random(size=(rows, *self.shape), dtype="float32")
        flat = x.reshape(rows, -1)
        if self.classes == 1:
            return x, (flat.mean(axis=1) > 0.5).astype("int32")
        y = rng.integers(0, self.classes, size=rows, dtype="int32")
        width = flat.shape[1] // self.classes
        strip = y[:, None] * width + np.arange(width)
        np.put_along_axis(flat, strip, np.take_along_axis(flat, strip, 1) + 0.5, axis=1)
        return x, y


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("mlp_small", "perceptron 8-12-8-1", 10, 2000, (8,), 1),
        Workload("mlp_mnist", "perceptron 784-512-512-10, dropout", 128, 150, (784,), 10),
        Workload("cnn_mnist", "two convolutions, 28x28", 128, 30, (28, 28, 1), 10),
        Workload("lstm_imdb", "Embedding + LSTM(64), 100 tokens", 32, 60, (100,), 1, tokens=True),
        Workload("resnet_cifar", "ResNet-20, 32x32x3", 64, 10, (32, 32, 3), 10),
        Workload("transformer", "two-block transformer", 32, 16, (128,), 2, tokens=True),
    )
}
