"""Models nested in one another in every way come back equal from each format."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cornu as keras

X = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
FORMATS = ["m.keras", "m", "m.h5", "m.weights.h5", "m.weights.json"]


@keras.saving.register_keras_serializable("nested_models")
class Holder(keras.layers.Layer):
    """A user's layer that keeps its parts in attributes, a list, a dict, or lists in a dict."""

    def __init__(self, parts, kind, **kwargs):
        super().__init__(**kwargs)
        self.kind = kind
        if kind == "attributes":
            for i, part in enumerate(parts):
                setattr(self, f"part_{i}", part)
        elif kind == "list":
            self.parts = list(parts)
        elif kind == "dict":
            self.parts = {f"key_{9 - i}": part for i, part in enumerate(parts)}
        else:
            self.parts = {"first": [parts[0]], "rest": [list(parts[1:])]}

    def given_parts(self):
        if self.kind == "attributes":
            return [v for k, v in vars(self).items() if k.startswith("part_")]
        if self.kind == "list":
            return self.parts
        if self.kind == "dict":
            return list(self.parts.values())
        return [*self.parts["first"], *self.parts["rest"][0]]

    def call(self, x):
        for part in self.given_parts():
            x = part(x)
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        parts = [keras.saving.serialize_keras_object(part) for part in self.given_parts()]
        return {**super().get_config(), "parts": parts, "kind": self.kind}

    @classmethod
    def from_config(cls, config):
        parts = [keras.saving.deserialize_keras_object(part) for part in config.pop("parts")]
        return cls(parts, **config)


@keras.saving.register_keras_serializable("nested_models")
class HoldingModel(keras.Model):
    """The same as a model."""

    def __init__(self, parts, **kwargs):
        super().__init__(**kwargs)
        self.holder = Holder(parts, "list")
        self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")

    def call(self, x):
        return self.holder(x) * self.scale

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        parts = [keras.saving.serialize_keras_object(p) for p in self.holder.given_parts()]
        return {"name": self.name, "parts": parts}

    @classmethod
    def from_config(cls, config):
        parts = [keras.saving.deserialize_keras_object(part) for part in config.pop("parts")]
        return cls(parts, **config)


def sequential(parts):
    return keras.Sequential([keras.Input((3,)), *parts])


def functional(parts):
    """A graph in which the first part is called twice, once behind an operation."""
    inputs = outputs = keras.Input((3,))
    for part in parts:
        outputs = part(outputs)
    return keras.Model(inputs, outputs + parts[0](keras.ops.relu(inputs)))


MAKERS = {
    "dense": lambda parts: keras.layers.Dense(3, "tanh"),
    "norm": lambda parts: keras.layers.BatchNormalization(),
    "scale": lambda parts: keras.layers.LayerNormalization(),
    "sequential": sequential,
    "functional": functional,
    "model": HoldingModel,
    **{kind: lambda parts, k=kind: Holder(parts, k) for kind in ("attributes", "list", "dict")},
    "lists in a dict": lambda parts: Holder(parts, "lists in a dict"),
}
LEAVES = st.sampled_from(["dense", "norm", "scale"]).map(lambda kind: (kind, []))
INNER = sorted(set(MAKERS) - {"dense", "norm", "scale"})
TREES = st.recursive(
    LEAVES,
    lambda below: st.tuples(st.sampled_from(INNER), st.lists(below, min_size=1, max_size=3)),
    max_leaves=6,
)


def made(tree):
    kind, below = tree
    return MAKERS[kind]([made(one) for one in below])


def model_of(trees, seed):
    """The trees behind each other, each with weights that tell them apart."""
    inputs = outputs = keras.Input((3,))
    for tree in trees:
        outputs = made(tree)(outputs)
    model = keras.Model(inputs, keras.layers.Dense(2)(outputs))
    rng = np.random.default_rng(seed)
    model.set_weights([rng.uniform(0.2, 1, w.shape) for w in model.get_weights()])
    return model


def check(trees, name, folder):
    model = model_of(trees, 1)
    if "weights" in name:
        again = model_of(trees, 2)
        size = 50 / 1024**3 if name.endswith("json") else None
        model.save_weights(folder / name, max_shard_size=size)
        again.load_weights(folder / name)
    else:
        model.save(folder / name, zipped=None if "." in name else False)
        again = keras.models.load_model(folder / name)
    for mine, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(again(X), model(X))


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(TREES, min_size=1, max_size=2))
def test_models_come_back_equal(name, tmp_path, trees):
    check(trees, name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees=st.lists(TREES, min_size=1, max_size=3))
def test_many_models_come_back_equal(name, tmp_path, trees):
    check(trees, name, tmp_path)


@pytest.mark.parametrize("name", FORMATS)
def test_each_kind_inside_each_other_comes_back(name, tmp_path):
    """The kinds in a ring: each holds the next one, twice of the same kind side by side."""
    tree = ("dense", [])
    for kind in INNER:
        tree = (kind, [tree, ("norm", []), ("dense", [])])
    check(
        [tree, ("sequential", [("list", [("dense", [])]), ("list", [("dense", [])])])],
        name,
        tmp_path,
    )
