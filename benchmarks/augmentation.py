"""Images augmented per second, Cornu beside Keras.

    python benchmarks/augmentation.py
    python benchmarks/augmentation.py --peer-python ../bench/bin/python

A random flip, rotation, zoom and shift of each image of a batch, in float32. Peers are the same
layers of Keras on JAX, and Keras's `ImageDataGenerator`, which needs SciPy and TensorFlow or
PyTorch beside Keras and hence an interpreter of its own. Each engine has a process; they take
turns, batch by batch, and the least time counts.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
CASES = {"32x32x3": (64, 32, 32, 3), "224x224x3": (16, 224, 224, 3)}


def layers_of(keras: object) -> Callable[[np.ndarray], object]:
    """The four layers in turn, as a function of a batch that waits for the result."""
    kinds = keras.layers
    steps = [
        kinds.RandomFlip("horizontal", seed=1),
        kinds.RandomRotation(0.1, seed=2),
        kinds.RandomZoom(0.2, seed=3),
        kinds.RandomTranslation(0.1, 0.1, seed=4),
    ]

    def run(images: np.ndarray) -> object:
        for step in steps:
            images = step(images, training=True)
        return np.asarray(images)

    return run


def generator() -> Callable[[np.ndarray], object]:
    """Keras's `ImageDataGenerator` with the same transformations, image by image."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    made = ImageDataGenerator(
        rotation_range=36,
        width_shift_range=0.1,
        height_shift_range=0.1,
        zoom_range=0.2,
        horizontal_flip=True,
        fill_mode="reflect",
    )
    return lambda images: np.stack([made.random_transform(image) for image in images])


def engine(name: str) -> Callable[[np.ndarray], object]:
    """What an engine does to a batch."""
    if name == "cornu":
        sys.path.insert(0, str(ROOT))
        import cornu

        return layers_of(cornu)
    if name == "keras-jax":
        import keras

        return layers_of(keras)
    return generator()


def work(name: str) -> None:
    """Answer each case named on a line of the input with the seconds of one batch."""
    run = engine(name)
    rng = np.random.default_rng(0)
    batches = {}
    print("ready", flush=True)
    for line in sys.stdin:
        case = line.strip()
        if case not in batches:
            batches[case] = rng.uniform(0, 255, CASES[case]).astype("float32")
            run(batches[case])
        start = time.perf_counter()
        run(batches[case])
        print(json.dumps(time.perf_counter() - start), flush=True)


def start(name: str, python: str) -> subprocess.Popen | None:
    """The engine's process; None if it cannot start, after saying so."""
    backend = "jax" if name == "keras-jax" else "torch"
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    process = subprocess.Popen(
        [python, __file__, "--worker", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    if process.stdout.readline().strip() == "ready":
        return process
    print(f"{name}: absent ({python} cannot run it)")
    return None


def ask(process: subprocess.Popen, case: str) -> float:
    """Seconds of one batch."""
    process.stdin.write(case + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def main() -> None:
    """Alternate the engines and print images per second."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--peer-python", help="interpreter for ImageDataGenerator")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.worker)
        return
    pythons = {"cornu": sys.executable, "keras-jax": sys.executable}
    if arguments.peer_python:
        pythons["image-data-generator"] = arguments.peer_python
    processes = {name: start(name, python) for name, python in pythons.items()}
    running = {name: process for name, process in processes.items() if process is not None}
    for case, (batch, *_) in CASES.items():
        least = dict.fromkeys(running, float("inf"))
        for _ in range(arguments.rounds):
            for name, process in running.items():
                least[name] = min(least[name], ask(process, case))
        for name, seconds in least.items():
            ratio = seconds / least["cornu"]
            print(f"{case:10} {name:22} {batch / seconds:9.0f} images/s   Cornu x {ratio:.1f}")
    for process in running.values():
        process.stdin.close()
        process.wait()


if __name__ == "__main__":
    main()
