"""Boxes and masks painted onto images, as arrays."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np

from cornu.engine.config import standardize_data_format
from cornu.engine.extras import require

# How four numbers of a box are read; `rel_` before a name means fractions of the image's size.
BOX_FORMATS = ("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw")


def draw_bounding_boxes(
    images: Any,
    bounding_boxes: dict[str, Any],
    bounding_box_format: str,
    class_mapping: dict[int, str] | None = None,
    color: tuple[int, int, int] = (128, 128, 128),
    line_thickness: int = 2,
    text_thickness: int = 1,
    font_scale: float = 1.0,
    data_format: str | None = None,
) -> np.ndarray:
    """Images with boxes drawn on them.

    Args:
        images: `(batch, height, width, 3)`, values from 0 to 255.
        bounding_boxes: dict of `boxes` `(batch, boxes, 4)`, `labels` `(batch, boxes)`, and perhaps
            `confidence` `(batch, boxes)`; a negative label marks a box that is not there.
        bounding_box_format: "xyxy", "yxyx", "xywh", "center_xywh" or "center_yxhw", or one of
            these after "rel_", for fractions of the image's size.
        class_mapping: names of the labels; the labels themselves are written if None.
        color: red, green and blue, from 0 to 255.
        line_thickness: of the boxes, in pixels.
        text_thickness: of the letters' strokes.
        font_scale: size of the letters; 1 is 12 pixels high.
        data_format: "channels_last" or "channels_first"; the global setting if None.

    Returns:
        Array like the images, of type uint8 and with the channels last.

    Raises:
        ValueError: if the format is unknown, or `boxes` or `labels` is missing.

    >>> boxes = {"boxes": np.array([[[1, 1, 6, 6]]]), "labels": np.array([[-1]])}
    >>> images = np.zeros((1, 8, 8, 3))
    >>> keras.visualization.draw_bounding_boxes(images, boxes, "xyxy").shape
    (1, 8, 8, 3)
    """
    missing = [name for name in ("boxes", "labels") if name not in bounding_boxes]
    if missing:
        raise ValueError(f"`bounding_boxes` lacks {missing}; got {sorted(bounding_boxes)}.")
    images = as_pixels(images, data_format)
    corners = _corners(np.asarray(bounding_boxes["boxes"]), bounding_box_format, images.shape[1:3])
    labels = np.asarray(bounding_boxes["labels"]).astype(int)
    confidence = bounding_boxes.get("confidence")
    image_module = require("PIL.Image", extra="plot")
    drawing = require("PIL.ImageDraw", extra="plot")
    font = require("PIL.ImageFont", extra="plot").load_default(size=12 * font_scale)
    drawn = []
    for i, pixels in enumerate(images):
        image = image_module.fromarray(pixels)
        canvas = drawing.Draw(image)
        for j, (box, label) in enumerate(zip(corners[i], labels[i])):
            if label < 0:
                continue
            text = str((class_mapping or {}).get(label, label))
            if confidence is not None:
                text += f", {float(np.asarray(confidence)[i, j]):.2f}"
            canvas.rectangle(box.tolist(), outline=tuple(color), width=line_thickness)
            place = box[0] + line_thickness, max(box[1] - 14 * font_scale, 0)
            canvas.text(
                place, text, fill=tuple(color), font=font, stroke_width=max(text_thickness - 1, 0)
            )
        drawn.append(np.asarray(image))
    return np.stack(drawn)


def draw_segmentation_masks(
    images: Any,
    segmentation_masks: Any,
    num_classes: int | None = None,
    color_mapping: dict[int, tuple[int, int, int]] | None = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> np.ndarray:
    """Images under the colors of each pixel's class.

    Args:
        images: `(batch, height, width, 3)`, values from 0 to 255.
        segmentation_masks: class of each pixel, `(batch, height, width)` or with a last axis of 1.
        num_classes: number of classes; found from the masks if None.
        color_mapping: red, green and blue of each class; colors from around the wheel if None.
        alpha: how much of the color covers the image, from 0 to 1.
        blend: whether the image shows through.
        ignore_index: the class that gets no color.
        data_format: "channels_last" or "channels_first"; the global setting if None.

    Returns:
        Array like the images, of type uint8 and with the channels last.

    >>> masks = np.array([[[0, -1], [-1, -1]]])
    >>> images = np.full((1, 2, 2, 3), 100)
    >>> colors = {0: (0, 200, 0)}
    >>> keras.visualization.draw_segmentation_masks(images, masks, 1, colors, 0.5)[0, 0].tolist()
    [[50, 150, 50], [100, 100, 100]]
    """
    images = as_pixels(images, data_format)
    masks = np.asarray(segmentation_masks).astype(int)
    if masks.ndim == 4:
        masks = masks[..., 0] if masks.shape[-1] == 1 else masks[:, 0]
    if masks.shape != images.shape[:3]:
        raise ValueError(
            f"`segmentation_masks` must have the images' shape {images.shape[:3]}; got "
            f"{masks.shape}."
        )
    count = max(num_classes or 0, int(masks.max()) + 1, 1)
    palette = np.array([colorsys.hsv_to_rgb(i / count, 0.9, 0.9) for i in range(count)]) * 255
    for index, color in (color_mapping or {}).items():
        palette[index] = color
    covered = ((masks != ignore_index) & (masks >= 0))[..., None]
    share = np.where(covered, alpha if blend else 1.0, 0.0)
    mixed = images * (1 - share) + palette[np.maximum(masks, 0)] * share
    return mixed.round().astype("uint8")


def as_pixels(
    images: Any, data_format: str | None, value_range: tuple[float, float] = (0, 255)
) -> np.ndarray:
    """Images as uint8 `(batch, height, width, channels)`, three channels at least."""
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(
            f"`images` must have the shape (batch, height, width, channels); got {images.shape}."
        )
    if standardize_data_format(data_format) == "channels_first":
        images = images.transpose(0, 2, 3, 1)
    low, high = value_range
    pixels = (images.astype("float64") - low) * (255 / (high - low))
    pixels = pixels.round().clip(0, 255).astype("uint8")
    return np.repeat(pixels, 3, axis=-1) if pixels.shape[-1] == 1 else pixels


def _corners(boxes: np.ndarray, name: str, size: tuple[int, int]) -> np.ndarray:
    """Boxes in any format as left, top, right, bottom, in pixels."""
    kind = name.lower().removeprefix("rel_")
    if kind not in BOX_FORMATS:
        known = [*BOX_FORMATS, *(f"rel_{known}" for known in BOX_FORMATS)]
        raise ValueError(f"`bounding_box_format` must be one of {known}; got {name!r}.")
    first, last = boxes[..., :2].astype("float64"), boxes[..., 2:].astype("float64")
    if kind in ("yxyx", "center_yxhw"):
        first, last = first[..., ::-1], last[..., ::-1]
    if kind.startswith("center"):
        first, last = first - last / 2, first + last / 2
    elif kind == "xywh":
        last = first + last
    corners = np.concatenate([first, last], axis=-1)
    if name.lower().startswith("rel_"):
        corners *= np.array([size[1], size[0]] * 2)
    return corners
