"""The table of a model's layers."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers


@pytest.fixture(scope="module")
def branching():
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(3, name="deep")], name="inside")
    x = keras.Input((3,), name="x")
    y = layers.Add(name="sum")([inner(x), x]) * 2
    return keras.Model(x, layers.Dense(1, name="last")(y), name="branching")


def summary(model, **options):
    lines = []
    model.summary(print_fn=lines.append, line_length=120, **options)
    return lines[0]


def row(text, name):
    (line,) = (line for line in text.splitlines() if line.lstrip("│ └").startswith(f"{name} ("))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_a_branching_model_shows_connections_and_operations(branching):
    text = summary(branching)
    assert row(text, "sum")[3] == "inside[0][0], x[0][0]"
    product = branching.operations[-2].name
    assert row(text, product) == [f"{product} (multiply)", "(None, 3)", "0", "sum[0][0]"]
    assert row(text, "last")[3] == f"{product}[0][0]"
    assert "Total params: 16 (64.00 B)" in text


def test_layers_of_nested_models_are_shown_when_expanded(branching):
    assert "deep" not in summary(branching)
    assert row(summary(branching, expand_nested=True), "deep")[2] == "12"


def test_what_is_trained_is_shown_on_demand(branching):
    text = summary(branching, show_trainable=True)
    assert [row(text, name)[-1] for name in ("x", "inside", "sum")] == ["-", "Y", "-"]


def test_a_range_of_layers(branching):
    text = summary(branching, layer_range=("sum", "last"))
    assert "inside (" not in text
    with pytest.raises(ValueError, match="names no layer among"):
        summary(branching, layer_range=("nothing", "last"))


def test_a_chain_has_no_connections():
    text = summary(keras.Sequential([keras.Input((3,)), layers.Dense(2, name="only")]))
    assert row(text, "only") == ["only (Dense)", "(None, 2)", "8"]


def test_what_is_not_built_says_so():
    assert row(summary(keras.Sequential([layers.Dense(2, name="only")])), "only")[1:] == [
        "?",
        "0 (unbuilt)",
    ]


def test_layers_of_a_subclassed_model_tell_their_shapes_once_built():
    class Model(keras.Model):
        def __init__(this):
            super().__init__()
            this.only = layers.Dense(2, name="only")

        def call(this, x):
            return this.only(x)

    model = Model()
    model(np.ones((5, 3)))
    assert row(summary(model), "only") == ["only (Dense)", "(None, 2)", "8"]
