"""`text_dataset_from_directory`: folders of text files as data sets."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cornu.data.directories.images import FORMATS
from cornu.data.directories.listing import Listing
from cornu.data.directories.loading import Loading
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.files import open_binary


def text_dataset_from_directory(
    directory: str | os.PathLike,
    labels: str | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Dataset | tuple[Dataset, Dataset]:
    """Batches of the texts in the `.txt` files of a folder, and their labels.

    Args:
        directory: the folder, a path or URL. With `labels="inferred"` it holds a folder for each
            class; else folders in it do not matter.
        labels: `"inferred"` for the number of the folder, None for none, or a list with an int
            for each file, in the order of their names.
        label_mode: `"int"` for int32 `(batch,)`, `"categorical"` for one-hot float32 `(batch,
            classes)`, `"binary"` for float32 `(batch, 1)`, None for none.
        class_names: the folders to use, in this order; all, by name, by default.
        batch_size: texts in a batch; None for single texts.
        max_length: number of characters after which texts are cut off.
        shuffle: whether to shuffle; else by name.
        seed: fixes the order, and which files are in which part.
        validation_split: fraction of the files that is for validation, between 0 and 1.
        subset: `"training"`, `"validation"`, or `"both"` for a tuple of both.
        follow_links: whether to look into folders that are links.
        format: `"tf"` or `"grain"`; a `Dataset` is returned for both.
        verbose: whether to print the numbers of files.

    Returns:
        Data set of texts, object arrays `(batch,)` of str, or tuples of these and labels. Its
        `class_names` and `file_paths` say where they are from.

    Raises:
        FileNotFoundError: if there is no such folder.
        ValueError: for arguments that do not fit, folders without texts, and, when reading, files
            that are no UTF-8, by name.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "good").mkdir()
    >>> _ = (folder / "good" / "one.txt").write_text("a fine film")
    >>> data = keras.utils.text_dataset_from_directory(folder, verbose=False)
    >>> [(texts.tolist(), labels.tolist()) for texts, labels in data]
    [(['a fine film'], [0])]
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {FORMATS}; got {format!r}.")
    listing = Listing(
        directory,
        labels,
        label_mode,
        class_names,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
        (".txt",),
        "text",
    )
    return listing.datasets(Loading(TextLoader(max_length)), batch_size)


class TextLoader:
    """From a path to a text."""

    def __init__(self, max_length: int | None):
        self.max_length = max_length

    def __call__(self, path: str) -> str:
        with open_binary(path) as file:
            content = file.read()
        try:
            return content.decode()[: self.max_length]
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ValueError(
                f"{path} is no UTF-8 text: {error.reason} in line {line}. Convert the file, or "
                "read it with `cornu.data.read_text`, which takes an encoding."
            ) from error
