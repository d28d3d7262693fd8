"""Image files decoded to arrays with Pillow; damaged ones end in one clear error.

Pictures of 16 bits per pixel keep them in grayscale, and give their upper 8 bits in color.
"""

from __future__ import annotations

import io
import os
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from cornu.engine.errors import LoadError
from cornu.engine.extras import require
from cornu.engine.limits import Budget, Limits

if TYPE_CHECKING:
    from PIL import Image

COLOR_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
# Any other would start programs (Ghostscript for EPS) or code that few have looked at.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "PPM")
# What Pillow raises for files that are cut off or damaged, beside DecompressionBombError.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error)


class DecodeError(OSError, ValueError):
    """An image file that is damaged, cut off, or no image of a known format.

    It is an `OSError`, as Pillow's own error is, and a `ValueError`.
    """


def decode_image(
    data: bytes | str | os.PathLike | io.IOBase,
    color_mode: str = "rgb",
    target_size: tuple[int, int] | None = None,
    interpolation: str = "bilinear",
    keep_aspect_ratio: bool = False,
    dtype: str | None = None,
    *,
    approximate: bool = False,
    name: str | None = None,
    limits: Limits | None = None,
) -> np.ndarray:
    """Decode a JPEG, PNG, BMP, GIF (its first frame), WebP, TIFF or PPM image.

    Args:
        data: the file's bytes, its path, or an open binary file.
        color_mode: `"rgb"`, `"rgba"` or `"grayscale"`.
        target_size: `(height, width)` to resize to; None for the size in the file.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"hamming"`, `"box"` or
            `"lanczos"`. All but the first smooth where the image becomes smaller.
        keep_aspect_ratio: cut the image at the center to the aspect ratio of `target_size`
            first, so that nothing is distorted.
        dtype: dtype of the result. None for the file's: uint8, or uint16 for grayscale of 16
            bits, of which `"uint8"` takes the upper 8.
        approximate: let JPEG files be decoded at a half, a quarter or an eighth of their size
            where that is still at least `target_size`. Two to three times as fast; the values
            differ a little from those of the whole image made smaller.
        name: what errors call the image; its path, if not given.
        limits: a `keras.saving.Limits` with the pixels that it may have, 80 million by default.

    Returns:
        Array of shape (height, width, channels).

    Raises:
        DecodeError: if the data are damaged, no image, or one with too many pixels.
        FileNotFoundError: if there is no such file.

    >>> import io
    >>> from cornu.preprocessing.image import decode_image, save_img
    >>> file = io.BytesIO()
    >>> save_img(file, np.zeros((4, 6, 3)), file_format="png")
    >>> decode_image(file.getvalue(), target_size=(2, 3)).shape
    (2, 3, 3)
    """
    image = open_image(
        data, color_mode, target_size, interpolation, keep_aspect_ratio, approximate, name, limits
    )
    return as_array(image, dtype)


def open_image(
    data: bytes | str | os.PathLike | io.IOBase,
    color_mode: str,
    target_size: tuple[int, int] | None,
    interpolation: str,
    keep_aspect_ratio: bool,
    approximate: bool = False,
    name: str | None = None,
    limits: Limits | None = None,
) -> Image.Image:
    """The decoded image as a Pillow image; arguments as of `decode_image`."""
    check(color_mode, target_size, interpolation)
    pillow = require("PIL.Image", "data")
    content, name = read(data, name)
    try:
        with pillow.open(io.BytesIO(content), formats=FORMATS) as image:
            Budget(limits, name, len(content)).check("pixels", image.width * image.height)
            if approximate and target_size is not None and image.format == "JPEG":
                image.draft("L" if color_mode == "grayscale" else None, target_size[::-1])
            image.load()
            image = in_mode(image, color_mode)
    except LoadError as error:
        raise DecodeError(str(error)) from error
    except (*DAMAGE, pillow.DecompressionBombError) as error:
        raise DecodeError(f"Cannot decode {name}: {reason(error, content)}.") from error
    resampling = getattr(pillow.Resampling, interpolation.upper())
    return resized(image, target_size, resampling, keep_aspect_ratio)


