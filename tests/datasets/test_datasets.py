"""The data sets, from small files of the same formats."""

import gzip
import io
import json
import pickle
import tarfile

import numpy as np
import pytest

from cornu.data.download import hash_of
from cornu.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from cornu.engine.errors import LoadError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The cache folder of the data sets, empty."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "datasets" / "fashion-mnist").mkdir(parents=True)
    return tmp_path / "datasets"


@pytest.fixture
def put(folder, monkeypatch):
    """Place a file in the cache, and let its hash be the one that the module expects."""

    def place(name, content, module, constant="HASH"):
        (folder / name).write_bytes(content)
        monkeypatch.setattr(module, constant, hash_of(folder / name, "", "md5"))

    return place


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def lists(*values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def test_mnist(put):
    images = np.arange(3 * 28 * 28, dtype="uint8").reshape(3, 28, 28)
    content = npz(x_train=images, y_train=[1, 2, 3], x_test=images[:1], y_test=[4])
    put("mnist.npz", content, mnist)
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    np.testing.assert_array_equal(x_train, images)
    assert (y_train.tolist(), x_test.shape, y_test.tolist()) == ([1, 2, 3], (1, 28, 28), [4])


def test_fashion_mnist(folder):
    images = np.arange(2 * 28 * 28, dtype="uint8").reshape(2, 28, 28)
    for part in ("train", "t10k"):
        head = b"\0\0\x08\x03" + np.array([2, 28, 28], ">i4").tobytes()
        path = folder / "fashion-mnist" / f"{part}-images-idx3-ubyte.gz"
        path.write_bytes(gzip.compress(head + images.tobytes()))
        path = folder / "fashion-mnist" / f"{part}-labels-idx1-ubyte.gz"
        path.write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x02\x05\x09"))
    (x_train, y_train), (x_test, _) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, images)
    np.testing.assert_array_equal(x_test, images)
    assert (y_train.tolist(), y_train.dtype) == ([5, 9], np.uint8)
    path.write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x02\x05"))
    with pytest.raises(ValueError, match="no IDX file"):
        fashion_mnist.load_data()


def cifar(folder, files):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def test_cifar10(put):
    images = np.arange(2 * 3072, dtype="uint8").reshape(2, 3072)
    batch = pickle.dumps({b"data": images, b"labels": [3, 8]}, protocol=4)
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    files = dict.fromkeys(names, batch)
    put("cifar-10-batches-py-target_archive", cifar("cifar-10-batches-py", files), cifar10)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert (x_train.shape, y_train.shape, x_train.dtype) == ((10, 32, 32, 3), (10, 1), np.uint8)
    np.testing.assert_array_equal(x_test.transpose(0, 3, 1, 2).reshape(2, -1), images)
    assert y_test.tolist() == [[3], [8]]


def test_cifar100(put):
    content = {b"data": np.zeros((2, 3072), "uint8"), b"fine_labels": [7, 99]}
    batch = pickle.dumps({**content, b"coarse_labels": [1, 19]}, protocol=4)
    files = {"train": batch, "test": batch}
    put("cifar-100-python-target_archive", cifar("cifar-100-python", files), cifar100)
    assert cifar100.load_data()[0][1].tolist() == [[7], [99]]
    assert cifar100.load_data("coarse")[1][1].tolist() == [[1], [19]]
    with pytest.raises(ValueError, match="label_mode"):
        cifar100.load_data("rough")


def test_files_that_would_run_code_are_not_loaded(put):
    batch = pickle.dumps({b"data": print, b"labels": []}, protocol=4)
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    files = dict.fromkeys(names, batch)
    put("cifar-10-batches-py-target_archive", cifar("cifar-10-batches-py", files), cifar10)
    with pytest.raises(LoadError, match=r"builtins\.print"):
        cifar10.load_data()


@pytest.fixture
def reviews(put):
    x = lists([1, 5, 2], [3], [9, 1], [2, 2, 2, 2])
    put("imdb.npz", npz(x_train=x, y_train=[0, 1, 1, 0], x_test=x, y_test=[1, 0, 0, 1]), imdb)
    return x


