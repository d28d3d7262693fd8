"""Bounding boxes under crops, borders and geometric maps; all as left, top, right, bottom."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp


def clip_to_image_size(
    bounding_boxes: dict, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> dict:
    """Boxes cut at the image's borders; boxes with nothing left get the label -1.

    Args:
        bounding_boxes: dict with `"boxes"`, tensor of shape (..., boxes, 4), and maybe `"labels"`.
        height: height of the image, for `"xyxy"`.
        width: its width.
        bounding_box_format: `"xyxy"` or `"rel_xyxy"`.

    Returns:
        A new dict.

    Raises:
        ValueError: for another format, or a missing size.

    >>> boxes = {"boxes": keras.ops.array([[-5.0, 2, 5, 20]]), "labels": keras.ops.array([1])}
    >>> keras.utils.bounding_boxes.clip_to_image_size(boxes, 10, 10)["boxes"].tolist()
    [[0.0, 2.0, 5.0, 10.0]]
    """
    check_format(bounding_box_format, ("xyxy", "rel_xyxy"))
    if bounding_box_format == "rel_xyxy":
        height = width = 1
    if height is None or width is None:
        raise ValueError(
            f"Boxes are clipped to a size: got height={height}, width={width}. Give both."
        )
    boxes = within(jnp.asarray(bounding_boxes["boxes"]), height, width)
    result = {**bounding_boxes, "boxes": boxes}
    if bounding_boxes.get("labels") is not None:
        labels = jnp.asarray(bounding_boxes["labels"])
        area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
        kept = area > 0
        kept = kept.reshape(*kept.shape, *[1] * (labels.ndim - kept.ndim))
        result["labels"] = jnp.where(kept, labels, jnp.asarray(-1, labels.dtype))
    return result


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """The upright boxes around rotated, shifted, scaled and sheared boxes.

    Args:
        boxes: tensor of shape (batch, boxes, 4).
        angle: degrees, counter-clockwise, shape (batch,).
        translate_x: shift to the right, in fractions of the width, shape (batch,).
        translate_y: shift downwards, in fractions of the height, shape (batch,).
        scale: factor, shape (batch,).
        shear_x: degrees, shape (batch,).
        shear_y: degrees, shape (batch,).
        height: height of the image.
        width: its width.
        center_x: center of the transformation, in fractions of the width; 0.5 by default.
        center_y: likewise.
        bounding_box_format: `"xyxy"`.

    Returns:
        Tensor of shape (batch, boxes, 4).

    Raises:
        ValueError: for another format.

    >>> zero, one = keras.ops.zeros(1), keras.ops.ones(1)
    >>> boxes = keras.ops.array([[[0.0, 0, 2, 4]]])
    >>> turned = keras.utils.bounding_boxes.affine_transform(
    ...     boxes, 90 * one, zero, zero, one, zero, zero, 11, 11
    ... )
    >>> turned.round().astype("int32").tolist()
    [[[0, 8, 4, 10]]]
    """
    check_format(bounding_box_format, ("xyxy",))
    turn, lean_x, lean_y = (-jnp.asarray(n) * (math.pi / 180) for n in (angle, shear_x, shear_y))
    middle_x = (0.5 if center_x is None else center_x) * (width - 1)
    middle_y = (0.5 if center_y is None else center_y) * (height - 1)
    d = scale * jnp.cos(turn - lean_y) / jnp.cos(lean_y)
    c = scale * jnp.sin(turn - lean_y) / jnp.cos(lean_y)
    a = scale * jnp.cos(turn) + c * jnp.tan(lean_x)
    b = -scale * jnp.sin(turn) - d * jnp.tan(lean_x)
    from_x = jnp.asarray(translate_x) * (width - 1) - middle_x
    from_y = jnp.asarray(translate_y) * (height - 1) - middle_y
    zero, one = jnp.zeros_like(a), jnp.ones_like(a)
    last_x = middle_x + a * from_x + b * from_y
    last_y = middle_y + c * from_x + d * from_y
    rows = [[a, b, last_x], [c, d, last_y], [zero, zero, one]]
    matrix = jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2)
    return around(jnp.asarray(boxes), matrix)


def crop(
    boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy"
) -> jax.Array:
    """Boxes in a part of the image.

    Args:
        boxes: tensor of shape (..., 4).
        top: first row of the part.
        left: its first column.
        height: its height.
        width: its width.
        bounding_box_format: `"xyxy"`.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: for another format.

    >>> keras.utils.bounding_boxes.crop([[10.0, 20, 50, 60]], 10, 20, 40, 20).tolist()
    [[0.0, 10.0, 20.0, 40.0]]
    """
    check_format(bounding_box_format, ("xyxy",))
    return within(pad(boxes, -top, -left), height, width)


def pad(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> jax.Array:
    """Boxes in an image with a border.

    Args:
        boxes: tensor of shape (..., 4).
        top: rows added at the top.
        left: columns added at the left.
        height: accepted for compatibility.
        width: likewise.
        bounding_box_format: `"xyxy"`.

    Returns:
        Tensor of the same shape.

    Raises:
        ValueError: for another format.

    >>> keras.utils.bounding_boxes.pad([[10.0, 20, 50, 60]], 1, 2).tolist()
    [[12.0, 21.0, 52.0, 61.0]]
    """
    check_format(bounding_box_format, ("xyxy",))
    return jnp.asarray(boxes) + jnp.stack([jnp.asarray(s) for s in (left, top, left, top)], axis=-1)


def within(boxes: jax.Array, height: Any, width: Any) -> jax.Array:
    """Boxes (..., 4) cut at the borders of an area."""
    ends = jnp.stack([jnp.asarray(n, boxes.dtype) for n in (width, height, width, height)], axis=-1)
    return jnp.clip(boxes, 0, ends)


def around(boxes: jax.Array, matrices: jax.Array) -> jax.Array:
    """The upright boxes around boxes (batch, boxes, 4) moved by matrices (batch, 3, 3)."""
    left, top, right, bottom = jnp.moveaxis(boxes, -1, 0)
    x = jnp.stack([left, right, right, left], axis=-1)
    y = jnp.stack([top, top, bottom, bottom], axis=-1)
    points = jnp.stack([x, y, jnp.ones_like(x)], axis=-1)
    moved = jnp.einsum("bnpi,boi->bnpo", points, matrices)
    moved = moved[..., :2] / moved[..., 2:]
    return jnp.concatenate([moved.min(axis=2), moved.max(axis=2)], axis=-1)


def check_format(given: str, known: tuple[str, ...]) -> None:
    """Raise a ValueError unless the format is one of those."""
    if given not in known:
        raise ValueError(
            f"bounding_box_format must be {' or '.join(known)} here; got {given!r}. Use "
            "`convert_format` before."
        )
