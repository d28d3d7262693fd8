"""The data of a cross-validation, and which of it a fold trains, validates and tests with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cornu import tree
from cornu.data.arrays import common_length, is_array_structure, to_arrays
from cornu.data.class_weights import ClassWeights
from cornu.model_selection.imbalance.batches import BalancedBatches
from cornu.model_selection.parts import ValidationSplit, take
from cornu.model_selection.splitters import checked_groups
from cornu.training.limits import limited_epochs

FIT_ARGUMENTS = frozenset(
    "batch_size epochs shuffle initial_epoch steps_per_epoch validation_steps "
    "validation_batch_size validation_freq".split()
)


@dataclass(frozen=True)
class Samples:
    """Arrays of one length, as NumPy arrays."""

    x: Any
    y: Any
    sample_weight: Any
    groups: np.ndarray | None
    length: int

    def part(self, indices: np.ndarray) -> tuple[Any, Any, Any]:
        """The chosen samples as `(x, y, sample_weight)`."""
        return take((self.x, self.y, self.sample_weight), indices)


@dataclass(frozen=True)
class Settings:
    """How each fold is trained, and what of it is kept."""

    callbacks: Any = None
    class_weight: Any = None
    validation_split: float | ValidationSplit | None = None
    validation_data: Any = None
    fit: dict | None = None
    return_models: bool = False
    return_train_score: bool = False
    return_predictions: bool = True
    sampler: Any = None

    @property
    def epochs(self) -> int:
        return limited_epochs(self.fit.get("epochs", 1))

    @property
    def batch_size(self) -> int:
        return self.fit.get("batch_size") or 32

    @property
    def evaluation_batch_size(self) -> int:
        return self.fit.get("validation_batch_size") or self.batch_size

    def for_search(self, task: FoldTask) -> Settings:
        """The same for the training samples of an outer fold, keeping scores only."""
        split = self.validation_split
        if isinstance(split, ValidationSplit):
            split = split.of_samples(task.train)
        return replace(self, validation_split=split, return_models=False, return_predictions=False)


@dataclass(frozen=True)
class FoldTask:
    """One fold: its number, from 1, the indices of both its parts, and its seed."""

    number: int
    train: np.ndarray
    test: np.ndarray
    seed: int


def to_samples(x: Any, y: Any, sample_weight: Any, groups: Any) -> Samples:
    """What the user passed, checked.

    Raises:
        ValueError: for sources of batches, arrays of different lengths, NaN in the targets, or
            groups of another length.
    """
    if not is_array_structure(x):
        raise ValueError(
            f"x is of type {type(x).__name__}. Cross-validation picks samples by their index, so "
            "it needs arrays, data frames, lists of numbers, or nested structures of these."
        )
    x, y = to_arrays(x, "x"), to_arrays(y, "y")
    sample_weight = to_arrays(sample_weight, "sample_weight")
    x, y, sample_weight = tree.map_structure(
        lambda a: None if a is None else np.asarray(a), (x, y, sample_weight)
    )
    length = common_length({"x": x, "y": y, "sample_weight": sample_weight})
    for path, leaf in tree.flatten_with_path(y):
        if leaf is not None and leaf.dtype.kind == "f" and np.isnan(leaf).any():
            rows = np.flatnonzero(np.isnan(leaf).reshape(length, -1).any(axis=1))
            where = "".join(f"[{key!r}]" for key in path)
            raise ValueError(
                f"The targets y{where} are NaN in {len(rows)} of {length} samples, the first is "
                f"sample {rows[0]}: the loss would be NaN in every fold. Leave these samples out."
            )
    return Samples(x, y, sample_weight, checked_groups(groups, length), length)


def checked_settings(settings: Settings) -> Settings:
    """The same settings, if they can be meant.

    Raises:
        TypeError: for an argument that `fit` does not know or cross-validation sets itself.
        ValueError: for arguments that contradict each other.
    """
    unknown = set(settings.fit) - FIT_ARGUMENTS
    if unknown:
        raise TypeError(
            f"cross_validate got arguments it does not know: {sorted(unknown)}. Those of `fit` it "
            f"hands on are {sorted(FIT_ARGUMENTS)}."
        )
    if settings.validation_split is not None and settings.validation_data is not None:
        raise ValueError("Pass either validation_split or validation_data, not both.")
    if isinstance(settings.validation_data, str) and settings.validation_data != "test":
        raise ValueError(
            f"validation_data={settings.validation_data!r}: the only name is 'test', for the "
            "fold's own test part."
        )
    if settings.class_weight is not None:
        # It knows what can be meant.
        ClassWeights(settings.class_weight)
    return settings


def with_validation(
    samples: Samples, settings: Settings, task: FoldTask
) -> tuple[np.ndarray, np.ndarray | None]:
    """Indices to train with, and those to validate with, if they are among the samples.

    The test part is validated with only where the user said so.
    """
    split = settings.validation_split
    if split is None or not split:
        asked = isinstance(settings.validation_data, str)
        return task.train, task.test if asked else None
    if not isinstance(split, ValidationSplit):
        # As `fit` does it: the last samples.
        first = int(np.floor(len(task.train) * (1.0 - split)))
        if not 0 < first < len(task.train):
            raise ValueError(
                f"validation_split={split} leaves no samples for training or for validation: fold "
                f"{task.number} trains with {len(task.train)}."
            )
        return task.train[:first], task.train[first:]
    y = take(samples.y, task.train)
    train, val = split.of_samples(task.train).indices(len(task.train), y)
    return task.train[train], task.train[val]


def balanced_batches(settings: Settings, part: tuple, seed: int) -> BalancedBatches:
    """The batches that the sampler makes of a fold's training samples.

    Args:
        settings: how to train, with a sampler.
        part: the training samples `(x, y, sample_weight)`.
        seed: of the fold.

    Raises:
        ValueError: for targets that do not tell one class for each sample.
    """
    x, y, sample_weight = part
    if tree.is_nested(y) or y is None:
        raise ValueError(
            "sampler needs one array of targets, which tells the class of each sample; y is "
            f"{'missing' if y is None else 'a structure of several'}. Weigh the classes with "
            "class_weight instead."
        )
    return BalancedBatches(
        x, y, settings.batch_size, strategy=settings.sampler, sample_weight=sample_weight, seed=seed
    )
