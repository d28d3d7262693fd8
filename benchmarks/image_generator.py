"""`ImageDataGenerator` beside Keras's: images a second, in alternating rounds of one process.

    KERAS_BACKEND=jax python benchmarks/image_generator.py

The seconds are those of the process's own work, so that other programs disturb little.
"""

import argparse
import time
import warnings

import numpy as np

SETTINGS = {
    "rotation_range": 20,
    "width_shift_range": 0.1,
    "height_shift_range": 0.1,
    "zoom_range": 0.1,
    "horizontal_flip": True,
}


def seconds(batches) -> float:
    """Time to make every batch."""
    begin = time.process_time()
    for index in range(len(batches)):
        batches[index]
    return time.process_time() - begin


def main() -> None:
    """Print the best rate of each side, and their ratio, for two sizes of images."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds

    from keras.src.legacy.preprocessing.image import ImageDataGenerator as Peer

    from cornu.preprocessing.image import ImageDataGenerator

    warnings.simplefilter("ignore")
    for size, count in ((32, 512), (224, 32)):
        images = np.random.default_rng(0).uniform(0, 255, (count, size, size, 3)).astype("float32")
        sides = {
            name: make(**SETTINGS).flow(images, batch_size=32, seed=1)
            for name, make in (("cornu", ImageDataGenerator), ("keras", Peer))
        }
        best = dict.fromkeys(sides, float("inf"))
        for _ in range(rounds):
            for name, batches in sides.items():
                best[name] = min(best[name], seconds(batches))
        rates = {name: count / value for name, value in best.items()}
        print(
            f"{size}x{size}x3: cornu {rates['cornu']:.0f} images/s, keras {rates['keras']:.0f} "
            f"images/s, ratio {rates['cornu'] / rates['keras']:.1f}"
        )


if __name__ == "__main__":
    main()
