"""Readers: files of samples, here or far away, as data sets."""

from cornu.data.readers.arrayrecord import read_arrayrecord
from cornu.data.readers.arrow_files import read_arrow, read_parquet
from cornu.data.readers.csv import read_csv
from cornu.data.readers.tar import read_tar
from cornu.data.readers.text import read_text
from cornu.data.readers.tfrecord import read_tfrecord, write_tfrecord

__all__ = [
    "read_arrayrecord",
    "read_arrow",
    "read_csv",
    "read_parquet",
    "read_tar",
    "read_text",
    "read_tfrecord",
    "write_tfrecord",
]
