"""Few pictures, more variety: a small network on 30 pieces of clothing per class, augmented or not.

    python examples/augmentation.py --data path/to/folder

The folder holds the four IDX files of Fashion-MNIST (Zalando, MIT licence), whose names end in
`-images-idx3-ubyte.gz` and `-labels-idx1-ubyte.gz`. A few pictures are written as PNG files into
one folder per class, and read back from there, as one's own pictures would be.

What to vary depends on the pictures. These are all centered and upright, so shifts, turns and zooms
(`RandomTranslation`, `RandomRotation`, `RandomZoom`), which help with photographs, cost accuracy
here: 0.736 in place of 0.772 without any. Mirrors and patches painted over help.
"""

import argparse
import gzip
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import cornu as keras

OUTPUT = Path("outputs")
NAMES = "t_shirt trouser pullover dress coat sandal shirt sneaker bag boot".split()
SIZE = (28, 28)
BATCH = 30


def read_idx(path: Path) -> np.ndarray:
    """The array of an IDX file of bytes: magic number, sizes, values."""
    if not path.exists():
        raise SystemExit(f"{path} is missing. Give the folder of the four files with --data.")
    content = gzip.decompress(path.read_bytes())
    ndim = content[3]
    shape = np.frombuffer(content, ">i4", count=ndim, offset=4)
    return np.frombuffer(content, "uint8", offset=4 + 4 * ndim).reshape(shape)


def write_folders(root: Path, images: np.ndarray, labels: np.ndarray, per_class: int) -> None:
    """The first pictures of each class as PNG files, in a folder with the class's name."""
    for number, name in enumerate(NAMES):
        folder = root / name
        folder.mkdir(parents=True)
        for i, image in enumerate(images[labels == number][:per_class]):
            keras.utils.save_img(folder / f"{i:04}.png", image[..., None], scale=False)


def read_folders(root: Path, shuffle: bool) -> object:
    """The pictures under a folder, in batches, with the number of their class."""
    return keras.utils.image_dataset_from_directory(
        root,
        class_names=NAMES,
        color_mode="grayscale",
        image_size=SIZE,
        batch_size=BATCH,
        shuffle=shuffle,
        seed=1,
        verbose=False,
    )


def augmentation() -> keras.layers.Layer:
    """Clothes are the same mirrored, and can be told with a part of them out of sight."""
    layers = keras.layers
    return layers.Pipeline(
        [
            layers.RandomFlip("horizontal", seed=1),
            layers.RandomErasing(fill_value=0.0, value_range=(0, 255), seed=2),
        ]
    )


def make_model(augmented: bool, steps: int) -> keras.Model:
    """Two convolutions with pooling, behind the augmentation, to be trained for `steps` updates."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((*SIZE, 1)),
            *([augmentation()] if augmented else []),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(len(NAMES)),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = keras.optimizers.schedules.CosineDecay(0.002, steps)
    model.compile(keras.optimizers.Adam(rate), loss=loss, metrics=["accuracy"])
    return model


def main() -> None:
    """Train with and without augmentation; print both test results and draw the curves."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/fashion-mnist"))
    parser.add_argument("--per-class", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--quick", action="store_true", help="one epoch")
    arguments = parser.parse_args()
    folder, epochs = arguments.data, 1 if arguments.quick else arguments.epochs
    images, labels = (
        read_idx(folder / f"train-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")
    )
    test_images, test_labels = (
        read_idx(folder / f"t10k-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")
    )

    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    with tempfile.TemporaryDirectory() as temporary:
        write_folders(Path(temporary), images, labels, arguments.per_class)
        for augmented in (False, True):
            model = make_model(augmented, steps=epochs * arguments.per_class * len(NAMES) // BATCH)
            history = model.fit(
                read_folders(Path(temporary), shuffle=True),
                epochs=epochs,
                validation_data=(test_images[:1000, ..., None], test_labels[:1000]),
                verbose=0,
            )
            name = "with" if augmented else "without"
            loss, accuracy = model.evaluate(
                test_images[1000:, ..., None], test_labels[1000:], verbose=0
            )
            print(f"{name:7} augmentation: test loss {loss:.3f}, accuracy {accuracy:.3f}")
            axes.plot(
                range(1, epochs + 1), history.history["val_accuracy"], label=f"{name} augmentation"
            )
    axes.set(xlabel="epoch", ylabel="accuracy on 1000 unseen pictures")
    axes.grid(alpha=0.3)
    axes.legend()
    OUTPUT.mkdir(exist_ok=True)
    figure.savefig(OUTPUT / "augmentation.png")
    print(f"curves: {OUTPUT / 'augmentation.png'}")


if __name__ == "__main__":
    main()
