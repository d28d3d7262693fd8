"""Layers that merge tensors, against Keras."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, compare_function, compare_layer


def floats(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


A, B, C = floats(2, 3, 4), floats(2, 3, 4, seed=1), floats(2, 3, 4, seed=2)
ELEMENTWISE = ["Add", "Multiply", "Average", "Maximum", "Minimum"]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_merge_of_three_agrees_with_keras(name):
    compare_layer(f"layers.{name}", {}, [A, B, C])


@pytest.mark.parametrize("name", [*ELEMENTWISE, "Subtract"])
def test_merge_of_different_ranks_agrees_with_keras(name):
    compare_layer(f"layers.{name}", {}, [A, floats(2, 4)])


@pytest.mark.parametrize(
    "settings, x",
    [
        ({}, [A, floats(2, 3, 5)]),
        ({"axis": 1}, [A, floats(2, 1, 4), B]),
        ({"axis": -2}, [A, B]),
    ],
)
def test_concatenate_agrees_with_keras(settings, x):
    compare_layer("layers.Concatenate", settings, x)


@pytest.mark.parametrize(
    "settings, x",
    [
        ({"axes": 1}, [floats(2, 4), floats(2, 4, seed=1)]),
        ({"axes": 1, "normalize": True}, [floats(2, 4), floats(2, 4, seed=1)]),
        ({"axes": 1}, [A, floats(2, 3, 5)]),
        ({"axes": -1}, [A, B]),
        ({"axes": (2, 1)}, [A, floats(2, 4, 5)]),
        ({"axes": [2, 1]}, [A, floats(2, 4)]),
        ({"axes": (1, 2)}, [floats(2, 3, 4, 5), floats(2, 6, 3)]),
        ({"axes": 2, "normalize": True}, [A, B]),
    ],
)
def test_dot_agrees_with_keras(settings, x):
    compare_layer("layers.Dot", settings, x)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "average", "maximum", "minimum"])
def test_functions_agree_with_keras(name):
    compare_function(f"layers.{name}", [A, B])


def test_concatenate_and_dot_functions_agree_with_keras():
    compare_function("layers.concatenate", [A, B], axis=1)
    compare_function("layers.dot", [A, B], axes=2, normalize=True)


@pytest.mark.parametrize(
    "name, shapes",
    [
        ("Add", [(3, 4), (4,)]),
        ("Multiply", [(4,), (3, 4)]),
        ("Concatenate", [(3, 4), (3, None)]),
    ],
)
def test_unknown_sizes_agree_with_keras(name, shapes):
    ours, theirs = (
        getattr(side.layers, name)()([side.Input(s) for s in shapes]) for side in (cornu, keras)
    )
    assert ours.shape == theirs.shape


MASK, OTHER = np.array([[True, False]]), np.array([[False, False]])


@pytest.mark.parametrize("masks", [[MASK, OTHER], [MASK, None], [None, None], None])
@pytest.mark.parametrize(
    "name, settings",
    [
        ("Add", {}),
        ("Subtract", {}),
        ("Concatenate", {"axis": -1}),
        ("Concatenate", {"axis": 1}),
        ("Dot", {"axes": 1}),
    ],
)
def test_masks_agree_with_keras(name, settings, masks):
    x = [keras.ops.ones((1, 2, 3)), keras.ops.ones((1, 2, 3))]
    if masks is not None:
        masks = [None if m is None else keras.ops.array(m) for m in masks]
    ours, theirs = (
        getattr(side.layers, name)(**settings).compute_mask(x, masks) for side in (cornu, keras)
    )
    assert_same(ours, theirs, name)
