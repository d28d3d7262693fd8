"""Batches of transformed images from files."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.engine import config
from cornu.preprocessing.image.decode import check
from cornu.preprocessing.image.files import img_to_array, load_img
from cornu.preprocessing.image.iterator import Iterator, save_batch

CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


class FileIterator(Iterator):
    """What `DirectoryIterator` and `DataFrameIterator` share; see there for the arguments."""

    # Set by the subclasses: class indices, or targets; weights.
    class_indices: dict[str, int]
    labels: Any = None
    sample_weight: np.ndarray | None = None

    def __init__(
        self,
        filepaths: list[str],
        image_data_generator: Any,
        target_size: tuple[int, int],
        color_mode: str,
        class_mode: str | None,
        batch_size: int,
        shuffle: bool,
        seed: int | None,
        data_format: str | None,
        save_to_dir: str | None,
        save_prefix: str,
        save_format: str,
        interpolation: str,
        keep_aspect_ratio: bool,
        dtype: str | None,
    ):
        check(color_mode, target_size, interpolation)
        self.filepaths = filepaths
        self.samples = len(filepaths)
        self.image_data_generator = image_data_generator
        self.target_size = tuple(target_size)
        self.color_mode = color_mode
        self.class_mode = class_mode
        self.data_format = config.standardize_data_format(data_format)
        channels = CHANNELS[color_mode]
        self.image_shape = (
            (*self.target_size, channels)
            if self.data_format == "channels_last"
            else (channels, *self.target_size)
        )
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        self.interpolation = interpolation
        self.keep_aspect_ratio = keep_aspect_ratio
        self.dtype = dtype or config.floatx()
        super().__init__(self.samples, batch_size, shuffle, seed)

    def _batch(self, samples: np.ndarray, rng: Any) -> Any:
        parameters, tags = self._draw(len(samples), rng)
        images = np.empty((len(samples), *self.image_shape), self.dtype)
        for image, sample in zip(images, samples):
            image[...] = self._read(self.filepaths[sample])
        if self.image_data_generator is not None:
            images = self.image_data_generator._transformed_batch(images, parameters)
        if self.save_to_dir:
            save_batch(self, images, samples, tags)
        if self.class_mode is None:
            return images
        targets = self._targets(images, samples)
        if self.sample_weight is None:
            return images, targets
        return images, targets, self.sample_weight[samples]

    def _draw(self, count: int, rng: Any) -> tuple[list[dict], list[int]]:
        generator = self.image_data_generator
        parameters = []
        if generator is not None:
            parameters = [generator._draw(self.image_shape, rng) for _ in range(count)]
        tags = [rng.randint(10**7) for _ in range(count)] if self.save_to_dir else []
        return parameters, tags

    def _read(self, path: str) -> np.ndarray:
        image = load_img(
            path, self.color_mode, self.target_size, self.interpolation, self.keep_aspect_ratio
        )
        return img_to_array(image, self.data_format, self.dtype)

    def _targets(self, images: np.ndarray, samples: np.ndarray) -> Any:
        if self.class_mode == "input":
            return images.copy()
        if self.class_mode in ("binary", "sparse"):
            return np.array([self.labels[sample] for sample in samples], self.dtype)
        if self.class_mode == "categorical":
            targets = np.zeros((len(samples), len(self.class_indices)), self.dtype)
            for row, sample in zip(targets, samples):
                row[self.labels[sample]] = 1
            return targets
        if self.class_mode == "multi_output":
            return [output[samples] for output in self.labels]
        return self.labels[samples]


def check_class_mode(class_mode: Any, allowed: tuple) -> None:
    """Raise ValueError for an unknown kind of targets."""
    if class_mode not in allowed:
        raise ValueError(f"class_mode must be one of {list(allowed)}; got {class_mode!r}.")


def report(message: str) -> None:
    """Print what was found, unless the user turned such lines off."""
    if config.is_interactive_logging_enabled():
        print(message)
