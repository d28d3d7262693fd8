"""A process that runs one engine and obeys commands: a JSON object a line in, one out.

Only the process that is obeying works; the others sleep on their standard input. What the engine's
libraries print goes to the standard error, so that the protocol stays clean.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

import numpy as np

from harness.workloads import WORKLOADS

WARM_UP_EPOCHS = 2


class KerasRunner:
    """One workload through the Keras API: `fit` and `predict`, as a user calls them."""

    def __init__(self, module: Any, name: str) -> None:
        from harness.keras_models import build

        self.workload = WORKLOADS[name]
        self.model = build(module, name)
        self.to_numpy = module.ops.convert_to_numpy

    def parameters(self) -> int:
        return sum(int(np.prod(w.shape)) for w in self.model.trainable_weights)

    def load(self, x: np.ndarray, y: np.ndarray) -> None:
        self.x, self.y = x, y

    def train(self) -> float:
        """Train for one epoch, wait for the device, and return the loss."""
        history = self.model.fit(
            self.x, self.y, batch_size=self.workload.batch_size, epochs=1, verbose=0
        )
        smallest = min(self.model.trainable_weights, key=lambda w: int(np.prod(w.shape)))
        self.to_numpy(smallest)
        return float(history.history["loss"][-1])

    def predict(self) -> None:
        self.model.predict(self.x, batch_size=self.workload.batch_size, verbose=0)


def open_engine(engine: str) -> tuple[Any, dict[str, str]]:
    """Return a function from workload name to runner, and the versions in use."""
    if engine == "torch":
        import torch

        from harness.torch_models import TorchRunner

        return TorchRunner, {"torch": torch.__version__}
    module = importlib.import_module("cornu" if engine == "cornu" else "keras")
    names = {"cornu": "jax", "keras-jax": "jax", "keras-tf": "tensorflow", "keras-torch": "torch"}
    below = importlib.import_module(names[engine])
    versions = {
        module.__name__: getattr(module, "__version__", "?"),
        below.__name__: below.__version__,
    }
    return lambda name: KerasRunner(module, name), versions


class Worker:
    """Obeys: prepare a workload, train, predict, release it."""

    def __init__(self, engine: str) -> None:
        self.open, self.versions = open_engine(engine)
        self.runner: Any = None

    def hello(self) -> dict:
        return {"versions": self.versions, "python": sys.version.split()[0]}

    def prepare(self, workload: str) -> dict:
        self.runner = self.open(workload)
        self.runner.load(*WORKLOADS[workload].data())
        losses = [self.runner.train() for _ in range(WARM_UP_EPOCHS)]
        self.runner.predict()
        self.runner.predict()
        return {"parameters": self.runner.parameters(), "first_loss": losses[0]}

    def train(self) -> dict:
        start = time.perf_counter()
        loss = self.runner.train()
        seconds = time.perf_counter() - start
        return {"ms": 1000 * seconds / self.runner.workload.steps, "loss": loss}

    def predict(self) -> dict:
        start = time.perf_counter()
        self.runner.predict()
        seconds = time.perf_counter() - start
        return {"ms": 1000 * seconds / self.runner.workload.steps}

    def first_step(self, workload: str, started: float) -> dict:
        """Train one step in this fresh process; `started` is when its parent started it."""
        runner = self.open(workload)
        runner.load(*WORKLOADS[workload].data(steps=1))
        runner.train()
        return {"seconds": time.time() - started}

    def release(self) -> dict:
        self.runner = None
        gc.collect()
        return {}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(message: dict) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    try:
        worker = Worker(sys.argv[1])
    except ImportError as error:
        answer({"absent": str(error)})
        return
    answer(worker.hello())
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer(getattr(worker, command.pop("do"))(**command))
        except Exception as error:  # noqa: BLE001 - an engine may fail anyhow; the table says so
            traceback.print_exc()
            answer({"failed": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
