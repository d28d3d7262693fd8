"""Data: what `fit`, `evaluate` and `predict` take, made into batches."""

from cornu.data.array_feed import ArrayFeed
from cornu.data.arrays import train_validation_split
from cornu.data.batch import pack_x_y_sample_weight, unpack_x_y_sample_weight
from cornu.data.feed import Feed, make_feed
from cornu.data.py_dataset import PyDataset
from cornu.data.stream_feed import StreamFeed

__all__ = [
    "ArrayFeed",
    "Feed",
    "PyDataset",
    "StreamFeed",
    "make_feed",
    "pack_x_y_sample_weight",
    "train_validation_split",
    "unpack_x_y_sample_weight",
]
