"""Steps and metrics of a model's own: the numbers and lists that Keras has."""

import jax
import keras as oracle
import numpy as np
import pytest

import cornu


def pure_step_as_published(keras, jax, unpack):
    """The pure training and test steps in the form that guides publish them."""

    class Published(keras.Model):
        def compute_loss_and_updates(
            self, trainable_variables, non_trainable_variables, x, y, training=False
        ):
            y_pred, non_trainable_variables = self.stateless_call(
                trainable_variables, non_trainable_variables, x, training=training
            )
            return self.compute_loss(x, y, y_pred), (y_pred, non_trainable_variables)

        def train_step(self, state, data):
            trainable, non_trainable, slots, metric_values = state
            x, y, _ = unpack(data)
            gradient = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
            (loss, (y_pred, non_trainable)), grads = gradient(
                trainable, non_trainable, x, y, training=True
            )
            trainable, slots = self.optimizer.stateless_apply(slots, grads, trainable)
            logs, metric_values = self.updated(metric_values, loss, y, y_pred)
            return logs, (trainable, non_trainable, slots, metric_values)

        def test_step(self, state, data):
            trainable, non_trainable, metric_values = state
            x, y, _ = unpack(data)
            y_pred, non_trainable = self.stateless_call(trainable, non_trainable, x, training=False)
            loss = self.compute_loss(x, y, y_pred)
            logs, metric_values = self.updated(metric_values, loss, y, y_pred)
            return logs, (trainable, non_trainable, metric_values)

        def updated(self, values, loss, y, y_pred):
            new, logs = [], {}
            for metric in self.metrics:
                these = values[len(new) : len(new) + len(metric.variables)]
                given = (loss,) if metric.name == "loss" else (y, y_pred)
                these = metric.stateless_update_state(these, *given)
                logs[metric.name] = metric.stateless_result(these)
                new += these
            return logs, new

    x = keras.Input((4,))
    hidden = keras.layers.BatchNormalization()(keras.layers.Dense(3, activation="relu")(x))
    return Published(x, keras.layers.Dense(1)(hidden))


def test_the_published_pure_step_gives_kerass_numbers():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 4)).astype("float32"), rng.normal(size=(40, 1)).astype("float32")
    found, start = [], None
    for module in (oracle, cornu):
        unpack = module.utils.unpack_x_y_sample_weight
        model = pure_step_as_published(module, jax, unpack)
        model.compile(module.optimizers.Adam(0.05), "mse", metrics=["mae"])
        start = model.get_weights() if start is None else start
        model.set_weights(start)
        history = model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0).history
        found.append((history, model.evaluate(x, y, verbose=0, return_dict=True)))
    (theirs, their_test), (ours, our_test) = found
    assert sorted(ours) == sorted(theirs)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-4)
    assert our_test == pytest.approx(their_test, rel=1e-4)


def with_metrics(keras):
    """A model with metrics on attributes, in lists, in layers, and in a model inside."""

    class Layer(keras.layers.Layer):
        def __init__(self, name):
            super().__init__(name=name)
            self.dense = keras.layers.Dense(2)
            self.mean = keras.metrics.Mean(name=f"{name}_mean")
            self.several = [keras.metrics.Sum(name=f"{name}_sum")]

        def call(self, x):
            return self.dense(x)

    class Inner(keras.Model):
        def __init__(self):
            super().__init__()
            self.own = keras.metrics.Mean(name="inner_own")
            self.layer = Layer("inner_layer")

        def call(self, x):
            return self.layer(x)

    class Outer(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer = Layer("outer_layer")
            self.second = keras.metrics.Mean(name="second")
            self.inner = Inner()
            self.first = {"a": keras.metrics.Mean(name="first")}
            self.top = keras.layers.Dense(1)

        def call(self, x):
            return self.top(self.inner(self.layer(x)))

    model = Outer()
    model.inner.compile("sgd", "mse", metrics=["mae"])
    return model


def listed(keras, arguments):
    model = with_metrics(keras)
    found = [[metric.name for metric in model.metrics]]
    model.compile("sgd", **arguments)
    found.append([metric.name for metric in model.metrics])
    model.fit(np.ones((4, 3), "float32"), np.ones((4, 1), "float32"), verbose=0)
    found.append([metric.name for metric in model.metrics])
    paths = [variable.path for variable in model.metrics_variables]
    return found, paths, list(model.get_metrics_result())


@pytest.mark.parametrize(
    "arguments",
    [
        {"loss": "mse"},
        {"loss": "mse", "metrics": ["mae", "mse"]},
        {"loss": "mse", "weighted_metrics": []},
    ],
    ids=["loss alone", "metrics", "no weighted metrics"],
)
def test_metrics_are_listed_as_in_keras(arguments):
    assert listed(cornu, arguments) == listed(oracle, arguments)
