"""Batches of transformed images that a table lists."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from cornu.engine.user_warnings import warn
from cornu.preprocessing.image.array_iterator import part_of
from cornu.preprocessing.image.file_iterator import FileIterator, check_class_mode, report

CLASS_MODES = ("categorical", "binary", "sparse", "input", "multi_output", "raw", None)
# The kinds of targets that are names of classes.
NAMED = ("categorical", "binary", "sparse")


class DataFrameIterator(FileIterator):
    """Batches of images listed in a table; made by `ImageDataGenerator.flow_from_dataframe`.

    Args:
        dataframe: pandas or polars table, or a dict of lists.
        directory: folder that the names of files are relative to, or None.
        image_data_generator: the `ImageDataGenerator` that transforms, or None.
        x_col: column with the names of the files.
        y_col: column with the targets, or a list of columns.
        weight_col: column with a weight per sample, or None.
        target_size: `(height, width)` of the images.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        classes: names of the classes, in order; samples of others are left out. None for all, in
            alphabetical order.
        class_mode: what the targets are: `"categorical"` (one-hot rows; several names in a list
            give several ones), `"binary"` and `"sparse"` (class indices), `"raw"` (the values),
            `"multi_output"` (a list of the values of each column), `"input"` (the images
            themselves), or None.
        batch_size: samples in a batch.
        shuffle: whether to read the samples in a new order in each epoch.
        seed: an int, or None.
        data_format: layout of the images; None for the global setting.
        save_to_dir, save_prefix, save_format: folder to save the transformed images in, or None;
            begin of their names; their format.
        subset: `"training"` or `"validation"` part of the generator's `validation_split`.
        interpolation, keep_aspect_ratio: as of `load_img`.
        dtype: dtype of the images and of classes; None for the default float type.
        validate_filenames: whether to leave out names that are no files of a known ending.

    Attributes:
        class_indices: dict from a class's name to its number.
        classes: the class index, or list of numbers, of each file.
        filenames: the files as the table names them.
        filepaths: the files.
        samples: number of files.

    Raises:
        TypeError: if a column holds values of another type than `class_mode` asks for.
        ValueError: if `class_mode` or `subset` is not known, or `"binary"` classes are not two.

    >>> import tempfile
    >>> from cornu.preprocessing.image import ImageDataGenerator
    >>> table = {"filename": ["a.png", "b.png"], "class": ["cat", "dog"]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in table["filename"]:
    ...         keras.utils.save_img(f"{folder}/{name}", np.zeros((8, 8, 3)))
    ...     batches = ImageDataGenerator().flow_from_dataframe(
    ...         table, folder, target_size=(4, 4), class_mode="sparse", shuffle=False
    ...     )
    ...     batches[0][1].tolist()
    Found 2 validated image filenames belonging to 2 classes.
    [0.0, 1.0]
    """

    def __init__(
        self,
        dataframe: Any,
        directory: str | None = None,
        image_data_generator: Any = None,
        x_col: str = "filename",
        y_col: str | Sequence[str] = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = "channels_last",
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: str | None = "float32",
        validate_filenames: bool = True,
    ):
        check_class_mode(class_mode, CLASS_MODES)
        self.directory = os.fspath(directory or "")
        self.subset = subset
        files = self._files(dataframe, x_col)
        rows = list(range(len(files)))
        if validate_filenames:
            rows = self._valid(files, x_col)
        found = f"{'validated' if validate_filenames else 'non-validated'} image filenames"
        if class_mode in NAMED:
            rows = self._number_classes(dataframe, y_col, class_mode, classes, rows)
            found += f" belonging to {len(self.class_indices)} classes"
        elif classes:
            warn(f"classes are not used with class_mode={class_mode!r}.")
        if subset is not None:
            rows = rows[part_of(subset, len(rows), image_data_generator._validation_split)]
        report(f"Found {len(rows)} {found}.")
        self.filenames = [files[row] for row in rows]
        self._take(dataframe, y_col, weight_col, class_mode, rows)
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

    def _files(self, dataframe: Any, x_col: str) -> list[str]:
        files = values(dataframe, x_col)
        check_types(files, x_col, (str,), "names of files")
        return files

    def _valid(self, files: list[str], x_col: str) -> list[int]:
        """The rows whose files are there and have a known ending."""
        rows = [
            row
            for row, name in enumerate(files)
            if name.lower().endswith(self.white_list_formats)
            and os.path.isfile(os.path.join(self.directory, name))
        ]
        if len(rows) < len(files):
            missing = sorted(set(range(len(files))) - set(rows))
            warn(
                f"{len(missing)} of the names in x_col={x_col!r} are no files ending in one of "
                f"{list(self.white_list_formats)} and are left out; the first is "
                f"{files[missing[0]]!r}."
            )
        return rows

    def _number_classes(
        self,
        dataframe: Any,
        y_col: Any,
        class_mode: str,
        classes: Sequence[str] | None,
        rows: list[int],
    ) -> list[int]:
        """Number the classes of all rows; the rows that have one are returned."""
        labels = values(dataframe, y_col)
        several = (list, tuple) if class_mode == "categorical" else ()
        check_types(labels, y_col, (str, *several), f"classes for class_mode={class_mode!r}")
        named = [[label] if isinstance(label, str) else label for label in labels]
        names = list(dict.fromkeys(classes or sorted({n for row in rows for n in named[row]})))
        if class_mode == "binary" and len(names) != 2:
            raise ValueError(
                f"class_mode='binary' needs two classes; got {len(names)}: {names[:10]}."
            )
        self.class_indices = {name: number for number, name in enumerate(names)}
        numbers = [
            [self.class_indices[name] for name in each if name in self.class_indices]
            for each in named
        ]
        self._numbers = [
            each[0] if isinstance(label, str) and each else each
            for each, label in zip(numbers, labels)
        ]
        return [row for row in rows if numbers[row]]

    def _take(
        self, dataframe: Any, y_col: Any, weight_col: str | None, class_mode: Any, rows: list[int]
    ) -> None:
        """Keep the targets and weights of these rows."""
        if class_mode in NAMED:
            self.classes = self.labels = [self._numbers[row] for row in rows]
        elif class_mode == "raw":
            columns = y_col if isinstance(y_col, list) else [y_col]
            table = np.stack([np.array(values(dataframe, name))[rows] for name in columns], axis=1)
            self.labels = table if isinstance(y_col, list) else table[:, 0]
        elif class_mode == "multi_output":
            if not isinstance(y_col, list):
                raise TypeError(
                    f"class_mode='multi_output' needs a list of columns as y_col; got {y_col!r}."
                )
            self.labels = [np.array(values(dataframe, name))[rows] for name in y_col]
        if weight_col is not None:
            self.sample_weight = np.array(values(dataframe, weight_col))[rows]
            if self.sample_weight.dtype.kind not in "iuf":
                raise TypeError(f"weight_col={weight_col!r} must hold numbers.")


def values(dataframe: Any, name: str) -> list:
    """A column as a list."""
    column = dataframe[name]
    return column.to_list() if hasattr(column, "to_list") else list(column)


def check_types(column: list, name: str, types: tuple[type, ...], what: str) -> None:
    """Raise TypeError where a value of the column is of another type."""
    for row, value in enumerate(column):
        if not isinstance(value, types):
            raise TypeError(
                f"Column {name!r} must hold {what}, of type "
                f"{' or '.join(kind.__name__ for kind in types)}; row {row} holds {value!r}."
            )
