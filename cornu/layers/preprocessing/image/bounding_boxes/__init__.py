"""Functions on bounding boxes: formats, geometry, overlap, encoding."""

from cornu.layers.preprocessing.image.bounding_boxes.formats import convert_format
from cornu.layers.preprocessing.image.bounding_boxes.geometry import (
    affine_transform,
    clip_to_image_size,
    crop,
    pad,
)
from cornu.layers.preprocessing.image.bounding_boxes.targets import (
    compute_ciou,
    compute_iou,
    decode_deltas_to_boxes,
    encode_box_to_deltas,
)

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
]
