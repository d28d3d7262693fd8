"""Data: what `fit`, `evaluate` and `predict` take, made into batches."""

from cornu.data.arrays import train_validation_split
from cornu.data.batch import pack_x_y_sample_weight, unpack_x_y_sample_weight
from cornu.data.feed import ArrayFeed, make_feed

__all__ = [
    "ArrayFeed",
    "make_feed",
    "pack_x_y_sample_weight",
    "train_validation_split",
    "unpack_x_y_sample_weight",
]
