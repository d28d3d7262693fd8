"""Clothes in small gray pictures: two convolutions on Fashion-MNIST (Zalando, MIT licence).

    python examples/fashion_mnist.py --data path/to/folder

The folder holds the four IDX files `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz`,
`t10k-images-idx3-ubyte.gz` and `t10k-labels-idx1-ubyte.gz`.
"""

import argparse
import gzip
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import cornu as keras

OUTPUT = Path("outputs")
NAMES = "T-shirt trouser pullover dress coat sandal shirt sneaker bag boot".split()


def read_idx(path: Path) -> np.ndarray:
    """The array of an IDX file of bytes: magic number, sizes, values."""
    if not path.exists():
        raise SystemExit(f"{path} is missing. Give the folder of the four files with --data.")
    content = gzip.decompress(path.read_bytes())
    ndim = content[3]
    shape = np.frombuffer(content, ">i4", count=ndim, offset=4)
    return np.frombuffer(content, "uint8", offset=4 + 4 * ndim).reshape(shape)


def load(folder: Path) -> list[np.ndarray]:
    """Images `(examples, 28, 28, 1)` in 0 to 1 and classes, of training and of test."""
    arrays = []
    for part in ("train", "t10k"):
        images = read_idx(folder / f"{part}-images-idx3-ubyte.gz")
        arrays.append(images[..., None].astype("float32") / 255)
        arrays.append(read_idx(folder / f"{part}-labels-idx1-ubyte.gz").astype("int32"))
    return arrays


def make_model(steps: int) -> keras.Model:
    """Two convolutions with batch normalization and pooling, to be trained for `steps` updates."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(20, 3, padding="same", use_bias=False),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(40, 3, padding="same", use_bias=False),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(40, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="clothes",
    )
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.003, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def confusion_matrix(classes: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Counts `(10, 10)`: rows are the classes, columns what the model said."""
    matrix = np.zeros((10, 10), int)
    np.add.at(matrix, (classes, found), 1)
    return matrix


def print_confusion(matrix: np.ndarray) -> None:
    """The matrix as a table, and each class's fraction of hits."""
    print(f"\n{'':>9}" + "".join(f"{name[:7]:>8}" for name in NAMES) + "    found")
    for name, row, hits in zip(NAMES, matrix, matrix.diagonal(), strict=True):
        print(f"{name:>9}" + "".join(f"{n:8d}" for n in row) + f"{hits / row.sum():9.3f}")


def plot_mistakes(images: np.ndarray, classes: np.ndarray, scores: np.ndarray) -> None:
    """The 24 images that the model was most sure about and wrong."""
    found = scores.argmax(axis=-1)
    surety = np.where(found != classes, scores.max(axis=-1), -1)
    figure, axes = plt.subplots(3, 8, figsize=(12, 5.4), layout="constrained")
    for axis, i in zip(axes.flat, np.argsort(-surety), strict=False):
        axis.imshow(images[i, ..., 0], cmap="gray_r")
        axis.set_title(f"{NAMES[classes[i]]}\nas {NAMES[found[i]]} {surety[i]:.3f}", fontsize=9)
        axis.axis("off")
    figure.suptitle("The worst mistakes: what it is, what the model said, how sure it was")
    figure.savefig(OUTPUT / "clothes_mistakes.png")
    plt.close(figure)


def main() -> None:
    """Train with a falling learning rate, look at the mistakes, save and load again."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/fashion-mnist"))
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--quick", action="store_true", help="one epoch on 1,000 images")
    arguments = parser.parse_args()

    OUTPUT.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    x_train, y_train, x_test, y_test = load(arguments.data)
    if arguments.quick:
        x_train, y_train, x_test, y_test = (a[:1000] for a in (x_train, y_train, x_test, y_test))

    epochs = 1 if arguments.quick else arguments.epochs
    validation = len(x_train) // 10
    model = make_model(epochs * (len(x_train) - validation) // 128)
    model.summary()
    history = model.fit(
        x_train[validation:],
        y_train[validation:],
        epochs=epochs,
        batch_size=128,
        validation_data=(x_train[:validation], y_train[:validation]),
    )

    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    scores = model.predict(x_test, verbose=0)
    print(f"\nOn {len(x_test):,} images it has not seen: loss {loss:.4f}, accuracy {accuracy:.4f}")
    print_confusion(confusion_matrix(y_test, scores.argmax(axis=-1)))

    path = OUTPUT / "clothes.keras"
    model.save(path)
    again = keras.models.load_model(path).predict(x_test, verbose=0)
    if not np.array_equal(again, scores):
        raise SystemExit("The loaded model does not predict what the saved one did.")
    print("\nSaved and loaded again: predictions are equal.")

    keras.visualization.plot_history(history, OUTPUT / "clothes_training.png")
    plot_mistakes(x_test, y_test, scores)
    print(f"Made in {OUTPUT}/: clothes.keras, clothes_training.png, clothes_mistakes.png")


if __name__ == "__main__":
    main()
