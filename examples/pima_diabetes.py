"""A multilayer perceptron on a table: does a patient have diabetes (Pima Indians data, UCI).

    python examples/pima_diabetes.py --data path/to/pima-indians-diabetes.csv

The file has no header: eight numbers a row, and 0 or 1 in the last column.
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras


def main() -> None:
    """Train with early stopping on 80% of the rows, and report on the rest."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data/pima-indians-diabetes.csv")
    )
    parser.add_argument("--quick", action="store_true", help="two epochs")
    arguments = parser.parse_args()
    if not arguments.data.exists():
        raise SystemExit(f"{arguments.data} is missing. Give the path of the file with --data.")

    keras.utils.set_random_seed(7)
    rows = np.random.default_rng(7).permutation(np.loadtxt(arguments.data, delimiter=","))
    x, y = rows[:, :8], rows[:, 8]
    train = len(x) * 4 // 5

    model = keras.Sequential(
        [
            keras.layers.Dense(12, input_dim=8, activation="relu"),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping("val_loss", patience=30, restore_best_weights=True)
    model.fit(
        x[:train],
        y[:train],
        epochs=2 if arguments.quick else 300,
        batch_size=10,
        validation_split=0.2,
        callbacks=[stop],
        verbose=0,
    )
    loss, accuracy = model.evaluate(x[train:], y[train:], verbose=0)
    majority = max(y[train:].mean(), 1 - y[train:].mean())
    print(
        f"test loss {loss:.3f}, accuracy {accuracy:.3f} (always the larger class: {majority:.3f})"
    )


if __name__ == "__main__":
    main()
