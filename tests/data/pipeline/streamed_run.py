"""Trains on Parquet files far larger than its memory: `streamed_run.py FOLDER MEGABYTES`.

It prints by how many megabytes training on all files raised its peak of memory, over what training
on the first quarter had taken.
"""

import resource
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

import cornu as keras
from cornu.data import read_parquet

GROUPS_IN_FILE = 10
ROWS_IN_GROUP = 5000
FEATURES = 200


def peak():
    """The most memory the process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(folder, megabytes):
    """One file of random numbers, under as many names as make the size."""
    values = np.random.default_rng(0).normal(size=(ROWS_IN_GROUP * FEATURES)).astype("float32")
    x = pa.FixedSizeListArray.from_arrays(values, FEATURES)
    table = pa.table({"x": x, "y": np.zeros(ROWS_IN_GROUP, "float32")})
    path = folder / "0.parquet"
    with parquet.ParquetWriter(
        path, table.schema, compression="none", use_dictionary=False
    ) as writer:
        for _ in range(GROUPS_IN_FILE):
            writer.write_table(table)
    size = GROUPS_IN_FILE * ROWS_IN_GROUP * (FEATURES + 1) * 4
    count = -(-megabytes * 10**6 // size)
    for number in range(1, count):
        (folder / f"{number}.parquet").hardlink_to(path)


def main():
    folder, megabytes = Path(sys.argv[1]), int(sys.argv[2])
    write(folder, megabytes)
    data = read_parquet(folder / "*.parquet", label="y").map(
        lambda x, y: (x["x"], y[:, None]), vectorized=True
    )
    data = data.shuffle(5000).batch(500).prefetch()
    model = keras.Sequential([keras.layers.Input((FEATURES,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(data.take(200), verbose=0)
    before = peak()
    history = model.fit(data, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    print(len(data) * 500 * (FEATURES + 1) * 4 / 1e6, peak() - before)


if __name__ == "__main__":
    main()
