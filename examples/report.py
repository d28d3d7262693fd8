"""A report on a small network that tells malignant from benign tumours, as one HTML page.

    python examples/report.py

The data is the Wisconsin breast-cancer set that comes with scikit-learn: 30 numbers a row.
"""

import argparse
from pathlib import Path

from sklearn.datasets import load_breast_cancer

import cornu as keras
from cornu.model_selection import evaluate_report, train_val_test_split


def main() -> None:
    """Train, and write outputs/report.html and outputs/report.png."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path("outputs"))
    arguments = parser.parse_args()

    data = load_breast_cancer()
    keras.utils.set_random_seed(0)
    train, val, test = train_val_test_split(
        data.data.astype("float32"), data.target, test_size=0.3, stratify=True, seed=0
    )
    scale = keras.layers.Normalization()
    scale.adapt(train[0])
    model = keras.Sequential(
        [
            keras.Input((30,)),
            scale,
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ],
        name="tumours",
    )
    model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(*train, validation_data=val, epochs=arguments.epochs, verbose=2)

    report = evaluate_report(model, test, class_names=data.target_names)
    print(report)
    arguments.out.mkdir(exist_ok=True)
    report.save(arguments.out / "report.html")
    report.save(arguments.out / "report.png")
    print(f"the whole report: {arguments.out / 'report.html'}")


if __name__ == "__main__":
    main()
