"""Resident memory over 200 cycles of build, fit, predict, delete, for Cornu and Keras on JAX.

    python benchmarks/memory.py
    python benchmarks/memory.py --engines cornu --cycles 50

A library that lets go of what it made leaves the series flat after the first few cycles.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
MODULES = {"cornu": "cornu", "keras-jax": "keras"}
POINTS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engines", nargs="+", choices=MODULES, default=list(MODULES))
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument("--inside", choices=MODULES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(series(MODULES[options.inside], options.cycles)))
        return
    every = max(1, options.cycles // POINTS)
    print(f"resident MiB after every {every} cycles")
    for engine in options.engines:
        sizes = in_own_process(engine, options.cycles)
        growth = (sizes[-1] - sizes[len(sizes) // 2]) / (len(sizes) - len(sizes) // 2 - 1)
        print(f"{engine:10}", *(f"{size:.0f}" for size in sizes[every - 1 :: every]))
        print(f"{'':10} growth over the second half: {1024 * growth:.0f} KiB a cycle")


def in_own_process(engine: str, cycles: int) -> list[float]:
    environment = {"PYTHONPATH": str(ROOT), "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    run = subprocess.run(
        [sys.executable, __file__, "--inside", engine, "--cycles", str(cycles)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def series(module: str, cycles: int) -> list[float]:
    """Return the resident size in MiB after each cycle."""
    keras = importlib.import_module(module)
    rng = np.random.default_rng(0)
    x = rng.random((256, 16, 16, 1), dtype="float32")
    y = rng.integers(0, 10, 256)
    sizes = []
    for _ in range(cycles):
        cycle(keras, x, y)
        sizes.append(resident())
    return sizes


def cycle(keras: object, x: np.ndarray, y: np.ndarray) -> None:
    model = keras.Sequential(
        [
            keras.Input(shape=(16, 16, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=32, epochs=1, verbose=0)
    model.predict(x, verbose=0)


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
