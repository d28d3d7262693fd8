"""The callback that writes a run's event files."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import jax
import numpy as np

from cornu.callbacks.tensorboard.event_file import EventWriter
from cornu.training.callback import Callback, LogsMapping


class TensorBoard(Callback):
    """Writes what TensorBoard shows: values, histograms of the weights, the model's graph.

    Look at it with `tensorboard --logdir logs`. Runs named `train` and `validation` appear.

    Args:
        log_dir: The folder, a fresh one for each run.
        histogram_freq: Epochs between histograms of the weights; 0 for none.
        write_graph: Whether to write the model for the tab Graphs.
        write_images: Whether to show the weights as images too, along with the histograms.
        write_steps_per_second: Whether to write how fast the training goes.
        update_freq: `"epoch"`, `"batch"`, or a number of batches between two points.
        profile_batch: A batch, or a pair of first and last batch (from 1, over all epochs), during
            which JAX's profiler runs; 0 for none.
        embeddings_freq: Only 0: projections of embeddings are not written.
        embeddings_metadata: Only None.

    Raises:
        ValueError: If `update_freq` is another, or projections of embeddings are asked for.

    Example:
        >>> board = keras.callbacks.TensorBoard("logs/run1", histogram_freq=1)
        >>> board.update_freq
        'epoch'
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: Literal["epoch", "batch"] | int = "epoch",
        profile_batch: int | tuple[int, int] = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        if embeddings_freq or embeddings_metadata is not None:
            raise ValueError(
                "TensorBoard: projections of embeddings are not written, got embeddings_freq="
                f"{embeddings_freq!r}, embeddings_metadata={embeddings_metadata!r}. Leave both out."
            )
        is_count = isinstance(update_freq, int) and update_freq > 0
        if update_freq not in ("epoch", "batch") and not is_count:
            raise ValueError(
                "TensorBoard: update_freq must be 'epoch', 'batch' or a positive number of "
                f"batches, got {update_freq!r}."
            )
        self.log_dir = str(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.first_profiled, self.last_profiled = profiled_batches(profile_batch)
        self.is_profiling = False
        self.is_training = False
        self.writers: dict[str, EventWriter] = {}
        self.train_step = 0  # batches over all epochs
        self.steps_in_epoch = 0
        self.epoch_start = self.last_point = (0.0, 0)  # time and train_step

    @property
    def batch_interval(self) -> int:
        if self.last_profiled:
            return 1
        if self.update_freq == "epoch":
            return 0
        # Counted over epochs, the batch to write at falls elsewhere in each.
        return math.gcd(self.update_freq, (self.params or {}).get("steps") or 1)

    def writer(self, run: str) -> EventWriter:
        if run not in self.writers:
            self.writers[run] = EventWriter(Path(self.log_dir) / run, suffix=".v2")
        return self.writers[run]

    def on_train_begin(self, logs: LogsMapping = None) -> None:
        self.is_training = True
        self.train_step = 0
        to_json = getattr(self.model, "to_json", None)
        if self.write_graph and to_json is not None:
            try:
                text = to_json()
            except NotImplementedError:  # subclassed models have no description of their graph
                return
            self.writer("train").keras_graph(text)

    def on_train_end(self, logs: LogsMapping = None) -> None:
        self.stop_profiling()
        self.is_training = False
        self.close()

    def on_train_abort(self) -> None:
        self.on_train_end()

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        self.steps_in_epoch = 0
        self.epoch_start = self.last_point = (time.monotonic(), self.train_step)

    def on_train_batch_begin(self, batch: int, logs: LogsMapping = None) -> None:
        if self.last_profiled and self.train_step + 1 == self.first_profiled:
            jax.profiler.start_trace(str(Path(self.log_dir) / "train"))
            self.is_profiling = True

    def on_train_batch_end(self, batch: int, logs: LogsMapping = None) -> None:
        self.count(batch + 1)
        if self.is_profiling and self.train_step >= self.last_profiled:
            self.stop_profiling()
        if self.update_freq == "epoch" or self.train_step % self.update_freq:
            return
        self.write("train", logs, "batch_{}", self.train_step)
        if self.write_steps_per_second:
            now = (time.monotonic(), self.train_step)
            self.write_speed("batch_steps_per_second", self.last_point, now, self.train_step)
            self.last_point = now

    def on_progress(self, step: int, logs_ready: Any) -> None:
        self.count(step)

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        logs = logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        validation = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        self.write("train", train, "epoch_{}", epoch)
        if validation:
            self.write("validation", validation, "epoch_{}", epoch)
        if self.write_steps_per_second:
            now = (time.monotonic(), self.train_step)
            self.write_speed("epoch_steps_per_second", self.epoch_start, now, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self.write_weights(epoch)
        for writer in self.writers.values():
            writer.flush()
        self.steps_in_epoch = 0

    def on_test_end(self, logs: LogsMapping = None) -> None:
        iterations = getattr(getattr(self.model, "optimizer", None), "iterations", None)
        if iterations is not None:
            step = int(np.asarray(iterations))
            self.write("validation", logs, "evaluation_{}_vs_iterations", step)
        if not self.is_training:
            self.close()

    def count(self, steps_in_epoch: int) -> None:
        self.train_step += steps_in_epoch - self.steps_in_epoch
        self.steps_in_epoch = steps_in_epoch

    def write(self, run: str, logs: Mapping[str, Any] | None, tag: str, step: int) -> None:
        for name, value in (logs or {}).items():
            if np.ndim(value) == 0:
                self.writer(run).scalar(tag.format(name), float(value), step)

    def write_speed(self, tag: str, begin: tuple, end: tuple, step: int) -> None:
        seconds = max(end[0] - begin[0], 1e-9)
        self.writer("train").scalar(tag, (end[1] - begin[1]) / seconds, step)

    def write_weights(self, epoch: int) -> None:
        writer = self.writer("train")
        for layer in self.model.layers:
            for weight in layer.weights:
                tag = getattr(weight, "path", None) or f"{layer.name}/{weight.name}"
                array = np.asarray(weight)
                writer.histogram(f"{tag}/histogram", array, epoch)
                if self.write_images and array.ndim == 2:
                    writer.image(f"{tag}/image", as_picture(array), epoch)

    def stop_profiling(self) -> None:
        if self.is_profiling:
            jax.profiler.stop_trace()
            self.is_profiling = False

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()
        self.writers.clear()

    def get_state(self) -> dict[str, Any]:
        return {"train_step": self.train_step, "steps_in_epoch": self.steps_in_epoch}

    def set_state(self, state: dict[str, Any]) -> None:
        # The epoch's beginning sets its own count to 0; a run that goes on within it counts on.
        self.train_step = state["train_step"] - state["steps_in_epoch"]


def profiled_batches(profile_batch: Any) -> tuple[int, int]:
    if isinstance(profile_batch, str):
        profile_batch = [int(part) for part in profile_batch.split(",")]
    first, last = (
        (profile_batch, profile_batch) if isinstance(profile_batch, int) else profile_batch
    )
    if not 0 <= first <= last:
        raise ValueError(
            "TensorBoard: profile_batch must be a batch or a pair (first, last), not negative, "
            f"got {profile_batch!r}."
        )
    return first, last


def as_picture(array: np.ndarray) -> np.ndarray:
    """A matrix as a gray image, (rows, columns, 1)."""
    array = array.astype(np.float64)
    span = array.max() - array.min() if array.size else 0
    return ((array - array.min()) / (span or 1) * 255).astype(np.uint8)[..., None]
