"""Data: what `fit`, `evaluate` and `predict` take, made into batches.

Names are loaded when first used: a process that only reads data does without JAX.
"""

from cornu.engine.lazy import lazy_names

_HOMES = {
    "AUTOTUNE": "cornu.data.pipeline",
    "ArrayFeed": "cornu.data.array_feed",
    "ArraySpec": "cornu.data.pipeline",
    "Dataset": "cornu.data.pipeline",
    "Feed": "cornu.data.feed",
    "PyDataset": "cornu.data.py_dataset",
    "StreamFeed": "cornu.data.stream_feed",
    "make_feed": "cornu.data.feed",
    "pack_x_y_sample_weight": "cornu.data.batch",
    "read_arrayrecord": "cornu.data.readers",
    "read_arrow": "cornu.data.readers",
    "read_csv": "cornu.data.readers",
    "read_parquet": "cornu.data.readers",
    "read_tar": "cornu.data.readers",
    "read_text": "cornu.data.readers",
    "read_tfrecord": "cornu.data.readers",
    "train_validation_split": "cornu.data.arrays",
    "unpack_x_y_sample_weight": "cornu.data.batch",
    "write_tfrecord": "cornu.data.readers",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
