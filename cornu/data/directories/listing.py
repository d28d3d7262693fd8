"""What the three readers of folders share: which files, with which labels, in which part."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cornu.data.pipeline.dataset import AUTOTUNE, Dataset
from cornu.data.readers.files import is_remote, join, walk

LABEL_MODES = ("int", "categorical", "binary", None)
SUBSETS = ("training", "validation", "both", None)
# The files of a block are read in threads; a second block keeps these busy at the end of the first.
BLOCKS_AT_ONCE = 2


@dataclass
class Listing:
    """Files with labels; the arguments are those of the functions that users call.

    Attributes:
        paths: the files.
        labels: int array, one for each file; None without labels.
        class_names: names of the classes; None without labels.
    """

    directory: str | os.PathLike
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    verbose: bool
    extensions: tuple[str, ...]
    kind: str

    def __post_init__(self) -> None:
        self.directory = os.fspath(self.directory)
        if isinstance(self.labels, np.ndarray):
            self.labels = self.labels.tolist()
        self._check()
        if self.labels is None or self.label_mode is None:
            self.labels = self.label_mode = None
        if self.labels == "inferred":
            self._find_classes()
        else:
            self._find_files()
        if not self.paths:
            raise ValueError(self._nothing_found())
        if self.label_mode == "binary" and len(self.class_names) != 2:
            raise ValueError(
                f"label_mode='binary' needs exactly 2 classes; {self.directory} has "
                f"{len(self.class_names)}: {list(self.class_names)}."
            )
        if self.verbose:
            classes = "" if self.labels is None else f" in {len(self.class_names)} classes"
            print(f"Found {len(self.paths)} {self.kind} files{classes}.")
        # Without a seed the data set's own shuffling does it all, so that an interrupted run, of
        # which only that seed is kept, finds the files in the same order.
        if self.shuffle and self.seed is not None:
            order = np.arange(len(self.paths))
            np.random.RandomState(self.seed).shuffle(order)
            self.paths = [self.paths[i] for i in order]
            self.labels = None if self.labels is None else self.labels[order]

    def datasets(
        self, load: Callable, batch_size: int | None, pad: bool = False
    ) -> Dataset | tuple[Dataset, Dataset]:
        """The data set, or those for training and validation.

        Args:
            load: makes a block of samples of an array of paths.
            batch_size: samples in a batch; None for samples.
            pad: whether to fill up shorter samples.
        """
        if self.subset == "both":
            return tuple(
                self._dataset(part, load, batch_size, pad) for part in ("training", "validation")
            )
        return self._dataset(self.subset, load, batch_size, pad)

    def _dataset(
        self, subset: str | None, load: Callable, batch_size: int | None, pad: bool
    ) -> Dataset:
        where = self._part(subset)
        paths = self.paths[where]
        if not paths:
            raise ValueError(
                f"No {self.kind} files are left for {subset}: validation_split="
                f"{self.validation_split} of {len(self.paths)} files."
            )
        if self.verbose and subset is not None:
            print(f"Using {len(paths)} of them for {subset}.")
        shuffled = self.shuffle and not (self.subset == "both" and subset == "validation")
        labeled = self.labels is not None
        dataset = Dataset.from_tensor_slices((paths, self.labels[where]) if labeled else paths)
        if shuffled:
            dataset = dataset.shuffle(seed=self.seed)
        if labeled:
            encode = LabelEncoder(self.label_mode, len(self.class_names))
            dataset = dataset.map(encode, vectorized=True)
        dataset = dataset.map(load, BLOCKS_AT_ONCE, vectorized=True)
        if batch_size is not None:
            batch = dataset.padded_batch if pad else dataset.batch
            dataset = batch(batch_size).prefetch(AUTOTUNE)
        dataset.class_names = None if self.class_names is None else list(self.class_names)
        dataset.file_paths = list(paths)
        return dataset

    def _part(self, subset: str | None) -> slice:
        if not self.validation_split:
            return slice(None)
        first = len(self.paths) - int(self.validation_split * len(self.paths))
        return slice(first) if subset == "training" else slice(first, None)

    def _check(self) -> None:
        if self.labels not in ("inferred", None) and not isinstance(self.labels, (list, tuple)):
            raise ValueError(
                "labels must be 'inferred', None, or a list with an int for each file in the "
                f"order of their names; got {self.labels!r}."
            )
        if self.label_mode not in LABEL_MODES:
            raise ValueError(f"label_mode must be one of {LABEL_MODES}; got {self.label_mode!r}.")
        if self.class_names is not None and self.labels != "inferred":
            raise ValueError(
                "class_names say the order of the folders, so they need labels='inferred'; got "
                f"labels={self.labels!r}."
            )
        if self.subset not in SUBSETS:
            raise ValueError(f"subset must be one of {SUBSETS}; got {self.subset!r}.")
        split = self.validation_split
        if split and not 0 < split < 1:
            raise ValueError(f"validation_split must be between 0 and 1; got {split}.")
        if bool(split) != bool(self.subset):
            raise ValueError(
                "validation_split and subset go together: the fraction of the files for "
                f"validation, and which part to return. Got {split!r} and {self.subset!r}."
            )
        if split and self.shuffle and self.seed is None:
            raise ValueError(
                "With validation_split and shuffle=True, pass a seed: with another order in each "
                "call, files would be in both parts."
            )
        if not is_remote(self.directory) and not os.path.isdir(self.directory):
            raise FileNotFoundError(f"There is no folder {self.directory!r}.")

    def _find_classes(self) -> None:
        _, folders, _ = next(iter(walk(self.directory)), (None, [], []))
        found = sorted(name for name in folders if not name.startswith("."))
        if self.class_names is not None and not set(self.class_names) <= set(found):
            raise ValueError(
                f"class_names must be names of folders in {self.directory}, which has {found}; got "
                f"{list(self.class_names)}."
            )
        self.class_names = found if self.class_names is None else list(self.class_names)
        self.paths: list[str] = []
        labels: list[int] = []
        for number, name in enumerate(self.class_names):
            paths = self._files_in(join(self.directory, name))
            self.paths += paths
            labels += [number] * len(paths)
        self.labels = np.array(labels, "int32")

    def _find_files(self) -> None:
        self.paths = self._files_in(self.directory)
        if self.labels is None:
            self.class_names = None
            return
        if len(self.labels) != len(self.paths):
            raise ValueError(
                f"labels has {len(self.labels)} entries, but there are {len(self.paths)} "
                f"{self.kind} files in {self.directory}."
            )
        self.labels = np.array(self.labels, "int32")
        self.class_names = [str(label) for label in sorted(set(self.labels.tolist()))]

    def _files_in(self, folder: str) -> list[str]:
        found = []
        for root, _, names in sorted(walk(folder, self.follow_links), key=lambda entry: entry[0]):
            chosen = (name for name in sorted(names) if name.lower().endswith(self.extensions))
            found += [join(root, name) for name in chosen]
        return found

    def _nothing_found(self) -> str:
        message = (
            f"There are no {self.kind} files in {self.directory}. Their names must end in "
            f"{', '.join(self.extensions)}"
        )
        names = [name for _, _, names in walk(self.directory, self.follow_links) for name in names]
        if self.labels is not None and not self.class_names:
            message += ", and they must lie in a folder for each class; without, pass labels=None"
        kinds = Counter(os.path.splitext(name)[1].lower() or "no extension" for name in names)
        if kinds:
            others = ", ".join(f"{count} of {kind}" for kind, count in kinds.most_common(4))
            message += f". The folder holds {others}"
        return message + "."


class LabelEncoder:
    """Labels as ints, as one-hot rows, or as a column of 0.0 and 1.0."""

    def __init__(self, mode: str, num_classes: int):
        self.mode = mode
        self.num_classes = num_classes

    def __call__(self, paths: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.mode == "binary":
            return paths, labels.astype("float32")[:, None]
        if self.mode == "categorical":
            return paths, (labels[:, None] == np.arange(self.num_classes)).astype("float32")
        return paths, labels
