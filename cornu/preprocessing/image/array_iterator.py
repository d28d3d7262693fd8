"""Batches of transformed images from an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine import config
from cornu.engine.user_warnings import warn
from cornu.preprocessing.image.iterator import Iterator, save_batch


class NumpyArrayIterator(Iterator):
    """Batches of randomly transformed images; made by `ImageDataGenerator.flow`.

    Args:
        x: images of shape (samples, height, width, channels), or channels-first; or a pair of
            images and a list of other arrays, which are handed on.
        y: targets, or None.
        image_data_generator: the `ImageDataGenerator` that transforms.
        batch_size: samples in a batch.
        shuffle: whether to read the samples in a new order in each epoch.
        sample_weight: a weight per sample, or None.
        seed: an int, or None.
        data_format: layout of the images; None for the global setting.
        save_to_dir, save_prefix, save_format: folder to save the transformed images in, or None;
            begin of their names; their format.
        subset: `"training"` or `"validation"` part of the generator's `validation_split`.
        ignore_class_split: whether the two parts may hold different classes.
        dtype: dtype of the images; None for the default float type.

    Raises:
        ValueError: if lengths differ, the images have another rank, `subset` is not known, or the
            classes of the parts differ.

    >>> from cornu.preprocessing.image import ImageDataGenerator
    >>> batches = ImageDataGenerator(rescale=1 / 255).flow(np.ones((10, 4, 4, 3)), batch_size=4)
    >>> [batches[index].shape for index in range(3)]
    [(4, 4, 4, 3), (4, 4, 4, 3), (2, 4, 4, 3)]
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: Any,
        batch_size: int = 32,
        shuffle: bool = False,
        sample_weight: Any = None,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        ignore_class_split: bool = False,
        dtype: str | None = None,
    ):
        self.dtype = dtype or config.floatx()
        self.data_format = config.standardize_data_format(data_format)
        self.image_data_generator = image_data_generator
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        others: list = []
        if isinstance(x, tuple | list):
            x, rest = x
            others = [np.asarray(part) for part in (rest if isinstance(rest, list) else [rest])]
        columns = {"y": y, "sample_weight": sample_weight}
        columns |= {f"x[1][{place}]": part for place, part in enumerate(others)}
        check_lengths(x, columns)

        part = slice(None)
        if subset is not None:
            part = part_of(subset, len(x), image_data_generator._validation_split)
            if y is not None and not ignore_class_split:
                check_classes(y, int(len(x) * image_data_generator._validation_split))
        self.x = np.asarray(x[part], dtype=self.dtype)
        self.x_misc = [other[part] for other in others]
        self.y = None if y is None else np.asarray(y)[part]
        self.sample_weight = None if sample_weight is None else np.asarray(sample_weight)[part]
        check_images(self.x, self.data_format, type(self).__name__)
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def _batch(self, samples: np.ndarray, rng: Any) -> Any:
        parameters, tags = self._draw(len(samples), rng)
        images = self.image_data_generator._transformed_batch(self.x[samples], parameters)
        if self.save_to_dir:
            save_batch(self, images, samples, tags)
        x = [images, *(other[samples] for other in self.x_misc)] if self.x_misc else images
        if self.y is None:
            return x
        if self.sample_weight is None:
            return x, self.y[samples]
        return x, self.y[samples], self.sample_weight[samples]

    def _draw(self, count: int, rng: Any) -> tuple[list[dict], list[int]]:
        shape = self.x.shape[1:]
        parameters = [self.image_data_generator._draw(shape, rng) for _ in range(count)]
        tags = [rng.randint(10**4) for _ in range(count)] if self.save_to_dir else []
        return parameters, tags


def check_lengths(x: Any, columns: dict[str, Any]) -> None:
    """Raise ValueError where something has another number of samples than the images."""
    for name, column in columns.items():
        if column is not None and len(column) != len(x):
            raise ValueError(
                f"{name} must have as many samples as the images; got {len(column)} for "
                f"{len(x)} images."
            )


def part_of(subset: str, count: int, validation_split: float) -> slice:
    """Where the training or the validation part lies: the latter is the first."""
    if subset not in ("training", "validation"):
        raise ValueError(f"subset must be 'training' or 'validation'; got {subset!r}.")
    border = int(count * validation_split)
    return slice(border) if subset == "validation" else slice(border, None)


def check_classes(y: Any, border: int) -> None:
    """Raise ValueError if the parts before and after the border hold different classes."""
    if not np.array_equal(np.unique(y[:border]), np.unique(y[border:])):
        raise ValueError(
            "The training and the validation part hold different classes. If the samples are "
            "sorted by class, shuffle them first; or give ignore_class_split=True."
        )


def check_images(x: np.ndarray, data_format: str, name: str) -> None:
    """Check the rank; warn of an unusual number of channels."""
    if x.ndim != 4:
        raise ValueError(
            f"{name} expects images of shape (samples, height, width, channels); got {x.shape}."
        )
    channels = x.shape[3 if data_format == "channels_last" else 1]
    if channels not in (1, 3, 4):
        warn(
            f"{name} got images of shape {x.shape}, which have {channels} channels in "
            f"data_format={data_format!r}; 1, 3 or 4 are usual."
        )
