"""Files of known data sets made to harm: pickles of arrays that corrupt memory, gzip bombs."""

import gzip
import io
import pickle

import numpy as np
import pytest

import cornu as keras
from cornu.datasets.array_pickle import read_pickled
from cornu.datasets.cifar import load_batch
from cornu.datasets.fashion_mnist import read_idx


class Named:
    """Pickled as a call of `function`, and a state for what it returns."""

    def __init__(self, function, arguments, state=None):
        self.parts = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.parts


RECONSTRUCT = np.zeros(0).__reduce__()[0]


def array(dtype, shape=(1, 3072), content=bytes(3072)):
    return Named(RECONSTRUCT, (np.ndarray, (0,), b"b"), (1, shape, dtype, False, content))


def dtype(code="u1", state=(3, "|", None, None, None, -1, -1, 0)):
    return Named(np.dtype, (code, False, True), state)


HOSTILE = {
    "dtype of objects over bytes": array(dtype("O8")),
    "dtype with a wrong size": array(dtype("V8", (3, "|", None, None, None, 2**30, 1, 0))),
    "dtype with fields beyond it": array(
        dtype("V8", (3, "|", None, ("a",), {"a": (np.dtype("u1"), 2**40)}, 8, 1, 0))
    ),
    "dtype with an inner array": array(
        dtype("V8", (3, "|", (np.dtype("u1"), (2**40,)), None, None, 8, 1, 0))
    ),
    "dtype with a short state": array(dtype("u1", (3,))),
    "shape beyond the data": array(dtype(), (10**6, 3072)),
    "negative shape": array(dtype(), (-1, -3072)),
    "no dtype": array("u1"),
    "no state": Named(RECONSTRUCT, (np.ndarray, (0,), b"b")),
    "state for a function": [RECONSTRUCT, Named(print, ())],
    "another function": Named(print, ("run",)),
    "no dict": np.zeros(3),
}


@pytest.mark.parametrize("images", HOSTILE.values(), ids=HOSTILE)
def test_a_batch_that_lies_about_its_arrays_is_refused(tmp_path, images):
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps({b"data": images, b"labels": [0]}, protocol=3))
    with pytest.raises(keras.saving.LoadError):
        load_batch(str(path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"\x80\x04\x8e" + (2**50).to_bytes(8, "little"),
        pickle.dumps({b"data": np.zeros((1, 3072), "u1"), b"labels": [1]})[:-30],
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n}X\x08\x00\x00\x00__call__K\x01sb.",
    ],
)
def test_a_damaged_pickle_is_refused(content):
    with pytest.raises(keras.saving.LoadError):
        read_pickled(io.BytesIO(content))


@pytest.mark.parametrize("protocol", [3, 4])
def test_honest_arrays_are_read(protocol):
    arrays = {
        "bytes": np.arange(6, dtype="u1").reshape(2, 3),
        "columns": np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
        "floats": np.linspace(0, 1, 5),
        "lists": np.array([[1], [2, 3]], object),
    }
    found = read_pickled(io.BytesIO(pickle.dumps(arrays, protocol=protocol)))
    for name, value in arrays.items():
        np.testing.assert_array_equal(found[name], value)


def test_a_gzip_bomb_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(b"\0\0\x08\x01" + bytes(2**24)))
    monkeypatch.setattr("cornu.engine.limits.DEFAULT", keras.saving.Limits(memory=2**20))
    with pytest.raises(keras.saving.LoadError, match="bytes of memory"):
        read_idx(str(path))
