"""Event files that TensorBoard opens, written without TensorFlow and without protobuf.

A file is a row of TFRecords, each one an `Event`: the length (8 bytes) and its checksum (4), the
data and its checksum (4). A reader stops at a last record that is cut short, so a killed writer
leaves a file that is good up to there; a new writer starts a new file beside it.
"""

from __future__ import annotations

import itertools
import os
import re
import socket
import struct
import time
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np

from cornu.callbacks.tensorboard.png import encode_png
from cornu.callbacks.tensorboard.summary import (
    double_tensor,
    float_tensor,
    histogram_buckets,
    string_tensor,
    summary_event,
    version_event,
)
from cornu.engine.formats.crc32c import masked_crc32c

SECONDS_BETWEEN_FLUSHES = 2.0
BUFFER_BYTES = 1 << 16


class EventWriter:
    """Writes one event file into a folder that TensorBoard reads.

    What was written waits in a small buffer until it is full, `flush` is called, or a record comes
    two seconds after the last flush. So TensorBoard follows a run as it goes, a killed run loses
    little, and writing a scalar costs some microseconds.

    Args:
        logdir: The folder, made if it does not exist. TensorBoard shows each folder as one run:
            `logs/train` and `logs/validation` are two lines in one chart.
        suffix: Added to the file's name, for example `".v2"`.

    Example:
        >>> import tempfile
        >>> from cornu.callbacks.tensorboard import EventWriter
        >>> with tempfile.TemporaryDirectory() as logdir, EventWriter(logdir) as writer:
        ...     writer.scalar("epoch_loss", 0.25, step=0)
        ...     writer.text("note", "first run", step=0)
    """

    def __init__(self, logdir: str | os.PathLike[str], suffix: str = "") -> None:
        self.path, self.file = new_file(Path(logdir), suffix)
        self.last_flush = time.monotonic()
        self.write(version_event(time.time()))
        self.flush()

    def scalar(self, tag: str, value: float, step: int) -> None:
        """Writes a number, as a float32: a point of the line `tag` in the tab Scalars."""
        self.write_summary(tag, step, "scalars", float_tensor(float(value)))

    def histogram(self, tag: str, array: Any, step: int) -> None:
        """Writes how the values of an array of any shape spread, in 30 buckets.

        NaN and infinite values are left out of the counts. Shown in the tabs Histograms and
        Distributions.
        """
        self.write_summary(tag, step, "histograms", double_tensor(histogram_buckets(array)))

    def image(self, tag: str, array: Any, step: int) -> None:
        """Writes a picture for the tab Images.

        Args:
            tag: The name of the picture; the same tag at another step moves its slider.
            array: uint8 (height, width, channels), 1 to 4 channels.
            step: The step it belongs to.

        Raises:
            ValueError: If the array's shape or dtype is another.
        """
        image = np.asarray(array)
        png = encode_png(image)
        height, width = (str(size).encode() for size in image.shape[:2])
        self.write_summary(tag, step, "images", string_tensor(width, height, png))

    def text(self, tag: str, text: str, step: int) -> None:
        """Writes text for the tab Text, which shows it as Markdown."""
        self.write_summary(tag, step, "text", string_tensor(text.encode()))

    def keras_graph(self, model_json: str, step: int = 0) -> None:
        """Writes a model for the tab Graphs, from what its `to_json()` gives."""
        tensor = string_tensor(model_json.encode())
        self.write_summary("keras", step, "graph_keras_model", tensor, b"1")

    def flush(self) -> None:
        """Hands everything written so far to the operating system."""
        self.file.flush()
        self.last_flush = time.monotonic()

    def close(self) -> None:
        """Flushes and closes the file; a second call does nothing."""
        self.file.close()

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def write_summary(
        self, tag: str, step: int, plugin: str, tensor: bytes, plugin_content: bytes = b""
    ) -> None:
        self.write(summary_event(time.time(), int(step), tag, plugin, tensor, plugin_content))

    def write(self, event: bytes) -> None:
        if self.file.closed:
            raise ValueError(
                f"The event file {self.path} is closed. Make a new EventWriter to write more."
            )
        self.file.write(record(event))
        if time.monotonic() - self.last_flush > SECONDS_BETWEEN_FLUSHES:
            self.flush()


def record(data: bytes) -> bytes:
    """`data` framed as a TFRecord."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        (
            length,
            struct.pack("<I", masked_crc32c(length)),
            data,
            struct.pack("<I", masked_crc32c(data)),
        )
    )


def new_file(folder: Path, suffix: str) -> tuple[Path, BinaryIO]:
    """A file that no one has opened yet, named as TensorBoard expects it, and open for writing."""
    folder.mkdir(parents=True, exist_ok=True)
    host = re.sub(r"[^\w.-]", "_", socket.gethostname())
    # The seconds come first, padded, because TensorBoard reads a folder's files in order of name.
    start = f"events.out.tfevents.{int(time.time()):010d}.{host}.{os.getpid()}"
    for number in itertools.count():
        path = folder / f"{start}.{number}{suffix}"
        try:
            return path, open(path, "xb", buffering=BUFFER_BYTES)
        except FileExistsError:
            continue
