"""Nested outputs are trained and logged as in Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import cornu

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 4)).astype("float32")
T1, T2, T3 = (RNG.normal(size=(8, 2)).astype("float32") for _ in range(3))
WEIGHTS = np.arange(1, 9, dtype="float32")

LISTS = ({"a": ["t1", "t2"], "b": "t3"}, {"a": [T1, T2], "b": T3})
DICTS = ({"a": {"x": "t1", "y": "t2"}, "b": "t3"}, {"a": {"x": T1, "y": T2}, "b": T3})
TUPLES = (("t1", ("t2", "t3")), (T1, (T2, T3)))
MIXED = ([{"p": "t1", "q": "t2"}, "t3"], [{"p": T1, "q": T2}, T3])
LOSS = {"a": ["mse", "mae"], "b": "mse"}

CASES = {
    "metrics and weights": (
        LISTS,
        {
            "loss": LOSS,
            "loss_weights": {"a": [0.5, 2.0], "b": 3.0},
            "metrics": {"a": ["mae", None], "b": ["mae", "mse"]},
            "weighted_metrics": {"a": [None, ["mae"]], "b": ["mae"]},
        },
        {"a": [WEIGHTS, WEIGHTS * 2], "b": WEIGHTS},
    ),
    "dicts in a dict": (
        DICTS,
        {
            "loss": {"a": {"x": "mse", "y": "mae"}, "b": "mse"},
            "metrics": {"a": {"x": ["mae"], "y": ["mse"]}, "b": ["mae"]},
        },
        None,
    ),
    "tuples": (
        TUPLES,
        {"loss": ("mse", ("mae", "mse")), "metrics": (["mae"], (["mae"], ["mse"]))},
        None,
    ),
    "a dict in a list": (MIXED, {"loss": [{"p": "mse", "q": "mae"}, "mse"]}, None),
}


def nested(structure, library):
    inputs = library.Input((4,))
    return library.Model(
        inputs,
        library.tree.map_structure(
            lambda name: library.layers.Dense(2, name=name, kernel_initializer="ones")(inputs),
            structure,
        ),
    )


def results(library, structure, y, arguments, weights):
    model = nested(structure, library)
    model.compile(library.optimizers.SGD(0.1), **arguments)
    history = model.fit(
        X, y, sample_weight=weights, batch_size=4, shuffle=False, verbose=0, validation_data=(X, y)
    ).history
    return {name: values[0] for name, values in history.items()}


@pytest.mark.parametrize("case", CASES)
def test_values_and_names_are_those_of_keras(case):
    (structure, y), arguments, weights = CASES[case]
    ours = results(cornu, structure, y, arguments, weights)
    theirs = results(keras, structure, y, arguments, weights)
    assert set(ours) == set(theirs)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-4, err_msg=name)


class Subclassed(cornu.Model):
    def __init__(self):
        super().__init__()
        self.heads = [cornu.layers.Dense(2, kernel_initializer="ones") for _ in range(3)]

    def call(self, x):
        first, second, third = (head(x) for head in self.heads)
        return {"a": [first, second], "b": third}


def test_a_subclassed_model_logs_by_path():
    model = Subclassed()
    model.compile("sgd", LOSS, metrics={"b": ["mae"]})
    names = model.evaluate(X, LISTS[1], verbose=0, return_dict=True)
    assert set(names) == {"loss", "a/0_loss", "a/1_loss", "b_loss", "b_mae"}
    assert len(model.evaluate(X, LISTS[1], verbose=0)) == 5


def test_nested_arguments_survive_saving(tmp_path):
    model = nested(LISTS[0], cornu)
    model.compile("sgd", LOSS, metrics={"b": ["mae"]}, loss_weights={"a": [1.0, 2.0], "b": 3.0})
    expected = model.evaluate(X, LISTS[1], verbose=0, return_dict=True)
    model.save(tmp_path / "nested.keras")
    loaded = cornu.models.load_model(tmp_path / "nested.keras")
    assert loaded.evaluate(X, LISTS[1], verbose=0, return_dict=True) == expected


WRONG = [
    ({"loss": {"a": ["mse", "mae", "mse"]}}, r"loss\['a'\] has 3 entries.*\['a/0', 'a/1'\]"),
    ({"loss": {"c": "mse"}}, r"loss has entries for \['c'\].*\['a/0', 'a/1', 'b'\]"),
    ({"loss": LOSS, "metrics": {"a": [["mae"]]}}, r"metrics\['a'\] has 1 entry.*'a/0', 'a/1'"),
    ({"loss": LOSS, "loss_weights": {"a": {"x": 1.0}}}, r"loss_weights\['a'\].*\['x'\].*'a/0'"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_structures_are_named_by_path(arguments, message):
    with pytest.raises(ValueError, match=message):
        nested(LISTS[0], cornu).compile("sgd", **arguments)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ({"a": [T1], "b": T3}, r"y\['a'\] has 1 entry, .*'a/0', 'a/1'"),
        ({"a": T1, "b": T3}, r"y\['a'\] is one array, .*'a/0', 'a/1'"),
        ({"a": [T1, None], "b": T3}, r"'a/t2'"),
    ],
)
def test_wrong_targets_are_named_by_path(y, message):
    model = nested(LISTS[0], cornu)
    model.compile("sgd", LOSS)
    with pytest.raises(ValueError, match=message):
        model.evaluate(X, y, verbose=0)


def test_class_weights_go_by_path():
    y = {"a": [np.arange(8) % 2, np.arange(8) % 2], "b": np.arange(8) % 2}
    loss = cornu.losses.SparseCategoricalCrossentropy(from_logits=True)
    model = nested(LISTS[0], cornu)
    model.compile("sgd", loss)
    plain = model.train_on_batch(X, y, return_dict=True)
    model = nested(LISTS[0], cornu)
    model.compile("sgd", loss)
    weighted = model.train_on_batch(X, y, class_weight={"a/0": {0: 2.0, 1: 2.0}}, return_dict=True)
    np.testing.assert_allclose(weighted["a/t1_loss"], 2 * plain["a/t1_loss"], rtol=1e-5)
    np.testing.assert_allclose(weighted["b_loss"], plain["b_loss"], rtol=1e-5)
