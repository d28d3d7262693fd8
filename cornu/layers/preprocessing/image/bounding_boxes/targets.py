"""Overlap of boxes, and boxes as differences from anchors: what detectors are trained on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu.engine.config import epsilon
from cornu.layers.preprocessing.image.bounding_boxes.formats import convert_format


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """Intersection over union of every box with every other.

    Args:
        boxes1: tensor of shape ([batch,] boxes1, 4).
        boxes2: tensor of shape ([batch,] boxes2, 4).
        bounding_box_format: format of both.
        use_masking: whether pairs with a box whose numbers are all negative get `mask_val`.
        mask_val: their value.
        image_shape: (height, width, channels), for relative formats.

    Returns:
        Tensor of shape ([batch,] boxes1, boxes2).

    Raises:
        ValueError: for another rank, or a relative format without `image_shape`.

    >>> iou = keras.utils.bounding_boxes.compute_iou
    >>> iou([[0.0, 0, 2, 2]], [[1.0, 0, 3, 2], [5.0, 5, 6, 6]], "xyxy").tolist()
    [[0.333..., 0.0]]
    """
    first = corners_of(boxes1, bounding_box_format, image_shape)
    second = corners_of(boxes2, bounding_box_format, image_shape)
    for name, boxes in (("boxes1", first), ("boxes2", second)):
        if boxes.ndim not in (2, 3):
            raise ValueError(
                f"{name} must have shape (boxes, 4) or (batch, boxes, 4); got {boxes.shape}."
            )
    a, b = first[..., :, None, :], second[..., None, :, :]
    overlap = jnp.minimum(a[..., 2:], b[..., 2:]) - jnp.maximum(a[..., :2], b[..., :2])
    common = jnp.prod(jnp.maximum(overlap, 0), axis=-1)
    union = area(a) + area(b) - common
    result = common / (union + epsilon())
    if not use_masking:
        return result
    masked = (a.max(axis=-1) < 0) | (b.max(axis=-1) < 0)
    return jnp.where(masked, jnp.asarray(mask_val, result.dtype), result)


def compute_ciou(
    boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Sequence[int] | None = None
) -> jax.Array:
    """Complete intersection over union of boxes, pair by pair.

    It falls also with the distance of the centers and the difference of the aspect ratios.
    "Distance-IoU Loss", Zheng et al., 2020 (https://arxiv.org/abs/1911.08287).

    Args:
        boxes1: tensor of shape (..., 4).
        boxes2: tensor of the same shape.
        bounding_box_format: format of both.
        image_shape: (height, width, channels), for relative formats.

    Returns:
        Tensor of shape (...).

    Raises:
        ValueError: for a relative format without `image_shape`.

    >>> keras.utils.bounding_boxes.compute_ciou([0.0, 0, 2, 2], [0.0, 0, 2, 2], "xyxy").round(
    ...     3
    ... ).item()
    1.0
    """
    a = corners_of(boxes1, bounding_box_format, image_shape)
    b = corners_of(boxes2, bounding_box_format, image_shape)
    small = epsilon()
    width_a, height_a = a[..., 2] - a[..., 0], a[..., 3] - a[..., 1] + small
    width_b, height_b = b[..., 2] - b[..., 0], b[..., 3] - b[..., 1] + small
    overlap = jnp.minimum(a[..., 2:], b[..., 2:]) - jnp.maximum(a[..., :2], b[..., :2])
    common = jnp.prod(jnp.maximum(overlap, 0), axis=-1)
    iou = common / (width_a * height_a + width_b * height_b - common + 2 * small)
    hull = jnp.maximum(a[..., 2:], b[..., 2:]) - jnp.minimum(a[..., :2], b[..., :2])
    diagonal = jnp.sum(hull**2, axis=-1) + small
    centers = (a[..., :2] + a[..., 2:] - b[..., :2] - b[..., 2:]) / 2
    ratio = jnp.arctan(width_b / height_b) - jnp.arctan(width_a / height_a)
    aspect = 4 / math.pi**2 * ratio**2
    weight = aspect / (aspect - iou + 1 + small)
    return iou - (jnp.sum(centers**2, axis=-1) / diagonal + aspect * weight)


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Sequence[int] | None = None,
) -> jax.Array:
    """Boxes as differences from anchors: of the centers in anchor sizes, and logarithms of sizes.

    Args:
        anchors: tensor of shape (boxes, 4).
        boxes: tensor of shape ([batch,] boxes, 4).
        anchor_format: format of the anchors.
        box_format: format of the boxes.
        encoding_format: `"center_yxhw"` or `"center_xywh"`.
        variance: four numbers by which the differences are divided, or None.
        image_shape: (height, width, channels), for relative formats.

    Returns:
        Tensor of the shape of `boxes`.

    Raises:
        ValueError: for another encoding, or not four variances.

    >>> encode = keras.utils.bounding_boxes.encode_box_to_deltas
    >>> encode([[0.0, 0, 2, 2]], [[1.0, 0, 3, 2]], "xyxy", "xyxy").tolist()
    [[0.0, 0.5, 0.0, 0.0]]
    """
    variance = check_encoding(encoding_format, variance)
    size = size_of(image_shape)
    anchors = convert_format(anchors, anchor_format, encoding_format, *size)
    boxes = convert_format(boxes, box_format, encoding_format, *size)
    anchor_sizes = jnp.maximum(anchors[..., 2:], epsilon())
    box_sizes = jnp.maximum(boxes[..., 2:], epsilon())
    shift = (boxes[..., :2] - anchors[..., :2]) / anchor_sizes
    growth = jnp.broadcast_to(jnp.log(box_sizes / anchor_sizes), shift.shape)
    return jnp.concatenate([shift, growth], axis=-1) / variance


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Sequence[int] | None = None,
) -> Any:
    """Boxes from differences to anchors: the inverse of `encode_box_to_deltas`.

    Args:
        anchors: tensor of shape (boxes, 4), or a dict of them, one per level.
        boxes_delta: tensor of shape ([batch,] boxes, 4), or a dict with the same keys.
        anchor_format: format of the anchors.
        box_format: format of the result.
        encoded_format: `"center_yxhw"` or `"center_xywh"`.
        variance: four numbers that the differences were divided by, or None.
        image_shape: (height, width, channels), for relative formats.

    Returns:
        Boxes, or a dict of boxes.

    Raises:
        ValueError: for another encoding, or not four variances.

    >>> decode = keras.utils.bounding_boxes.decode_deltas_to_boxes
    >>> decode([[0.0, 0, 2, 2]], [[0.0, 0.5, 0, 0]], "xyxy", "xyxy").tolist()
    [[1.0, 0.0, 3.0, 2.0]]
    """
    factors = check_encoding(encoded_format, variance)
    if isinstance(anchors, dict):
        settings = (anchor_format, box_format, encoded_format, variance, image_shape)
        return {
            level: decode_deltas_to_boxes(anchor, boxes_delta[level], *settings)
            for level, anchor in anchors.items()
        }
    size = size_of(image_shape)
    anchors = convert_format(anchors, anchor_format, encoded_format, *size)
    deltas = jnp.asarray(boxes_delta) * factors
    centers = deltas[..., :2] * anchors[..., 2:] + anchors[..., :2]
    sizes = jnp.exp(deltas[..., 2:]) * anchors[..., 2:]
    boxes = jnp.concatenate([centers, sizes], axis=-1)
    return convert_format(boxes, encoded_format, box_format, *size)


def corners_of(boxes: Any, source: str, image_shape: Sequence[int] | None) -> jax.Array:
    """Boxes as left, top, right, bottom, in pixels."""
    return convert_format(boxes, source, "xyxy", *size_of(image_shape))


def area(boxes: jax.Array) -> jax.Array:
    """Areas of boxes given by corners."""
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def size_of(image_shape: Sequence[int] | None) -> tuple[int | None, int | None]:
    """Height and width from (height, width, channels)."""
    return (None, None) if image_shape is None else (image_shape[0], image_shape[1])


def check_encoding(encoding: str, variance: Any) -> jax.Array:
    """The variances as a tensor, after both were checked."""
    if encoding not in ("center_xywh", "center_yxhw"):
        raise ValueError(f"The encoding must be center_xywh or center_yxhw; got {encoding!r}.")
    if variance is None:
        return jnp.ones(4)
    variance = jnp.asarray(variance, "float32")
    if variance.shape[-1:] != (4,):
        raise ValueError(f"`variance` must be four numbers; got shape {tuple(variance.shape)}.")
    return variance
