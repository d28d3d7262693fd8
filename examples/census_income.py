"""From a CSV file to a model that takes its columns: who earns more than 50,000 dollars a year.

    python examples/census_income.py --data path/to/adult-train.csv

The census income data (UCI adult) have no header line; six columns hold numbers, eight hold words,
and `?` stands for what is not known. The model holds all that it learned of the columns, so after
loading it needs nothing but rows as they are in the file.
"""

import argparse
from pathlib import Path

import matplotlib
import numpy as np

import cornu as keras

matplotlib.use("agg")
import matplotlib.pyplot as plt

OUTPUT = Path("outputs")
COLUMNS = (
    "age workclass fnlwgt education education_num marital_status occupation relationship race sex "
    "capital_gain capital_loss hours_per_week native_country income"
).split()


def split_file(path: Path, quick: bool) -> tuple[Path, Path]:
    """Write four fifths of the rows, chosen at random, to one file and the others to a second."""
    rows = np.array([line for line in path.read_text().splitlines() if line.strip()])
    rows = np.random.default_rng(7).permutation(rows)[: 2000 if quick else None]
    files = OUTPUT / "census_train.csv", OUTPUT / "census_test.csv"
    for file, part in zip(files, np.split(rows, [len(rows) * 4 // 5])):
        file.write_text("\n".join(part) + "\n")
    return files


def build(table: keras.models.tables.Table) -> keras.Model:
    """A multilayer perceptron on the columns, encoded."""
    hidden = table.feature_space.get_encoded_features()
    for units in (64, 32):
        hidden = keras.layers.Dense(units, activation="relu")(hidden)
        hidden = keras.layers.Dropout(0.3)(hidden)
    output = keras.layers.Dense(1, activation="sigmoid")(hidden)
    model = keras.Model(table.feature_space.get_inputs(), output)
    model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy", metrics=["accuracy"])
    return model


def importance(model: keras.Model, x: dict, y: np.ndarray, accuracy: float) -> dict[str, float]:
    """By how much accuracy falls when the values of one column are shuffled."""
    rng = np.random.default_rng(7)
    fall = {}
    for name in x:
        shuffled = {**x, name: rng.permutation(x[name])}
        fall[name] = accuracy - model.evaluate(shuffled, y, batch_size=1024, verbose=0)[1]
    return dict(sorted(fall.items(), key=lambda item: item[1]))


def draw(fall: dict[str, float]) -> Path:
    """Draw the columns' importance."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    axes.barh(list(fall), [100 * value for value in fall.values()])
    axes.set_xlabel("fall of accuracy when the column is shuffled, in points")
    path = OUTPUT / "census_income.png"
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path


def main() -> None:
    """Train on 80% of the rows, report on the rest, and predict them again after loading."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/adult-train.csv"))
    parser.add_argument("--quick", action="store_true", help="few rows, two epochs")
    arguments = parser.parse_args()
    if not arguments.data.exists():
        raise SystemExit(f"{arguments.data} is missing. Give the path of the file with --data.")

    keras.utils.set_random_seed(7)
    OUTPUT.mkdir(exist_ok=True)
    train_file, test_file = split_file(arguments.data, arguments.quick)

    # `fnlwgt` says how many people a row stands for, nothing about the person.
    table = keras.utils.table_features(
        train_file, "income", features={"fnlwgt": None}, column_names=COLUMNS
    )
    for name, kind in table.kinds.items():
        print(f"{name:15} {kind}")

    model = build(table)
    stop = keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True)
    model.fit(
        table.x,
        table.y,
        epochs=2 if arguments.quick else 20,
        batch_size=256,
        validation_split=0.1,
        callbacks=[stop],
        verbose=0,
    )

    test = table.apply(test_file)
    loss, accuracy = model.evaluate(test.x, test.y, batch_size=1024, verbose=0)
    majority = np.bincount(test.y).max() / len(test)
    print(
        f"test loss {loss:.3f}, accuracy {accuracy:.3f} (always the larger class: {majority:.3f})"
    )
    print(f"importance of the columns: {draw(importance(model, test.x, test.y, accuracy))}")

    model.save(OUTPUT / "census_income.keras")
    loaded = keras.models.load_model(OUTPUT / "census_income.keras")
    rows = keras.utils.table_rows(test_file, loaded, column_names=COLUMNS)
    equal = np.array_equal(model.predict(test.x, verbose=0), loaded.predict(rows, verbose=0))
    print(f"saved and loaded: predictions are {'equal' if equal else 'different'}")


if __name__ == "__main__":
    main()
