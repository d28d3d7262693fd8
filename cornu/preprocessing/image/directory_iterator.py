"""Batches of transformed images from a folder with a folder per class."""

from __future__ import annotations

import os
from collections.abc import Iterator as Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.engine.user_warnings import warn
from cornu.preprocessing.image.array_iterator import part_of
from cornu.preprocessing.image.file_iterator import FileIterator, check_class_mode, report

CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


class DirectoryIterator(FileIterator):
    """Batches of images in subfolders; made by `ImageDataGenerator.flow_from_directory`.

    Args:
        directory: folder that holds a folder of images per class.
        image_data_generator: the `ImageDataGenerator` that transforms, or None.
        target_size: `(height, width)` of the images.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        classes: names of the class folders, in order; None for all, in alphabetical order.
        class_mode: what the targets are: `"categorical"` (one-hot rows), `"binary"` and
            `"sparse"` (class indices), `"input"` (the images themselves), or None.
        batch_size: samples in a batch.
        shuffle: whether to read the samples in a new order in each epoch.
        seed: an int, or None.
        data_format: layout of the images; None for the global setting.
        save_to_dir, save_prefix, save_format: folder to save the transformed images in, or None;
            begin of their names; their format.
        follow_links: whether to enter folders that are symbolic links.
        subset: `"training"` or `"validation"` part of the generator's `validation_split`, taken
            from each class.
        interpolation, keep_aspect_ratio: as of `load_img`.
        dtype: dtype of the images and of classes; None for the default float type.

    Attributes:
        class_indices: dict from a class's name to its number.
        classes: the class index of each file.
        filenames: the files, relative to `directory`.
        filepaths: the files.
        samples: number of files.
        num_classes: number of classes.

    Raises:
        FileNotFoundError: if `directory`, or the folder of one of `classes`, is not there.
        ValueError: if `class_mode` or `subset` is not known.

    >>> import tempfile
    >>> from cornu.preprocessing.image import ImageDataGenerator
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("cats", "dogs"):
    ...         os.mkdir(f"{folder}/{name}")
    ...         keras.utils.save_img(f"{folder}/{name}/1.png", np.zeros((8, 8, 3)))
    ...     batches = ImageDataGenerator().flow_from_directory(folder, target_size=(4, 4))
    ...     batches[0][0].shape, batches.class_indices
    Found 2 images belonging to 2 classes.
    ((2, 4, 4, 3), {'cats': 0, 'dogs': 1})
    """

    def __init__(
        self,
        directory: str,
        image_data_generator: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: str | None = None,
    ):
        check_class_mode(class_mode, CLASS_MODES)
        self.directory = os.fspath(directory)
        self.subset = subset
        names = list(classes or class_folders(self.directory))
        self.num_classes = len(names)
        self.class_indices = {name: number for number, name in enumerate(names)}
        self.filenames = []
        numbers = []
        for name in names:
            files = [
                os.path.relpath(path, self.directory)
                for path in image_files(
                    os.path.join(self.directory, name), self.white_list_formats, follow_links
                )
            ]
            if subset is not None:
                split = image_data_generator._validation_split
                files = files[part_of(subset, len(files), split)]
            self.filenames += files
            numbers += [self.class_indices[name]] * len(files)
        self.classes = self.labels = np.array(numbers, "int32")
        report(f"Found {len(numbers)} images belonging to {self.num_classes} classes.")
        super().__init__(
            [os.path.join(self.directory, name) for name in self.filenames],
            image_data_generator,
            target_size,
            color_mode,
            class_mode,
            batch_size,
            shuffle,
            seed,
            data_format,
            save_to_dir,
            save_prefix,
            save_format,
            interpolation,
            keep_aspect_ratio,
            dtype,
        )


def class_folders(directory: str) -> list[str]:
    """The names of the folders in a folder, sorted."""
    return sorted(
        name for name in os.listdir(directory) if os.path.isdir(os.path.join(directory, name))
    )


def image_files(folder: str, formats: Sequence[str], follow_links: bool) -> Iterable[str]:
    """The paths of files with these endings below a folder, sorted."""
    if not os.path.isdir(folder):
        raise FileNotFoundError(
            f"There is no folder {folder!r}. `classes` must name folders inside of `directory`."
        )
    for root, _, files in sorted(os.walk(folder, followlinks=follow_links)):
        for name in sorted(files):
            if name.lower().endswith(tuple(formats)):
                if name.lower().endswith(".tiff"):
                    warn(
                        f"{os.path.join(root, name)!r}: of TIFF files with several pages only the "
                        "first is read."
                    )
                yield os.path.join(root, name)
