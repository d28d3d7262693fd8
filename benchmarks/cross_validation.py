"""Cross-validate three models on Cornu, and in the loop that a Keras user writes, side by side.

    python benchmarks/cross_validation.py path/to/pima-indians-diabetes.csv
    python benchmarks/cross_validation.py --workloads cnn --rounds 5

Each engine has a process of its own; they take turns, and the smallest time of each counts. A time
holds everything from the first model's making to the last score, compilation included, but not the
imports.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any, NamedTuple

import numpy as np


class Workload(NamedTuple):
    """A model, its data, and how it is trained."""

    title: str
    folds: int
    epochs: int
    batch_size: int


WORKLOADS = {
    "perceptron": Workload("perceptron 8-12-8-1, diabetes table", 10, 150, 10),
    "mlp": Workload("perceptron 784-256-256-10, 3,000 rows", 5, 5, 32),
    "cnn": Workload("two convolutions, 1,000 images 28 x 28", 5, 3, 32),
}
ENGINES = ("cornu", "keras-jax")


def main() -> None:
    """Alternate the engines and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("csv", nargs="?", default="../shared/data/pima-indians-diabetes.csv")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--worker", choices=ENGINES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.csv)
        return
    workers = {engine: start(engine, options.csv) for engine in ENGINES}
    print(f"{'workload':40} {'cornu s':>9} {'keras s':>9} {'ratio':>6}  loss cornu, keras")
    for name in options.workloads:
        found: dict[str, list[dict]] = {engine: [] for engine in ENGINES}
        for _ in range(options.rounds):
            for engine, worker in workers.items():
                found[engine].append(ask(worker, name))
        best = {engine: min(f["seconds"] for f in runs) for engine, runs in found.items()}
        cornu, keras = (best[engine] for engine in ENGINES)
        losses = ", ".join(f"{found[engine][0]['loss']:.3f}" for engine in ENGINES)
        title = WORKLOADS[name].title
        print(f"{title:40} {cornu:9.2f} {keras:9.2f} {keras / cornu:6.1f}  {losses}", flush=True)
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()


def start(engine: str, csv: str) -> subprocess.Popen:
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    return subprocess.Popen(
        [sys.executable, __file__, csv, "--worker", engine],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def ask(worker: subprocess.Popen, workload: str) -> dict:
    worker.stdin.write(workload + "\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


# --- in the engine's process --------------------------------------------------------------------


def work(engine: str, csv: str) -> None:
    """Cross-validate the workloads that come in, one a line."""
    if engine == "cornu":
        import cornu as keras
    else:
        import keras
    for line in sys.stdin:
        name = line.strip()
        workload = WORKLOADS[name]
        x, y = data(name, csv)
        run = with_cornu if engine == "cornu" else with_keras
        begin = time.perf_counter()
        loss = run(keras, name, workload, x, y)
        seconds = time.perf_counter() - begin
        print(json.dumps({"seconds": seconds, "loss": float(loss)}), flush=True)


def with_cornu(keras: Any, name: str, workload: Workload, x: np.ndarray, y: np.ndarray) -> float:
    """One call."""
    result = keras.model_selection.cross_validate(
        lambda: build(keras, name),
        x,
        y,
        cv=workload.folds,
        epochs=workload.epochs,
        batch_size=workload.batch_size,
        seed=1,
        return_predictions=False,
        verbose=0,
    )
    return result.mean["loss"]


def with_keras(keras: Any, name: str, workload: Workload, x: np.ndarray, y: np.ndarray) -> float:
    """The loop of the books: a new model, `fit` and `evaluate` in each fold."""
    from sklearn.model_selection import KFold

    keras.utils.set_random_seed(1)
    losses = []
    for train, test in KFold(workload.folds, shuffle=True, random_state=1).split(x):
        model = build(keras, name)
        model.fit(
            x[train],
            y[train],
            epochs=workload.epochs,
            batch_size=workload.batch_size,
            verbose=0,
        )
        losses.append(model.evaluate(x[test], y[test], verbose=0)[0])
    return float(np.mean(losses))


def build(keras: Any, name: str) -> Any:
    """The workload's compiled model."""
    layers = keras.layers
    if name == "perceptron":
        parts = [
            keras.Input((8,)),
            layers.Dense(12, activation="relu"),
            layers.Dense(8, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    elif name == "mlp":
        parts = [
            keras.Input((784,)),
            layers.Dense(256, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    else:
        parts = [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    model = keras.Sequential(parts)
    binary = name == "perceptron"
    loss = "binary_crossentropy" if binary else "sparse_categorical_crossentropy"
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def data(name: str, csv: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of a workload."""
    if name == "perceptron":
        rows = np.loadtxt(csv, delimiter=",", dtype="float32")
        return rows[:, :8], rows[:, 8]
    rng = np.random.default_rng(0)
    shape = (3000, 784) if name == "mlp" else (1000, 28, 28, 1)
    x = rng.normal(size=shape).astype("float32")
    return x, rng.integers(0, 10, len(x)).astype("int32")


if __name__ == "__main__":
    main()