def check(color_mode: str, target_size: Any, interpolation: str) -> None:
    """Raise ValueError for arguments that mean nothing."""
    if color_mode not in COLOR_MODES:
        raise ValueError(f"color_mode must be one of {list(COLOR_MODES)}; got {color_mode!r}.")
    if interpolation not in INTERPOLATIONS:
        raise ValueError(
            f"interpolation must be one of {list(INTERPOLATIONS)}; got {interpolation!r}."
        )
    if target_size is not None and (len(target_size) != 2 or min(target_size) < 1):
        raise ValueError(
            f"target_size must be (height, width), both at least 1; got {target_size!r}."
        )


def read(data: Any, name: str | None) -> tuple[bytes, str]:
    """The bytes, and what to call them."""
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data), name or f"an image of {len(data)} bytes"
    if isinstance(data, str | os.PathLike):
        with open(data, "rb") as file:
            return file.read(), name or repr(os.fspath(data))
    if hasattr(data, "read"):
        return data.read(), name or repr(getattr(data, "name", "an image in memory"))
    raise TypeError(
        f"An image file must be given as a path, as bytes or as an open binary file; got {data!r}."
    )


def reason(error: Exception, content: bytes) -> str:
    """What is wrong with the file, in a few words."""
    pillow = require("PIL.Image", "data")
    if not content:
        return "the file is empty"
    if isinstance(error, pillow.UnidentifiedImageError):
        return (
            f"its {len(content)} bytes, which begin with {content[:8]!r}, are damaged or are no "
            f"image in one of the formats {', '.join(FORMATS)}"
        )
    return f"{str(error) or type(error).__name__}, in {len(content)} bytes"


def in_mode(image: Image.Image, color_mode: str) -> Image.Image:
    """The image in one of Pillow's modes for `color_mode`."""
    if is_16_bit(image):
        pixels = np.asarray(image.convert("I")).astype("uint16")
        pixels = pixels if color_mode == "grayscale" else (pixels >> 8).astype("uint8")
        image = require("PIL.Image", "data").fromarray(pixels)
    if color_mode == "grayscale" and image.mode in ("I", "I;16"):
        return image
    if image.mode == "P" and isinstance(image.info.get("transparency"), bytes):
        image = image.convert("RGBA")  # Pillow warns where one drops the transparency at once.
    mode = COLOR_MODES[color_mode]
    return image if image.mode == mode else image.convert(mode)


def is_16_bit(image: Image.Image) -> bool:
    """Whether it is grayscale of 16 bits; Pillow opens some of these in the 32-bit mode `"I"`."""
    return image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM"))


def resized(
    image: Image.Image, target_size: tuple[int, int] | None, resampling: Any, keep_ratio: bool
) -> Image.Image:
    """The image in `(height, width)`, cut at the center to this aspect ratio if asked to."""
    if target_size is None or image.size == tuple(target_size[::-1]):
        return image
    width, height = image.size
    box = (0, 0, width, height)
    if keep_ratio:
        top, left, cut_height, cut_width = central_crop(height, width, target_size)
        box = (left, top, left + cut_width, top + cut_height)
    return image.resize(tuple(target_size[::-1]), resampling, box=box)


def central_crop(
    height: int, width: int, target_size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Top, left, height, width of the largest central part in the target's aspect ratio."""
    target_height, target_width = target_size
    cut_height = max(min(height, width * target_height // target_width), 1)
    cut_width = max(min(width, height * target_width // target_height), 1)
    return (height - cut_height) // 2, (width - cut_width) // 2, cut_height, cut_width


def as_array(image: Image.Image, dtype: str | None) -> np.ndarray:
    """Pillow's pixels as (height, width, channels)."""
    x = np.asarray(image)
    if x.ndim == 2:
        x = x[:, :, None]
    if dtype == "uint8" and x.dtype == np.uint16:
        x = x >> 8
    elif dtype == "uint8":
        x = np.clip(x, 0, 255)
    return x.astype(dtype or x.dtype)
