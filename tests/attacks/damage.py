"""Saved models of every format, and ways in which they are damaged."""

import copy
import json
import os
import tempfile
import warnings

import cornu as keras
from tests.attacks.files import members, write

FORMATS = ("model.keras", "model", "model.h5", "model.weights.h5", "model.weights.json")


def model():
    """A graph with a nested model, a layer inside a layer, words, and an operation."""
    x = keras.Input((3,), name="x")
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "relu")], name="inner")
    y = inner(x) + keras.layers.Dense(2, kernel_regularizer="l2", name="dense")(x)
    y = keras.layers.Reshape((1, 2))(y)
    y = keras.layers.Bidirectional(keras.layers.LSTM(2), name="both")(y)
    result = keras.Model(x, keras.ops.tanh(y), name="outer")
    decay = keras.optimizers.schedules.ExponentialDecay(0.1, 9, 0.9)
    result.compile(keras.optimizers.Adam(decay), "mse", metrics=["mae"])
    return result


def saved():
    """For each format, the files that belong to it: dict from relative path to bytes."""
    found = {}
    original = model()
    for name in FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            if ".weights" in name:
                size = {"max_shard_size": 300 / 2**30} if name.endswith("json") else {}
                original.save_weights(path, **size)
            else:
                original.save(path, **({} if "." in name else {"zipped": False}))
            found[name] = {}
            for root, _, files in os.walk(folder):
                for file in files:
                    whole = os.path.join(root, file)
                    with open(whole, "rb") as opened:
                        found[name][os.path.relpath(whole, folder)] = opened.read()
    return found


def load(name, files, target):
    """What loading the files gives: a model, or the error; anything but a LoadError is raised."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file, content in files.items():
            path = os.path.join(folder, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as opened:
                opened.write(content)
        path = os.path.join(folder, name)
        try:
            if ".weights" in name:
                target.load_weights(path)
                return target
            return keras.saving.load_model(path)
        except keras.saving.LoadError as error:
            assert len(str(error).splitlines()) <= 10
            return error


def places(config, path=()):
    """The paths of all values in a config."""
    yield path
    if isinstance(config, dict):
        for key, value in config.items():
            yield from places(value, (*path, key))
    elif isinstance(config, list):
        for index, value in enumerate(config):
            yield from places(value, (*path, index))


def at(config, path):
    for key in path:
        config = config[key]
    return config


def replaced(config, path, value):
    """The config with another value at a path."""
    if not path:
        return value
    config = copy.deepcopy(config)
    at(config, path[:-1])[path[-1]] = value
    return config


def archive_with(files, config, folder):
    """The files of a `.keras` archive with another config."""
    path = os.path.join(folder, "model.keras")
    with open(path, "wb") as opened:
        opened.write(files["model.keras"])
    write(path, members(path) | {"config.json": json.dumps(config)})
    with open(path, "rb") as opened:
        return {"model.keras": opened.read()}
