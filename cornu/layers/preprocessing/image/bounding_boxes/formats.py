"""Formats of bounding boxes: four numbers each, corners or centers, absolute or relative."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)


def convert_format(
    boxes: Any,
    source: str,
    target: str,
    height: Any = None,
    width: Any = None,
    dtype: Any = "float32",
) -> Any:
    """Bounding boxes in another format.

    Formats are `xyxy` (left, top, right, bottom), `yxyx`, `xywh` (left, top, width, height),
    `center_xywh` and `center_yxhw`; with `rel_` before all but the last, in fractions of the
    image's size.

    Args:
        boxes: tensor of shape (..., 4), or a dict with such a tensor as `"boxes"`.
        source: format of the boxes.
        target: format of the result.
        height: height of the image, a number or (batch, 1, 1); needed between absolute and
            relative formats.
        width: its width, likewise.
        dtype: float dtype of the result.

    Returns:
        The boxes, or a new dict with them.

    Raises:
        ValueError: for an unknown format, another last size than 4, or a missing size.

    >>> convert = keras.utils.bounding_boxes.convert_format
    >>> convert([[10.0, 20.0, 30.0, 60.0]], "xyxy", "center_xywh").tolist()
    [[20.0, 40.0, 20.0, 40.0]]
    """
    if isinstance(boxes, dict):
        converted = convert_format(boxes["boxes"], source, target, height, width, dtype)
        return {**boxes, "boxes": converted}
    source, target = source.lower(), target.lower()
    for name in (source, target):
        if name not in FORMATS:
            raise ValueError(f"Box formats are {', '.join(FORMATS)}; got {name!r}.")
    boxes = jnp.asarray(boxes).astype(dtype)
    if boxes.shape[-1] != 4:
        raise ValueError(f"Boxes must have shape (..., 4); got {tuple(boxes.shape)}.")
    relative = source.startswith("rel_"), target.startswith("rel_")
    if any(relative) and (height is None or width is None):
        raise ValueError(
            f"From {source!r} to {target!r} needs the image's size; got height={height}, "
            f"width={width}."
        )
    if source == target:
        return boxes
    corners = to_corners(boxes, source.removeprefix("rel_"))
    if relative[0] != relative[1]:
        scale = jnp.concatenate(
            [
                jnp.broadcast_to(jnp.asarray(n, dtype), (*corners.shape[:-1], 1))
                for n in (width, height, width, height)
            ],
            -1,
        )
        corners = corners * scale if relative[0] else corners / scale
    return from_corners(corners, target.removeprefix("rel_"))


def to_corners(boxes: jax.Array, source: str) -> jax.Array:
    """Boxes as left, top, right, bottom."""
    a, b, c, d = jnp.split(boxes, 4, axis=-1)
    if source == "yxyx":
        a, b, c, d = b, a, d, c
    elif source == "xywh":
        c, d = a + c, b + d
    elif source.startswith("center"):
        if source == "center_yxhw":
            a, b, c, d = b, a, d, c
        a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
    return jnp.concatenate([a, b, c, d], axis=-1)


def from_corners(boxes: jax.Array, target: str) -> jax.Array:
    """Boxes from left, top, right, bottom to a format."""
    a, b, c, d = jnp.split(boxes, 4, axis=-1)
    if target == "yxyx":
        a, b, c, d = b, a, d, c
    elif target == "xywh":
        c, d = c - a, d - b
    elif target.startswith("center"):
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
        if target == "center_yxhw":
            a, b, c, d = b, a, d, c
    return jnp.concatenate([a, b, c, d], axis=-1)


def dense_boxes(bounding_boxes: Any) -> dict:
    """Boxes and their labels as tensors: lists of unequal length are filled up.

    Args:
        bounding_boxes: dict with `"boxes"`, tensor or list of shape ([batch,] boxes, 4), and
            `"labels"` of shape ([batch,] boxes).

    Returns:
        A new dict; added boxes are 0 and have the label -1.

    Raises:
        ValueError: if an entry is missing.
    """
    if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= bounding_boxes.keys():
        raise ValueError(
            f"'bounding_boxes' must be a dict with 'boxes' and 'labels'; got {bounding_boxes!r}."
        )
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if not isinstance(boxes, (list, tuple)):
        return dict(bounding_boxes)
    single = not boxes or np.ndim(boxes[0]) == 1
    rows = [boxes] if single else list(boxes)
    names = [labels] if single else list(labels)
    most = max(map(len, rows), default=0)
    full = np.zeros((len(rows), most, 4), "float32")
    classes = np.full((len(rows), most), -1, "int32")
    for i, (row, name) in enumerate(zip(rows, names, strict=True)):
        full[i, : len(row)] = np.reshape(row, (-1, 4))
        classes[i, : len(row)] = name
    if single:
        full, classes = full[0], classes[0]
    return {**bounding_boxes, "boxes": full, "labels": classes}
