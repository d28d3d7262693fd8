"""What Keras's users rely on: the order of layers and values, building, saving, extra losses."""

from __future__ import annotations

import numpy as np
import pytest

import cornu as keras


@keras.saving.register_keras_serializable(package="users")
class Stack(keras.Model):
    """A subclassed model without a `build` of its own."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units, name="dense")

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="users")
class Pair(Stack):
    """One with two arguments."""

    def call(self, left, right):
        return self.dense(left + right)


@keras.saving.register_keras_serializable(package="users")
class OwnStep(keras.Model):
    """A graph with a step of its own."""

    def train_step(self, *args):
        return super().train_step(*args)


class Penalty(keras.layers.Layer):
    """Adds the mean of its inputs to the loss."""

    def call(self, x):
        self.add_loss(keras.ops.mean(x))
        return x


class OwnMetrics(keras.Model):
    """Says itself what metrics there are."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.tracker = keras.metrics.Mean(name="mine")

    def compute_loss(self, x, y, y_pred, sample_weight, training=True):
        loss = keras.ops.mean(y_pred)
        self.tracker.update_state(loss)
        return loss

    @property
    def metrics(self):
        return [self.tracker]


def reloaded(model, folder):
    path = folder / "model.keras"
    model.save(path)
    return keras.models.load_model(path)


def branched_model():
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    shared = keras.layers.Dense(4, name="shared")
    near = keras.layers.Dense(3, name="near")(shared(first))
    far = keras.layers.Dense(2, name="far")(shared(shared(second)))
    joined = keras.layers.Concatenate(name="joined")([near, far])
    return keras.Model([first, second], {"z": joined, "a": near})


def test_layers_farthest_from_the_outputs_come_first():
    names = [layer.name for layer in branched_model().layers]
    assert names == ["first", "second", "shared", "near", "far", "joined"]


def test_lists_of_values_have_losses_in_the_order_given_and_metrics_by_name():
    model = branched_model()
    model.compile("sgd", loss={"z": "mse", "a": "mae"}, metrics={"z": ["mae"], "a": ["mse"]})
    y = {"z": np.ones((2, 5)), "a": np.zeros((2, 3))}
    values = model.evaluate([np.ones((2, 4))] * 2, y, verbose=0)
    named = model.evaluate([np.ones((2, 4))] * 2, y, verbose=0, return_dict=True)
    assert model.metrics_names == ["loss", "z_loss", "a_loss", "a_mse", "z_mae"]
    assert values == [named[name] for name in model.metrics_names]


def test_a_graph_with_an_index_of_several_parts_is_loaded(tmp_path):
    x = keras.Input((6,))
    model = reloaded(keras.Model(x, x[:, 1:3][..., None, 0]), tmp_path)
    assert model(np.arange(6.0)[None]).tolist() == [[1.0]]


def test_build_makes_the_weights_of_a_subclassed_model():
    model = Stack(name="stack")
    model.build((None, 4))
    assert model.weights[0].path == "stack/dense/kernel"
    assert model.count_params() == 15


@pytest.mark.parametrize(
    ("model", "inputs"),
    [(Stack(), [np.ones((2, 4))]), (Pair(), [np.ones((2, 4)), np.ones((2, 4))])],
)
def test_a_subclassed_model_is_loaded_with_its_weights(model, inputs, tmp_path):
    expected = model(*inputs)
    np.testing.assert_allclose(reloaded(model, tmp_path)(*inputs), expected)


def test_a_subclass_made_from_a_graph_is_loaded_as_itself(tmp_path):
    x = keras.Input((3,))
    model = OwnStep(x, keras.layers.Dense(2)(x))
    model.compile("sgd", "mse")
    loaded = reloaded(model, tmp_path)
    assert type(loaded) is OwnStep
    np.testing.assert_allclose(loaded(np.ones((1, 3))), model(np.ones((1, 3))))


def test_a_model_is_trained_on_the_losses_of_its_layers_alone():
    x = keras.Input((3,))
    model = keras.Model(x, Penalty()(keras.layers.Dense(2, kernel_initializer="ones")(x)))
    model.compile("sgd")
    assert model.fit(np.ones((2, 3)), verbose=0).history["loss"] == [3.0]


def test_without_any_loss_fit_says_so():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd")
    with pytest.raises(ValueError, match="no layer adds one"):
        model.fit(np.ones((2, 3)), verbose=0)


def test_logs_hold_the_metrics_that_the_model_names():
    x = keras.Input((3,))
    model = OwnMetrics(x, keras.layers.Dense(2)(x))
    model.compile("sgd")
    assert list(model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0).history) == ["mine"]


def test_the_penalty_of_outputs_is_per_example():
    layer = keras.layers.Dense(2, kernel_initializer="ones", activity_regularizer="l2")
    layer(np.ones((5, 3)))
    np.testing.assert_allclose(layer.losses[0], 0.01 * 18, rtol=1e-6)
