"""What a layer cannot take is refused by the layer itself, not by what lies beneath it."""

import traceback

import jax
import numpy as np
import pytest

import cornu as keras
from cornu import layers
from tests.contracts.layer_table import LAYERS


def wrong(x):
    """Inputs of other ranks, sizes and kinds than `x`, by what is wrong with them."""
    yield "an axis less", x[..., 0]
    yield "an axis more", x[..., None]
    yield "a number", x.reshape(-1)[0]
    yield "a flat array", x.reshape(-1)
    yield "strings", np.array([["a"] * 3] * 2)
    yield "None", None
    yield "a dict", {"a": x}
    yield "an empty batch", x[:0]
    for axis in range(1, x.ndim):
        yield f"size 0 on axis {axis}", np.take(x, [], axis)


def refused_clearly(layer, inputs):
    """Whether the call works, or ends in an error that the package raised on purpose."""
    try:
        layer(*inputs)
    except (ValueError, TypeError) as error:
        return "/cornu/" in traceback.extract_tb(error.__traceback__)[-1].filename
    except (KeyError, IndexError, AttributeError, ZeroDivisionError):
        return False
    return True


@pytest.mark.parametrize("name", sorted(LAYERS.keys() - {"Lambda"}))
def test_wrong_inputs_get_no_raw_message(name):
    case = LAYERS[name]
    leaves, tree = jax.tree.flatten(list(case.inputs))
    raw = [
        label
        for label, value in wrong(leaves[0])
        if not refused_clearly(case.make(layers), _with_first(tree, leaves, value))
    ]
    built = case.make(layers)
    built(*case.inputs)
    twice = np.concatenate([leaves[0], leaves[0]], -1)
    if not refused_clearly(built, _with_first(tree, leaves, twice)):
        raw.append("other features than it was built for")
    assert raw == []


def _with_first(tree, leaves, value):
    # Empty places of the structure take dicts and None as they are.
    places = [object() for _ in leaves]
    inputs = jax.tree.unflatten(tree, places)
    values = dict(zip(map(id, places), [value, *leaves[1:]]))
    return [
        [values[id(x)] for x in each] if isinstance(each, list) else values[id(each)]
        for each in inputs
    ]


POOLS = [
    layers.MaxPooling1D(3),
    layers.AveragePooling1D(3),
    layers.MaxPooling1D(3, padding="valid", data_format="channels_first"),
]


@pytest.mark.parametrize("layer", POOLS, ids=lambda layer: layer.name)
def test_a_pool_larger_than_the_inputs_leaves_nothing_and_is_refused(layer):
    shape = (2, 4, 2) if layer.data_format == "channels_first" else (2, 2, 4)
    message = rf"'{layer.name}': windows of pool_size=\(3,\) do not fit into the spatial sizes \(2,"
    with pytest.raises(ValueError, match=message):
        layer(np.ones(shape, "float32"))
    with pytest.raises(ValueError, match=message):
        layer(keras.Input(shape[1:]))


@pytest.mark.parametrize(
    "name", "GlobalMaxPooling1D GlobalAveragePooling1D AdaptiveMaxPooling1D".split()
)
def test_pooling_over_nothing_is_refused(name):
    layer = getattr(layers, name)(*([2] if name.startswith("Adaptive") else []))
    with pytest.raises(ValueError, match=r"nothing to pool.*\(2, 0, 4\)"):
        layer(np.ones((2, 0, 4), "float32"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.MaxPooling1D(3),
        lambda: layers.Conv1D(2, 3),
        lambda: layers.SeparableConv1D(2, 3),
        lambda: layers.DepthwiseConv1D(3),
        lambda: layers.Cropping1D(1),
    ],
)
def test_sequences_of_unknown_length_are_checked_when_they_come(make):
    model = keras.Sequential([keras.Input((None, 4)), make()])
    assert model(np.ones((2, 3, 4))).shape[1] == 1
    with pytest.raises(ValueError, match=r"(does|do) not fit into|would cut everything off"):
        model.predict(np.ones((2, 2, 4)), verbose=0)
