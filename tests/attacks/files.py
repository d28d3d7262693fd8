"""Small saved models, and how an attacker changes them."""

import io
import json
import zipfile

import h5py

import cornu as keras


def small_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="dense")])
    model.compile("adam", "mse")
    return model


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def with_config(path, config):
    """The archive with this config: a dict, or its text."""
    text = config if isinstance(config, (str, bytes)) else json.dumps(config)
    write(path, members(path) | {"config.json": text})


def config_of(path):
    return json.loads(members(path)["config.json"])


def with_weights(path, change):
    """The archive after `change` was called on the open file of its weights."""
    content = members(path)
    buffer = io.BytesIO(content["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        change(file)
    write(path, content | {"model.weights.h5": buffer.getvalue()})
