"""Weights in several files: names, sizes, and what is refused."""

import json

import numpy as np
import pytest

import cornu as keras

BYTES = 1 / 1024**3


@pytest.fixture
def model():
    layers = [keras.layers.Dense(8, use_bias=False) for _ in range(3)]
    return keras.Sequential([keras.Input((8,)), *layers])


@pytest.fixture
def path(model, tmp_path):
    path = tmp_path / "model.weights.json"
    model.save_weights(path, max_shard_size=256 * BYTES)
    return path


def test_no_shard_holds_more_than_it_may(path):
    names = json.loads(path.read_text())["weight_map"]
    assert sorted(names.values()) == [[f"model_0000{i}.weights.h5"] for i in range(3)]


def test_weights_come_back(model, path):
    weights = model.get_weights()
    model.set_weights([np.zeros((8, 8))] * 3)
    model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights(), weights)


def test_a_variable_that_fits_no_shard_is_named(model, tmp_path):
    with pytest.raises(ValueError, match=r"dense.*Raise max_shard_size"):
        model.save_weights(tmp_path / "model.weights.json", max_shard_size=255 * BYTES)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "size"), [("m.weights.h5", 1), ("m.weights.json", None)])
def test_the_ending_says_which_kind(model, tmp_path, name, size):
    with pytest.raises(ValueError, match="must be named"):
        model.save_weights(tmp_path / name, max_shard_size=size)


def test_shards_of_two_writes_are_not_mixed(model, path, tmp_path):
    old = (tmp_path / "model_00001.weights.h5").read_bytes()
    model.save_weights(path, max_shard_size=256 * BYTES)
    (tmp_path / "model_00001.weights.h5").write_bytes(old)
    with pytest.raises(ValueError, match="not written together"):
        model.load_weights(path)


@pytest.mark.parametrize("name", ["../model.weights.h5", "/etc/passwd", "a\\b.h5", 3])
def test_a_shard_elsewhere_is_refused(model, path, name):
    path.write_text(json.dumps({"weight_map": {"/layers/dense/vars": [name]}}))
    with pytest.raises(ValueError, match="refused"):
        model.load_weights(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"weight_map": 3}', "[" * 100_000])
def test_a_map_that_is_none_is_refused(model, path, content):
    path.write_text(content)
    with pytest.raises(ValueError, match="does not say where weights are"):
        model.load_weights(path)


def test_a_missing_shard_is_named(model, path, tmp_path):
    (tmp_path / "model_00002.weights.h5").unlink()
    with pytest.raises(FileNotFoundError, match="model_00002"):
        model.load_weights(path)
