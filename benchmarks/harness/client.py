"""The driver's side: start a worker process for an engine and talk to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]
ROOT = BENCHMARKS.parent

# Engine -> whether it runs in the peers' environment, and its settings.
ENGINES: dict[str, tuple[bool, dict[str, str]]] = {
    "cornu": (False, {}),
    "keras-jax": (False, {"KERAS_BACKEND": "jax"}),
    "keras-tf": (True, {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}),
    "keras-torch": (True, {"KERAS_BACKEND": "torch"}),
    "torch": (True, {}),
}


class WorkerFailed(RuntimeError):
    """A command failed in the worker; `--show-output` shows its traceback."""


class Absent(RuntimeError):
    """The engine's interpreter or package is not there."""


class Client:
    """A running worker.

    Args:
        engine: one of `ENGINES`.
        peer_python: interpreter of the environment that holds TensorFlow and PyTorch.
        cache: folder that stands for the user's cache folder; a fresh one makes a cold start.
        quiet: whether to drop what the engine's libraries print.

    Raises:
        Absent: if the interpreter or a package is missing.
    """

    def __init__(self, engine: str, peer_python: str, cache: Path, quiet: bool = True) -> None:
        of_peer, settings = ENGINES[engine]
        self.engine = engine
        self.started = time.time()
        try:
            self.process = subprocess.Popen(
                [peer_python if of_peer else sys.executable, "-m", "harness.worker", engine],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if quiet else None,
                text=True,
                env=environment(settings, cache),
            )
        except OSError as error:
            raise Absent(f"cannot start {peer_python}: {error.strerror}") from error
        self.hello = self._read()
        if "absent" in self.hello:
            self.process.wait()
            raise Absent(self.hello["absent"])

    def ask(self, do: str, **arguments: object) -> dict:
        """Send one command and wait for its answer.

        Raises:
            WorkerFailed: if the engine raised, or the process ended.
        """
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise WorkerFailed("the worker has ended") from error
        return self._read()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def _read(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise WorkerFailed(
                f"{self.engine}: the worker ended with exit code {self.process.wait()}. "
                "Run again with --show-output to see why."
            )
        answer = json.loads(line)
        if "failed" in answer:
            raise WorkerFailed(answer["failed"])
        return answer


def environment(settings: dict[str, str], cache: Path) -> dict[str, str]:
    """Return a worker's environment: CPU only, byte code kept, caches under `cache`."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PYTHONPATH": f"{BENCHMARKS}{os.pathsep}{ROOT}",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
        "XDG_CACHE_HOME": str(cache),
        **settings,
    }


def time_to_first_step(engine: str, workload: str, peer_python: str) -> tuple[float, float]:
    """Return seconds from process start to the first trained step: cache empty, then filled."""
    with tempfile.TemporaryDirectory() as cache:
        seconds = []
        for _ in range(2):
            client = Client(engine, peer_python, Path(cache))
            answer = client.ask("first_step", workload=workload, started=client.started)
            client.close()
            seconds.append(answer["seconds"])
    return seconds[0], seconds[1]
