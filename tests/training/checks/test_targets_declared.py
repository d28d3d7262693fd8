"""What a loss or metric says of its targets is what data, class weights and reports go by."""

import numpy as np
import pytest

import cornu as keras
from cornu.losses.base import FunctionLoss
from cornu.training.outputs import outputs_of


class OwnCrossentropy(keras.Loss):
    """A user's loss of class indices."""

    target_kinds = ("class indices",)
    output_kind = "probabilities"

    def call(self, y_true, y_pred):
        return keras.ops.sparse_categorical_crossentropy(y_true, y_pred)


class OwnError(keras.Loss):
    """A user's loss of numbers."""

    target_kinds = ("values",)

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)


class OwnHits(keras.metrics.Metric):
    """A user's metric of classes."""

    target_kinds = ("class indices",)

    def update_state(self, y_true, y_pred, sample_weight=None):
        pass

    def result(self):
        return keras.ops.zeros(())


def model_for(loss, metrics=(), activation="softmax", units=3):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units, activation)])
    model.compile("sgd", loss, metrics=list(metrics))
    return model


X = np.ones((4, 2), "float32")


def test_class_indices_beyond_the_outputs_of_a_loss_of_ones_own_are_refused():
    with pytest.raises(ValueError, match="class indices from 0 to 3"):
        model_for(OwnCrossentropy()).fit(X, np.arange(4), verbose=0)


def test_a_head_without_probabilities_is_noticed():
    with pytest.warns(UserWarning, match="expects probabilities"):
        model_for(OwnCrossentropy(), activation="tanh").fit(X, np.array([0, 1, 2, 0]), verbose=0)


def test_class_weights_read_its_targets_as_it_does():
    (output,) = outputs_of(model_for(OwnCrossentropy()))
    assert (output.kind, output.classes) == ("class indices", 3)


def test_one_target_for_several_values_is_refused():
    with pytest.raises(ValueError, match="one target per sample"):
        model_for(OwnError(), activation=None).fit(X, np.ones(4), verbose=0)


def test_a_metric_of_classes_beside_a_loss_of_numbers_is_noticed():
    model = model_for(OwnError(), [OwnHits(name="hits")], activation=None, units=1)
    with pytest.warns(UserWarning, match="'hits'.*compares classes"):
        model.fit(X, np.full((4, 1), 2.5), verbose=0)


@pytest.mark.parametrize("name", ["binary_crossentropy", "categorical_focal_crossentropy", "mse"])
def test_functions_and_their_classes_say_the_same(name):
    function = keras.losses.get(name)
    cls = {"mse": "MeanSquaredError"}.get(name, "".join(w.capitalize() for w in name.split("_")))
    assert getattr(keras.losses, cls)().target_kinds == function.target_kinds


def test_a_loss_may_say_what_it_expects_of_outputs_alone():
    class Own(OwnCrossentropy):
        target_kinds = ()

    history = model_for(Own()).fit(X, np.array([0, 1, 2, 0]), verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_what_a_class_says_holds_for_a_function_that_says_nothing():
    class Own(FunctionLoss):
        target_kinds = ("values",)

        def __init__(self):
            super().__init__(lambda y_true, y_pred: keras.ops.abs(y_true - y_pred))

    assert Own().target_kinds == ("values",)
