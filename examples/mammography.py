"""Rare classes: which spots in a mammogram are tumours (1 in 43), learned in six ways side by side.

    python examples/mammography.py --data path/to/mammography.csv

The file has no header: six numbers a row, and '-1' or '1' in the last column. Every way is scored
by cross-validation on the same folds. The table and the curves go to `outputs/`.
"""

import argparse
from pathlib import Path

import matplotlib.figure
import numpy as np

import cornu as keras
from cornu.metrics import F1ByClass, PrecisionByClass, RecallByClass
from cornu.model_selection import (
    BalancedBatches,
    cross_validate,
    initial_bias,
    precision_recall_curve,
    split_indices,
    tune_threshold,
)


def build(bias=None, loss: object = "binary_crossentropy") -> keras.Model:
    """A small perceptron; the data are scaled already."""
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid", bias_initializer=bias or "zeros"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.003), loss)
    return model


def predictions_after_resampling(
    x: np.ndarray, y: np.ndarray, folds: list, strategy: object, epochs: int
) -> np.ndarray:
    """Out-of-fold predictions of models that were fed with other fractions of the classes."""
    found = np.zeros(len(y))
    model = build()
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    start = [np.array(variable.numpy()) for variable in variables]
    for number, (train, test) in enumerate(folds):
        batches = BalancedBatches(x[train], y[train], 64, strategy=strategy, seed=number)
        # The same compiled model for each fold, as new.
        for variable, value in zip(variables, start):
            variable.assign(value)
        model.fit(batches, epochs=epochs, verbose=0)
        found[test] = model.predict(x[test], batch_size=2048, verbose=0)[:, 0]
    return found


def tuned_decisions(y: np.ndarray, p: np.ndarray, folds: list) -> np.ndarray:
    """Decisions by a threshold that is tuned, for each fold, on the predictions of the others."""
    found = np.zeros(len(y), "int32")
    for train, test in folds:
        found[test] = tune_threshold(y[train], p[train], "f1").decide(p[test])
    return found


def main() -> None:
    """Six ways on the same five folds; a table, a plot of their curves."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/mammography.csv"))
    parser.add_argument("--quick", action="store_true", help="few rows, two folds, one epoch")
    parser.add_argument("--out", type=Path, default=Path("outputs"))
    arguments = parser.parse_args()
    if not arguments.data.exists():
        raise SystemExit(f"{arguments.data} is missing. Give the path of the file with --data.")

    keras.utils.set_random_seed(7)
    rows = np.loadtxt(arguments.data, delimiter=",", converters=lambda s: float(s.strip("'")))
    rows = rows[:: 8 if arguments.quick else 1].astype("float32")
    x, y = rows[:, :6], (rows[:, 6] > 0).astype("float32")
    epochs = 1 if arguments.quick else 15
    folds = split_indices("stratified:2" if arguments.quick else "stratified:5", len(y), y, seed=7)
    print(f"{len(y)} spots, {int(y.sum())} tumours, that is 1 in {len(y) / y.sum():.0f}\n")

    def validated(make, **settings) -> np.ndarray:
        result = cross_validate(
            make, x, y, folds, epochs=epochs, batch_size=64, seed=7, verbose=0, **settings
        )
        return result.predictions[:, 0]

    def focal() -> keras.Model:
        return build(initial_bias(y), keras.losses.BinaryFocalCrossentropy(gamma=2.0))

    def adjusted() -> keras.Model:
        counts = np.bincount(y.astype(int))
        return build(None, keras.losses.LogitAdjustedCrossentropy(counts))

    plain = validated(lambda: build(initial_bias(y)))
    predictions = {
        "plain": plain,
        "balanced class weights": validated(build, class_weight="balanced"),
        "focal loss": validated(focal),
        "logit adjustment": validated(adjusted),
        "square-root sampling": predictions_after_resampling(x, y, folds, "square-root", epochs),
        "undersampling": predictions_after_resampling(x, y, folds, "under", epochs * 5),
    }
    decisions = {name: p >= 0.5 for name, p in predictions.items()}
    decisions["plain, threshold tuned"] = tuned_decisions(y, plain, folds)
    curves = {name: precision_recall_curve(y, p) for name, p in predictions.items()}
    curves["plain, threshold tuned"] = curves["plain"]

    lines = [f"{'':24} precision  recall     F1  average precision"]
    for name, decided in decisions.items():
        scores = [
            float(metric("binary", num_classes=2)(y, np.asarray(decided, "int32")))
            for metric in (PrecisionByClass, RecallByClass, F1ByClass)
        ]
        area = curves[name].area
        lines.append(f"{name:24} {scores[0]:9.3f} {scores[1]:7.3f} {scores[2]:6.3f} {area:18.3f}")
    print("\n".join(lines))

    arguments.out.mkdir(exist_ok=True)
    (arguments.out / "mammography.txt").write_text("\n".join(lines) + "\n")
    figure = matplotlib.figure.Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    for number, name in enumerate(predictions):
        curves[name].draw(axes, f"{name}:")
        # The curves of logit adjustment and the plain model lie on each other.
        axes.lines[-1].set(linewidth=4 if number == 0 else 1.3, alpha=0.4 if number == 0 else 1)
    figure.savefig(arguments.out / "mammography.png", dpi=120)


if __name__ == "__main__":
    main()
