"""Megabytes of text vectorised per second, Cornu beside Keras on TensorFlow.

    python benchmarks/text.py reviews.tar.gz
    python benchmarks/text.py reviews.tar.gz --peer-python ../bench/bin/python

`TextVectorization` on all texts of an archive: `adapt`, and calls in mode "int". Keras's layer
needs TensorFlow beside it, hence an interpreter of its own. Each engine has a process; they take
turns, and the least time counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


def read(archive: str) -> list[str]:
    """The text files in a tar archive."""
    with tarfile.open(archive) as files:
        members = [member for member in files.getmembers() if member.name.endswith(".txt")]
        return [files.extractfile(member).read().decode("latin-1") for member in members]


def cases(name: str, texts: list[str]) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    if name == "cornu":
        sys.path.insert(0, str(ROOT))
        import cornu as keras
    else:
        import keras
    make = keras.layers.TextVectorization
    full = make()
    full.adapt(texts)
    cut = make(output_sequence_length=200, vocabulary=full.get_vocabulary())
    return {
        "adapt": lambda: make().adapt(texts),
        "call": lambda: np.asarray(full(texts)),
        "call, cut to 200 words": lambda: np.asarray(cut(texts)),
    }


def work(name: str, archive: str) -> None:
    """Answer each case named on a line of the input with its seconds."""
    functions = cases(name, read(archive))
    for function in functions.values():
        function()
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        functions[line.strip()]()
        print(json.dumps(time.perf_counter() - start), flush=True)


def start(name: str, python: str, archive: str) -> subprocess.Popen | None:
    """The engine's process; None if it cannot start, after saying so."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
    }
    process = subprocess.Popen(
        [python, __file__, archive, "--worker", name],
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
    """Seconds of one case."""
    process.stdin.write(case + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def main() -> None:
    """Alternate the engines and print megabytes per second."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", help="tar archive with .txt files")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--peer-python", help="interpreter with Keras and TensorFlow")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.worker, arguments.archive)
        return
    megabytes = sum(map(len, read(arguments.archive))) / 1e6
    pythons = {"cornu": sys.executable}
    if arguments.peer_python:
        pythons["keras-tensorflow"] = arguments.peer_python
    processes = {n: start(n, python, arguments.archive) for n, python in pythons.items()}
    running = {name: process for name, process in processes.items() if process is not None}
    for case in ("adapt", "call", "call, cut to 200 words"):
        least = dict.fromkeys(running, float("inf"))
        for _ in range(arguments.rounds):
            for name, process in running.items():
                least[name] = min(least[name], ask(process, case))
        for name, seconds in least.items():
            ratio = seconds / least.get("cornu", seconds)
            print(f"{case:24} {name:18} {megabytes / seconds:7.1f} MB/s   Cornu x {ratio:.1f}")
    for process in running.values():
        process.stdin.close()
        process.wait()


if __name__ == "__main__":
    main()
