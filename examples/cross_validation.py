"""How good is a small network on the Pima Indians diabetes data, and how sure can one be of it?

    python examples/cross_validation.py path/to/pima-indians-diabetes.csv

The file has no header: eight numbers a row, and 0 or 1 in the last column.
"""

import argparse
from pathlib import Path

import numpy as np

import cornu as keras
from cornu.model_selection import GridSearch, cross_validate, nested_cross_validate


def build(units: int = 12) -> keras.Model:
    """A perceptron with two hidden layers; the first one puts the inputs on one scale."""
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def main() -> None:
    """Ten stratified folds; then a search for the width, scored on data it did not see."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("csv", nargs="?", default="../shared/data/pima-indians-diabetes.csv")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path("outputs"))
    arguments = parser.parse_args()

    rows = np.loadtxt(arguments.csv, delimiter=",", dtype="float32")
    x, y = rows[:, :8], rows[:, 8]
    settings = {"epochs": arguments.epochs, "batch_size": 16, "seed": 7}

    result = cross_validate(build, x, y, cv="stratified:10", **settings)
    print(result)
    arguments.out.mkdir(exist_ok=True)
    result.plot(arguments.out / "folds.png")
    low, high = result.interval()["accuracy"]
    majority = max(y.mean(), 1 - y.mean())
    print(f"Accuracy {result.mean['accuracy']:.3f}, 95 % interval {low:.3f} to {high:.3f}.")
    print(f"Who always says the larger class has {majority:.3f}.\n")

    print("Does another width do better? A search in each fold, scored on data it never saw:")
    search = GridSearch(build, {"units": [4, 12, 32]}, "accuracy")
    print(nested_cross_validate(search, x, y, "stratified:5", "stratified:3", **settings))


if __name__ == "__main__":
    main()
