"""Images between files, Pillow's images and arrays, under Keras's names."""

from __future__ import annotations

import io
import os
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.engine import config
from cornu.engine.atomic import replacing
from cornu.engine.extras import require
from cornu.engine.limits import Limits
from cornu.engine.user_warnings import warn
from cornu.preprocessing.image.decode import open_image

if TYPE_CHECKING:
    from PIL import Image


def load_img(
    path: str | bytes | os.PathLike | io.IOBase,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
    *,
    limits: Limits | None = None,
) -> Image.Image:
    """Load an image file as a Pillow image.

    Args:
        path: path of the file, or an open binary file.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`; the last keeps 16 bits.
        target_size: `(height, width)` to resize to; None for the size in the file.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"hamming"`, `"box"` or
            `"lanczos"`.
        keep_aspect_ratio: cut the image at the center to the aspect ratio of `target_size`
            first.
        limits: a `keras.saving.Limits` with the pixels that it may have, 80 million by default.

    Returns:
        A Pillow image.

    Raises:
        DecodeError: if the file is damaged or no image.

    >>> import io
    >>> file = io.BytesIO()
    >>> keras.utils.save_img(file, np.zeros((4, 6, 3)), file_format="png")
    >>> _ = file.seek(0)
    >>> keras.utils.load_img(file, color_mode="grayscale").size
    (6, 4)
    """
    source = os.fsdecode(path) if isinstance(path, bytes) else path
    return open_image(
        source, color_mode, target_size, interpolation, keep_aspect_ratio, limits=limits
    )


def img_to_array(img: Any, data_format: str | None = None, dtype: str | None = None) -> np.ndarray:
    """Turn a Pillow image into an array.

    Args:
        img: a Pillow image, or an array of shape (height, width) or (height, width, channels).
        data_format: layout of the result, `"channels_last"` or `"channels_first"`; None for the
            global setting.
        dtype: dtype of the result; None for the default float type.

    Returns:
        Array of shape (height, width, channels), or (channels, height, width).

    Raises:
        ValueError: if `img` has another rank.

    >>> image = keras.utils.array_to_img(np.ones((4, 6, 3)))
    >>> keras.utils.img_to_array(image).shape
    (4, 6, 3)
    """
    data_format = config.standardize_data_format(data_format)
    x = np.asarray(img, dtype=dtype or config.floatx())
    if x.ndim == 2:
        x = x[:, :, None]
    if x.ndim != 3:
        raise ValueError(
            "img_to_array expects one image, of shape (height, width) or (height, width, "
            f"channels); got {x.shape}."
        )
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: str | None = None
) -> Image.Image:
    """Turn an array into a Pillow image.

    Args:
        x: one image of 1, 3 or 4 channels, of shape (height, width, channels), or
            channels-first.
        data_format: layout of `x`, `"channels_last"` or `"channels_first"`; None for the global
            setting.
        scale: whether to bring the smallest value to 0 and the largest to 255. Otherwise values
            are taken as they are; one channel with values above 255 makes a 32-bit image.
        dtype: dtype to compute in; None for the default float type.

    Returns:
        A Pillow image.

    Raises:
        ValueError: for another rank or number of channels.

    >>> keras.utils.array_to_img(np.eye(3)[:, :, None]).getpixel((1, 1))
    255
    """
    pillow = require("PIL.Image", "data")
    data_format = config.standardize_data_format(data_format)
    x = np.asarray(x, dtype=dtype or config.floatx())
    if x.ndim != 3:
        raise ValueError(
            f"array_to_img expects one image, of shape (height, width, channels); got {x.shape}."
        )
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if x.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"array_to_img expects 1, 3 or 4 channels; got {x.shape[2]}, with "
            f"data_format={data_format!r}."
        )
    if scale:
        x = x - np.min(x)
        x = x / (np.max(x) or 1) * 255
    if x.shape[2] == 1:
        kind = "int32" if np.max(x) > 255 else "uint8"
        return pillow.fromarray(x[:, :, 0].astype(kind))
    return pillow.fromarray(x.astype("uint8"))


def save_img(
    path: str | os.PathLike | io.IOBase,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Save an array as an image file.

    Args:
        path: path of the file, or a file open for writing bytes.
        x: one image of 1, 3 or 4 channels, of shape (height, width, channels), or
            channels-first.
        data_format: layout of `x`, `"channels_last"` or `"channels_first"`; None for the global
            setting.
        file_format: `"png"`, `"jpeg"`, `"bmp"`, `"gif"`, ...; None to go by the end of the path.
        scale: whether to bring the smallest value to 0 and the largest to 255.
        **kwargs: passed on to Pillow's `save`, such as `quality=95`.

    Raises:
        ValueError: if the format is not known.

    >>> import io
    >>> file = io.BytesIO()
    >>> keras.utils.save_img(file, np.zeros((4, 6, 3)), file_format="png")
    >>> file.getvalue()[1:4]
    b'PNG'
    """
    pillow = require("PIL.Image", "data")
    if file_format is None and isinstance(path, str | os.PathLike):
        file_format = pathlib.Path(path).suffix[1:]
    file_format = (file_format or "").lower().replace("jpg", "jpeg")
    pillow.init()
    if file_format.upper() not in pillow.SAVE and f".{file_format}" not in pillow.EXTENSION:
        raise ValueError(
            f"Cannot tell in which format to save {path!r}: got {file_format!r}. Give the path an "
            'ending such as ".png" or ".jpg", or file_format="png".'
        )
    image = array_to_img(x, data_format=data_format, scale=scale)
    if image.mode == "RGBA" and file_format == "jpeg":
        warn(
            "JPEG files have no transparency, so the fourth channel is not saved. "
            "Save as PNG to keep it."
        )
        image = image.convert("RGB")
    kwargs["format"] = pillow.EXTENSION.get(f".{file_format}", file_format)
    if isinstance(path, str | os.PathLike):
        with replacing(path) as new:
            image.save(new, **kwargs)
    else:
        image.save(path, **kwargs)
