"""`image_dataset_from_directory`: folders of images as data sets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.data.directories.listing import Listing
from cornu.data.directories.loading import Loading
from cornu.data.directories.resize import INTERPOLATIONS, resize_image
from cornu.data.pipeline.dataset import Dataset
from cornu.data.readers.files import open_binary
from cornu.engine import config
from cornu.engine.extras import require
from cornu.preprocessing.image.decode import open_image

if TYPE_CHECKING:
    from PIL import Image

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
FORMATS = ("tf", "grain")


def image_dataset_from_directory(
    directory: str | os.PathLike,
    labels: str | Sequence[int] | None = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | tuple[int, int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Dataset | tuple[Dataset, Dataset]:
    """Batches of the images in a folder (BMP, GIF, JPEG, PNG) and their labels.

    Threads read and decode, one for each core. The order is a new one of all files in each epoch.

    Args:
        directory: the folder, a path or URL. With `labels="inferred"` it holds a folder for each
            class; else folders in it do not matter.
        labels: `"inferred"` for the number of the folder, None for none, or a list with an int
            for each file, in the order of their names.
        label_mode: `"int"` for int32 `(batch,)`, `"categorical"` for one-hot float32 `(batch,
            classes)`, `"binary"` for float32 `(batch, 1)`, None for none.
        class_names: the folders to use, in this order; all, by name, by default.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        batch_size: images in a batch; None for single images.
        image_size: `(height, width)` to resize to, or one int for both.
        shuffle: whether to shuffle; else by name.
        seed: fixes the order, and which files are in which part.
        validation_split: fraction of the files that is for validation, between 0 and 1.
        subset: `"training"`, `"validation"`, or `"both"` for a tuple of both.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"area"`, `"lanczos3"`,
            `"lanczos5"`, `"gaussian"` or `"mitchellcubic"`; all without smoothing before.
        follow_links: whether to look into folders that are links.
        crop_to_aspect_ratio: cut the image at the center so that nothing is distorted.
        pad_to_aspect_ratio: put a black frame around it so that nothing is distorted.
        data_format: `"channels_last"` or `"channels_first"`; Keras's setting by default.
        format: `"tf"` or `"grain"`; a `Dataset` is returned for both.
        verbose: whether to print the numbers of files.

    Returns:
        Data set of float32 images `(batch, height, width, channels)`, from 0 to 255, or tuples of
        these and labels. Its `class_names` and `file_paths` say where they are from.

    Raises:
        FileNotFoundError: if there is no such folder.
        ValueError: for arguments that do not fit, folders without images, and, when reading,
            damaged images, by name.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "cats").mkdir()
    >>> keras.utils.save_img(folder / "cats" / "one.png", keras.ops.ones((8, 8, 3)))
    >>> data = keras.utils.image_dataset_from_directory(folder, image_size=4, verbose=False)
    >>> [images.shape for images, labels in data], data.class_names
    ([(1, 4, 4, 3)], ['cats'])
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {FORMATS}; got {format!r}.")
    load = ImageLoader(
        color_mode,
        image_size,
        interpolation,
        crop_to_aspect_ratio,
        pad_to_aspect_ratio,
        config.standardize_data_format(data_format),
    )
    files = (directory, labels, label_mode, class_names, shuffle, seed, validation_split, subset)
    listing = Listing(*files, follow_links, verbose, EXTENSIONS, "image")
    return listing.datasets(Loading(load, load.shape), batch_size)


class ImageLoader:
    """Reads images from paths into arrays of one size."""

    def __init__(
        self,
        color_mode: str,
        size: Any,
        interpolation: str,
        crop: bool,
        pad: bool,
        data_format: str,
    ):
        if color_mode not in CHANNELS:
            raise ValueError(f"color_mode must be one of {list(CHANNELS)}; got {color_mode!r}.")
        if isinstance(size, int):
            size = (size, size)
        if not isinstance(size, (tuple, list)) or len(size) != 2 or min(size) < 1:
            raise ValueError(f"image_size must be (height, width), in pixels; got {size!r}.")
        if str(interpolation).lower() not in INTERPOLATIONS:
            raise ValueError(
                f"interpolation must be one of {INTERPOLATIONS}; got {interpolation!r}."
            )
        if crop and pad:
            raise ValueError(
                "Only one of crop_to_aspect_ratio and pad_to_aspect_ratio can be True."
            )
        self.color_mode = color_mode
        self.size = tuple(int(length) for length in size)
        self.interpolation = interpolation.lower()
        self.crop = crop
        self.pad = pad
        self.data_format = data_format

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of an image."""
        channels = CHANNELS[self.color_mode]
        last = self.data_format == "channels_last"
        return (*self.size, channels) if last else (channels, *self.size)

    def __call__(self, path: str, out: np.ndarray) -> None:
        """Write the image into `out`, a float32 array."""
        with open_binary(path) as file:
            content = file.read()
        image = pixels(open_image(content, self.color_mode, None, "nearest", False, name=path))
        if self.crop:
            image = cropped(image, self.size)
        elif self.pad:
            image = framed(image, self.size)
        out = out if self.data_format == "channels_last" else out.transpose(1, 2, 0)
        resize_image(image, self.size, self.interpolation, out)


def pixels(image: Image.Image) -> np.ndarray:
    """The pixels of a Pillow image: `(height, width, channels)`, of which RGB may have four.

    Pillow keeps four bytes for each pixel of RGB, and shows its memory if it lies in one piece.
    """
    shape = (image.height, image.width, -1)
    if image.mode in ("RGB", "RGBA") and hasattr(image, "__arrow_c_array__"):
        try:
            shown = require("pyarrow", "data").array(image)
        except ValueError:  # it lies in several pieces, as large images do
            return np.asarray(image)
        return shown.values.to_numpy().reshape(shape)
    return np.asarray(image).reshape(shape)


def cropped(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The largest central part with the aspect ratio of `size`."""
    height, width = image.shape[:2]
    new_height = max(min(height, int(width * size[0] / size[1])), 1)
    new_width = max(min(width, int(height * size[1] / size[0])), 1)
    top, left = (height - new_height) // 2, (width - new_width) // 2
    return image[top : top + new_height, left : left + new_width]


def framed(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The image in a frame of zeros with the aspect ratio of `size`."""
    height, width, channels = image.shape
    # Both sides get the same, as in `ops.image.resize`, so an odd row or column is left out.
    top = max(int(width * size[0] / size[1]) - height, 0) // 2
    left = max(int(height * size[1] / size[0]) - width, 0) // 2
    frame = np.zeros((height + 2 * top, width + 2 * left, channels), image.dtype)
    frame[top : top + height, left : left + width] = image
    return frame
