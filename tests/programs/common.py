"""What every program shares: the package it runs on, equal starting weights, numbers as JSON.

A program is started as `python program.py keras` or `python program.py cornu`.
"""

import importlib
import json
import sys

import numpy as np

keras = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "cornu")


def same_start(model, seed=0):
    """Fill the trainable weights from a NumPy generator, in the order in which they are listed."""
    rng = np.random.default_rng(seed)
    for variable in model.weights:
        if not variable.trainable:
            continue
        shape = tuple(variable.shape)
        values = rng.standard_normal(shape)
        if len(shape) > 1:
            values /= np.sqrt(np.prod(shape[:-1]))
        else:
            values = 0.1 * values + (variable.name == "gamma")
        variable.assign(values.astype("float32"))
    return model


def report(**results):
    """Print results by name: numbers, strings, shapes, arrays, and nests of these."""
    print("\n" + json.dumps(keras.tree.map_structure(_plain, results)))


def _plain(value):
    if value is None or isinstance(value, bool | str):
        return value
    return np.round(np.asarray(value, dtype="float64"), 6).tolist()


def summary_of(array):
    """Return the shape, mean, deviation and first entries of an array too large to print."""
    array = np.asarray(array, dtype="float32")
    return {
        "shape": list(array.shape),
        "mean": array.mean(),
        "deviation": array.std(),
        "first": array.ravel()[:4],
    }
