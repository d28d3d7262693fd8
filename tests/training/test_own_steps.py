"""Models with steps, losses and metrics of their own."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers, metrics

X = np.ones((8, 4), "float32")
Y = np.ones((8, 1), "float32")


class Own(keras.Model):
    """A model whose steps return what it was made with."""

    def __init__(self, logs, **kwargs):
        super().__init__(**kwargs)
        self.logs = logs
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(x)


class Stateful(Own):
    def train_step(self, data):
        return self.logs

    def test_step(self, data):
        return self.logs


class Pure(Own):
    def train_step(self, state, data):
        return self.logs, state

    def test_step(self, state, data):
        return self.logs, state


def compiled(model, **arguments):
    model.compile("sgd", "mse", **arguments)
    return model


@pytest.mark.parametrize("kind", [Stateful, Pure])
def test_dicts_within_the_logs_are_flattened_wherever_logs_are_seen(kind):
    model = compiled(kind({"loss": 1.5, "parts": {"b": 2, "a": {"c": 3.0}}}))
    history = model.fit(X, Y, verbose=0, validation_data=(X, Y)).history
    assert {name: values[0] for name, values in history.items()} == {
        "loss": 1.5,
        "b": 2.0,
        "c": 3.0,
        "val_loss": 1.5,
        "val_b": 2.0,
        "val_c": 3.0,
    }
    assert model.evaluate(X, Y, verbose=0) == [1.5, 2.0, 3.0]
    assert model.evaluate(X, Y, verbose=0, return_dict=True) == {"loss": 1.5, "b": 2.0, "c": 3.0}
    assert model.train_on_batch(X, Y) == [1.5, 2.0, 3.0]
    assert model.test_on_batch(X, Y, return_dict=True) == {"loss": 1.5, "b": 2.0, "c": 3.0}


@pytest.mark.parametrize("kind", [Stateful, Pure])
def test_logs_may_hold_vectors_and_nothing(kind):
    model = compiled(kind({"each": np.arange(3.0), "none": None}))
    logs = model.evaluate(X, Y, verbose=0, return_dict=True)
    np.testing.assert_array_equal(logs["each"], [0, 1, 2])
    assert logs["none"] is None


@pytest.mark.parametrize("kind", [Stateful, Pure])
def test_a_test_step_may_return_no_logs(kind):
    model = compiled(kind(None))
    assert model.evaluate(X, Y, verbose=0) == []
    assert model.evaluate(X, Y, verbose=0, return_dict=True) == {}


@pytest.mark.parametrize("kind", [Stateful, Pure])
@pytest.mark.parametrize(
    ("logs", "got"),
    [
        (np.float32(1.5), r"a tensor of shape \(\)"),
        ((1.0, 2.0), "tuple of 2 parts"),
        ("loss", "str"),
    ],
)
def test_logs_without_names_are_an_error(kind, logs, got):
    model = compiled(kind(logs, name="own"))
    with pytest.raises(ValueError, match=f"'own': `train_step` must return a dict.*got {got}"):
        model.fit(X, Y, verbose=0)
    with pytest.raises(ValueError, match=f"'own': `test_step` must return a dict.*got {got}"):
        model.evaluate(X, Y, verbose=0)


def test_a_pure_step_that_forgets_the_state_is_an_error():
    class Forgets(Pure):
        def train_step(self, state, data):
            return {"loss": 1.0}

    class Shortens(Pure):
        def train_step(self, state, data):
            return {"loss": 1.0}, state[:3]

    with pytest.raises(ValueError, match="must return a pair `logs, state`; got dict"):
        compiled(Forgets(None)).fit(X, Y, verbose=0)
    with pytest.raises(ValueError, match=r"lists of \[2, 0, 2, 2\] values; got \[2, 0, 2\]"):
        compiled(Shortens(None)).fit(X, Y, verbose=0)


def test_compile_without_a_loss_leaves_a_loss_of_the_models_own():
    class WithLoss(Own):
        def __init__(self):
            super().__init__(None)
            self.loss = keras.losses.Huber()
            self.loss_tracker = metrics.Mean(name="huber")

        def train_step(self, data):
            x, y = data
            value = self.loss(y, self(x))
            self.loss_tracker.update_state(value)
            return {"huber": self.loss_tracker.result()}

    model = WithLoss()
    own, tracker = model.loss, model.loss_tracker
    model.compile(optimizer="adam")
    assert model.loss is own
    assert model.loss_tracker is tracker
    assert model.fit(X, Y, verbose=0).history["huber"][0] > 0
    model.compile("adam", loss="mse")
    assert model.loss == "mse"


def test_compile_again_without_a_loss_forgets_the_loss_of_before():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert model.loss == "mse"
    model.compile("sgd")
    assert model.loss is None


def test_a_loss_that_is_a_method_stays_one():
    class WithMethod(Own):
        def loss(self, y, y_pred):
            return keras.ops.mean(keras.ops.square(y - y_pred))

        def train_step(self, data):
            x, y = data
            return {"loss": self.loss(y, self(x))}

    model = WithMethod(None)
    model.compile(optimizer="sgd")
    assert model.fit(X, Y, verbose=0).history["loss"][0] >= 0


def test_metrics_given_to_compile_are_one_metric_that_a_step_can_update():
    class Loops(Own):
        def test_step(self, data):
            x, y = data
            y_pred = self(x)
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(self.compute_loss(y=y, y_pred=y_pred))
                else:
                    metric.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

    model = compiled(Loops(None), metrics=["mae", "mse"])
    assert [metric.name for metric in model.metrics] == ["loss", "compile_metrics"]
    found = model.evaluate(X, Y, verbose=0, return_dict=True)
    error = abs(1 - model.predict(X, verbose=0)[0, 0])
    assert found == pytest.approx({"loss": error**2, "mae": error, "mse": error**2}, rel=1e-4)


def test_metrics_of_compile_are_no_metrics_of_the_model_around():
    inner = compiled(keras.Sequential([keras.Input((4,)), layers.Dense(2)]), metrics=["mae"])
    outer = compiled(keras.Sequential([inner, layers.Dense(1)]), metrics=[metrics.R2Score()])
    assert [metric.name for metric in outer.metrics] == ["loss", "compile_metrics"]
    history = outer.fit(X, Y, verbose=0).history
    assert sorted(history) == ["loss", "r2_score"]


def test_a_metric_that_was_given_to_compile_as_an_object_is_listed_once():
    given = metrics.MeanAbsoluteError(name="mine")
    model = compiled(keras.Sequential([keras.Input((4,)), layers.Dense(1)]), metrics=[given])
    assert [metric.name for metric in model.metrics] == ["loss", "compile_metrics"]
    model.fit(X, Y, verbose=0)
    assert [metric.name for metric in model.metrics] == ["loss", "compile_metrics"]
    assert model.metrics[1].metrics == [given]
    assert len(model.metrics_variables) == 2 + len(given.variables)


@pytest.mark.parametrize("whole", [False, True], ids=["second part", "whole state"])
def test_a_pure_predict_step_returns_the_values_that_are_not_trained(whole):
    class Doubles(keras.Model):
        def predict_step(self, state, data):
            trainable, non_trainable = state
            outputs, after = self.stateless_call(trainable, non_trainable, data)
            return outputs * 2, (trainable, after) if whole else after

    class Hands(keras.Model):
        def predict_step(self, state, data):
            outputs, non_trainable = super().predict_step(state, data)
            assert len(non_trainable) == 2
            return outputs, non_trainable

    x = keras.Input((4,))
    y = layers.BatchNormalization()(layers.Dense(2)(x))
    plain, doubled, handed = keras.Model(x, y), Doubles(x, y), Hands(x, y)
    expected = plain.predict(X, verbose=0)
    np.testing.assert_allclose(doubled.predict(X, verbose=0), 2 * expected, rtol=1e-6)
    np.testing.assert_allclose(handed.predict(X, verbose=0), expected, rtol=1e-6)
