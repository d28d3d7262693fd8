"""A first model: handwritten digits, from images to a saved file, in about a minute.

The 1,797 images of 8 x 8 pixels come with scikit-learn, so nothing is downloaded.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split

import cornu as keras

OUTPUT = Path("outputs")


def load() -> tuple:
    """Training and test images `(examples, 8, 8, 1)` in 0 to 1, and their digits."""
    images, digits = load_digits(return_X_y=True)
    images = (images / 16).astype("float32").reshape(-1, 8, 8, 1)
    return train_test_split(images, digits, test_size=0.2, random_state=0, stratify=digits)


def make_model() -> keras.Model:
    """Two convolutions and a dense layer."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def plot_mistakes(images: np.ndarray, digits: np.ndarray, found: np.ndarray, path: Path) -> None:
    """The images that the model got wrong, sixteen at most."""
    wrong = np.flatnonzero(digits != found)[:16]
    columns = min(max(len(wrong), 1), 8)
    rows = max(-(-len(wrong) // columns), 1)
    figure, axes = plt.subplots(
        rows, columns, figsize=(1.4 * columns, 1.7 * rows), squeeze=False, layout="constrained"
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, i in zip(axes.flat, wrong, strict=False):
        axis.imshow(images[i, :, :, 0], cmap="gray_r")
        axis.set_title(f"{digits[i]} as {found[i]}", fontsize=10)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def main() -> None:
    """Train, evaluate, save, load again, and say what was made."""
    OUTPUT.mkdir(exist_ok=True)
    keras.utils.set_random_seed(0)
    x_train, x_test, y_train, y_test = load()

    model = make_model()
    model.summary()
    history = model.fit(x_train, y_train, epochs=30, batch_size=32, validation_split=0.1)

    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    probabilities = model.predict(x_test, verbose=0)
    found = probabilities.argmax(axis=-1)
    print(f"\nOn {len(x_test)} images it has not seen: loss {loss:.4f}, accuracy {accuracy:.4f}")
    print("\nConfusion matrix (rows: the digit, columns: what the model said)")
    print(confusion_matrix(y_test, found))

    path = OUTPUT / "digits.keras"
    model.save(path)
    again = keras.models.load_model(path)
    same = np.array_equal(again.predict(x_test, verbose=0), probabilities)
    print(f"\nSaved and loaded again: predictions are {'equal' if same else 'NOT equal'}.")
    if not same:
        raise SystemExit(1)

    history.plot(OUTPUT / "training.png")
    plot_mistakes(x_test, y_test, found, OUTPUT / "mistakes.png")
    print(f"""
Made in {OUTPUT}/:
  digits.keras   the trained model; Keras 3 opens it too
  training.png   loss and accuracy by epoch
  mistakes.png   the images it got wrong

Next: change make_model() in examples/quickstart.py and run it again, or look at docs/.""")


if __name__ == "__main__":
    main()