def oracle_order(count, draws=1, seed=113):
    generator = np.random.RandomState(seed)
    for _ in range(draws):
        order = np.arange(count)
        generator.shuffle(order)
    return order


def test_imdb(reviews):
    (x_train, y_train), (x_test, _) = imdb.load_data()
    order = oracle_order(4)
    # The word with the largest number is out: numbers run up to it, without it, as in Keras.
    expected = [[1] + [w + 3 if w + 3 < 12 else 2 for w in reviews[i]] for i in order]
    assert x_train.tolist() == expected
    assert y_train.tolist() == np.array([0, 1, 1, 0])[order].tolist()
    assert [len(x) - 1 for x in x_test] == [len(reviews[i]) for i in oracle_order(4, draws=2)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"num_words": 6}, [[1, 4, 2, 5], [1, 2], [1, 2, 4], [1, 5, 5, 5, 5]]),
        ({"nb_words": 6, "oov_char": None}, [[1, 4, 5], [1], [1, 4], [1, 5, 5, 5, 5]]),
        ({"skip_top": 2, "start_char": None, "index_from": 0}, [[2, 5, 2], [3], [2, 2], [2] * 4]),
        ({"maxlen": 4, "num_words": 99}, [[1, 6], [1, 12, 4]]),
    ],
)
def test_imdb_arguments(reviews, arguments, expected):
    (x_train, _), _ = imdb.load_data(**arguments)
    assert sorted(x_train.tolist()) == sorted(expected)


def test_imdb_refuses_what_leaves_nothing(reviews):
    with pytest.raises(ValueError, match="maxlen=1"):
        imdb.load_data(maxlen=1)
    with pytest.raises(TypeError, match="words"):
        imdb.load_data(words=3)


def test_reuters(put):
    x = lists([1, 5], [3], [9], [2], [4])
    put("reuters.npz", npz(x=x, y=np.arange(5)), reuters)
    (x_train, y_train), (x_test, y_test) = reuters.load_data(test_split=0.4, num_words=99)
    order = oracle_order(5)
    assert [*y_train, *y_test] == order.tolist()
    assert [*x_train, *x_test] == [[1] + [w + 3 for w in x[i]] for i in order]
    assert len(x_test) == 2
    assert len(set(reuters.get_label_names())) == 46


@pytest.mark.parametrize("module", [imdb, reuters])
def test_word_indices(put, module):
    name = f"{module.__name__.rpartition('.')[2]}_word_index.json"
    put(name, json.dumps({"the": 1}).encode(), module, "INDEX_HASH")
    assert module.get_word_index() == {"the": 1}


def test_boston_housing(put):
    x = np.arange(20.0).reshape(10, 2)
    put("boston_housing.npz", npz(x=x, y=np.arange(10.0)), boston_housing)
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data(test_split=0.3)
    assert [*y_train, *y_test] == oracle_order(10).tolist()
    np.testing.assert_array_equal(x_test[:, 0], 2 * y_test)
    assert len(x_train) == 7
    with pytest.raises(ValueError, match="test_split"):
        boston_housing.load_data(test_split=1)


def test_california_housing(put):
    content = npz(x=np.zeros((700, 8)), y=np.arange(700.0))
    put("california_housing.npz", content, california_housing)
    (x_train, _), (x_test, _) = california_housing.load_data()
    assert (x_train.shape, x_test.shape) == ((560, 8), (140, 8))
    (_, y_train), (_, y_test) = california_housing.load_data("small", seed=1)
    assert [*y_train, *y_test] == oracle_order(600, seed=1).tolist()
    with pytest.raises(ValueError, match="version"):
        california_housing.load_data("medium")


def test_without_network_the_error_says_where_to_put_the_file(folder, monkeypatch):
    import cornu.datasets.storage as storage

    monkeypatch.setattr(storage, "ORIGIN", "http://127.0.0.1:9/")
    with pytest.raises(OSError, match=r"127\.0\.0\.1:9/mnist\.npz") as caught:
        mnist.load_data()
    assert str(folder / "mnist.npz") in str(caught.value)
