"""Weights in several files: names, sizes, and what is refused."""

import json
import subprocess
import sys
import time

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


def shards(path):
    names = json.loads(path.read_text())["weight_map"].values()
    return sorted(path.with_name(name) for [name] in names)


def files_of(path):
    """The index, its shards, and the first name, at which Keras looks, if no shard has it."""
    return {path, *shards(path), path.with_name("model_00000.weights.h5")}


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
    old = shards(path)[1].read_bytes()
    model.save_weights(path, max_shard_size=256 * BYTES)
    shards(path)[1].write_bytes(old)
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
    with pytest.raises(ValueError, match=r"does not say where weights are|no valid JSON"):
        model.load_weights(path)


def test_a_missing_shard_is_named(model, path, tmp_path):
    (tmp_path / "model_00002.weights.h5").unlink()
    with pytest.raises(FileNotFoundError, match="model_00002"):
        model.load_weights(path)


def test_the_files_of_the_version_before_go(model, path, tmp_path):
    for _ in range(3):
        model.save_weights(path, max_shard_size=256 * BYTES)
        assert {*tmp_path.iterdir()} == files_of(path)


def test_files_of_other_writers_stay(model, path, tmp_path):
    others = ["model_00007.weights.h5", "model_0123abcd_00000.weights.h5"]
    for name in others:
        model.save_weights(tmp_path / name)
    model.save_weights(tmp_path / "model_0123abcd.weights.json", max_shard_size=1)
    for _ in range(2):
        model.save_weights(path, max_shard_size=256 * BYTES)
    for name in others:
        model.load_weights(tmp_path / name)
    model.load_weights(tmp_path / "model_0123abcd.weights.json")


def test_files_that_a_killed_writer_left_go_with_the_next_save(model, path, tmp_path):
    whole = {file: file.read_bytes() for file in tmp_path.iterdir()}
    model.save_weights(path, max_shard_size=256 * BYTES)
    for file, content in whole.items():
        file.write_bytes(content)
    model.save_weights(path, max_shard_size=256 * BYTES)
    assert {*tmp_path.iterdir()} == files_of(path)


def test_modes_and_links_are_kept(model, path, tmp_path):
    path.chmod(0o600)
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.weights.json"
    link.symlink_to(path)
    model.save_weights(link, max_shard_size=256 * BYTES)
    assert link.is_symlink()
    assert list((tmp_path / "elsewhere").iterdir()) == [link]
    assert {file.stat().st_mode & 0o777 for file in files_of(path)} == {0o600}


def test_a_reader_beside_a_busy_writer_gets_one_version(path, tmp_path):
    code = (
        "import sys, numpy as np, cornu as keras\n"
        "layers = [keras.layers.Dense(8, use_bias=False) for _ in range(3)]\n"
        "model = keras.Sequential([keras.Input((8,)), *layers])\n"
        "for number in range(10**9):\n"
        "    model.set_weights([np.full((8, 8), number % 1000)] * 3)\n"
        "    model.save_weights(sys.argv[1], max_shard_size=256 / 1024**3)\n"
    )
    path.unlink()
    writer = subprocess.Popen([sys.executable, "-c", code, path])
    layers = [keras.layers.Dense(8, use_bias=False) for _ in range(3)]
    reader = keras.Sequential([keras.Input((8,)), *layers])
    seen = set()
    try:
        end = time.monotonic() + 60
        while len(seen) < 10 and time.monotonic() < end:
            if path.exists():
                reader.load_weights(path)
                [one] = {float(w.min()) for w in reader.get_weights()}
                assert one == max(float(w.max()) for w in reader.get_weights())
                seen.add(one)
    finally:
        writer.kill()
        writer.wait()
    assert len(seen) >= 3
