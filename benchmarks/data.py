"""Images and table rows a second from files: JPEG, PNG and CSV, beside Keras on TensorFlow.

    python benchmarks/data.py --peer-python ../bench/bin/python

Both read the same files into batches, in a process of their own; they take turns, pass by pass, and
the best pass counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 18
BATCH_SIZE = 32
ROWS_IN_BATCH = 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--peer-python", default=sys.executable, help="interpreter with TensorFlow")
    parser.add_argument("--images", type=int, default=512, help="number of photos, 640 x 480")
    parser.add_argument("--icons", type=int, default=4096, help="number of icons, 48 x 48")
    parser.add_argument("--rows", type=int, default=200_000, help="number of rows of the table")
    parser.add_argument("--rounds", type=int, default=5, help="passes over the files")
    parser.add_argument("--worker", choices=["cornu", "keras"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker, options.folder)
    else:
        compare(options)


def compare(options: argparse.Namespace) -> None:
    """Write the files, let both engines read them in turn, print the table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_images(folder / "images", options.images, (640, 480), "jpg")
        write_images(folder / "icons", options.icons, (48, 48), "png")
        write_table(folder / "table.csv", options.rows)
        pythons = {"cornu": sys.executable, "keras": options.peer_python}
        workers = {
            name: stack.enter_context(worker(python, name, folder))
            for name, python in pythons.items()
        }
        counts = {"images": options.images, "icons": options.icons, "rows": options.rows}
        print(f"{'':10}{'cornu':>12}{'keras':>12}{'ratio':>8}   a second, best of {options.rounds}")
        for job, count in counts.items():
            best = dict.fromkeys(workers, float("inf"))
            for turn in range(options.rounds + 1):
                for name, process in workers.items():
                    seconds = ask(process, job)
                    if turn:  # the first pass warms up
                        best[name] = min(best[name], seconds)
            rates = {name: count / seconds for name, seconds in best.items()}
            ratio = rates["cornu"] / rates["keras"]
            print(f"{job:10}{rates['cornu']:12.0f}{rates['keras']:12.0f}{ratio:8.2f}")


def worker(python: str, name: str, folder: Path) -> subprocess.Popen:
    """A process of one engine that reads what it is asked for."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "JAX_PLATFORMS": "cpu",
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    return subprocess.Popen(
        [python, __file__, "--worker", name, "--folder", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )


def ask(process: subprocess.Popen, job: str) -> float:
    """The seconds of one pass."""
    process.stdin.write(f"{job}\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        sys.exit("A worker ended; run it alone with --worker and --folder to see why.")
    return json.loads(answer)


def work(name: str, folder: Path) -> None:
    """Read what the lines of the standard input name, and print the seconds."""
    jobs = {"cornu": cornu_jobs, "keras": keras_jobs}[name](folder)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in jobs[line.strip()]:
            pass
        print(json.dumps(time.perf_counter() - start), flush=True)


def cornu_jobs(folder: Path) -> dict:
    from cornu.data import read_csv
    from cornu.utils import image_dataset_from_directory

    return {
        **image_jobs(image_dataset_from_directory, folder),
        "rows": read_csv(folder / "table.csv", label="y").batch(ROWS_IN_BATCH).prefetch(),
    }


def keras_jobs(folder: Path) -> dict:
    import keras
    import tensorflow as tf

    return {
        **image_jobs(keras.utils.image_dataset_from_directory, folder),
        # Keras has no reader of tables; this is what its guides use.
        "rows": tf.data.experimental.make_csv_dataset(
            str(folder / "table.csv"), ROWS_IN_BATCH, label_name="y", num_epochs=1, shuffle=False
        ),
    }


def image_jobs(read: Callable, folder: Path) -> dict:
    sizes = {"images": (224, 224), "icons": (64, 64)}
    return {
        job: read(folder / job, batch_size=BATCH_SIZE, image_size=size, verbose=False)
        for job, size in sizes.items()
    }


def write_images(folder: Path, count: int, size: tuple[int, int], extension: str) -> None:
    """Image files with shapes in them, in two classes; a JPEG file of 640 x 480 has 100 KB."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(count):
        place = folder / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        small = Image.fromarray(
            rng.integers(0, 255, (size[1] // 8, size[0] // 8, 3)).astype("uint8")
        )
        image = small.resize(size, Image.Resampling.BICUBIC)
        image.save(place / f"{number}.{extension}", quality=90)


def write_table(path: Path, rows: int) -> None:
    """A table of floats, a word, and a label."""
    rng = np.random.default_rng(0)
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join([*(f"x{i}" for i in range(COLUMNS)), "kind", "y"]) + "\n")
        for row in rng.normal(size=(rows, COLUMNS)):
            label = int(row[0] > 0)
            file.write(",".join(f"{value:.4f}" for value in row) + f",k{label},{label}\n")


if __name__ == "__main__":
    main()
