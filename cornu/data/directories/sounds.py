"""`audio_dataset_from_directory`: folders of WAV files as data sets."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from cornu.data.directories.listing import Listing
from cornu.data.directories.loading import Loading
from cornu.data.directories.wav import decode_wav
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.files import open_binary


def audio_dataset_from_directory(
    directory: str | os.PathLike,
    labels: str | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Dataset | tuple[Dataset, Dataset]:
    """Batches of the sounds in the `.wav` files of a folder, and their labels.

    Args:
        directory: the folder, a path or URL. With `labels="inferred"` it holds a folder for each
            class; else folders in it do not matter.
        labels: `"inferred"` for the number of the folder, None for none, or a list with an int
            for each file, in the order of their names.
        label_mode: `"int"` for int32 `(batch,)`, `"categorical"` for one-hot float32 `(batch,
            classes)`, `"binary"` for float32 `(batch, 1)`, None for none.
        class_names: the folders to use, in this order; all, by name, by default.
        batch_size: sounds in a batch; None for single sounds.
        sampling_rate: samples per second that all are brought to; those of the files by default.
        output_sequence_length: number of samples that sounds are cut off or filled up to with
            zeros. By default each batch is filled up to its longest.
        ragged: must be False, since there are no ragged tensors.
        shuffle: whether to shuffle; else by name.
        seed: fixes the order, and which files are in which part.
        validation_split: fraction of the files that is for validation, between 0 and 1.
        subset: `"training"`, `"validation"`, or `"both"` for a tuple of both.
        follow_links: whether to look into folders that are links.
        verbose: whether to print the numbers of files.

    Returns:
        Data set of float32 sounds `(batch, samples, channels)`, from -1 to 1, or tuples of these
        and labels. Its `class_names` and `file_paths` say where they are from.

    Raises:
        FileNotFoundError: if there is no such folder.
        ValueError: for arguments that do not fit, folders without sounds, and, when reading,
            damaged files, by name.

    >>> import pathlib, tempfile
    >>> import scipy.io.wavfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "dogs").mkdir()
    >>> scipy.io.wavfile.write(folder / "dogs" / "one.wav", 8000, np.zeros(100, "int16"))
    >>> data = keras.utils.audio_dataset_from_directory(folder, verbose=False)
    >>> [sounds.shape for sounds, labels in data]
    [(1, 100, 1)]
    """
    if ragged:
        raise ValueError(
            "ragged=True asks for tensors that JAX does not have. Leave it out to have batches "
            "filled up to their longest sound, pass output_sequence_length for one length, or "
            "batch_size=None to get each sound in its own length."
        )
    for name, value in (
        ("sampling_rate", sampling_rate),
        ("output_sequence_length", output_sequence_length),
    ):
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} must be a positive int; got {value!r}.")
    files = (directory, labels, label_mode, class_names, shuffle, seed, validation_split, subset)
    listing = Listing(*files, follow_links, verbose, (".wav",), "audio")
    return listing.datasets(
        Loading(SoundLoader(sampling_rate, output_sequence_length)),
        batch_size,
        pad=output_sequence_length is None,
    )


class SoundLoader:
    """From a path to a sound."""

    def __init__(self, sampling_rate: int | None, length: int | None):
        self.sampling_rate = sampling_rate
        self.length = length

    def __call__(self, path: Any) -> np.ndarray:
        with open_binary(path) as file:
            sound, rate = decode_wav(file.read(), path)
        if self.sampling_rate is not None and rate != self.sampling_rate:
            divisor = math.gcd(rate, self.sampling_rate)
            up, down = self.sampling_rate // divisor, rate // divisor
            sound = resample_poly(sound, up, down, axis=0).astype("float32")
        if self.length is None:
            return sound
        missing = max(self.length - len(sound), 0)
        return np.pad(sound[: self.length], [(0, missing), (0, 0)])
