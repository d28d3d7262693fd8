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


X = np.random.default_rng(1).normal(size=(64, 6)).astype("float32")
CLASSES = np.random.default_rng(2).integers(0, 3, 64)


def with_own_metrics(keras):
    """`metrics` overridden, and the parts of the state taken apart by hand."""

    class Model(keras.Model):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.loss_tracker = keras.metrics.Mean(name="loss")
            self.mae = keras.metrics.MeanAbsoluteError(name="mae")
            self.loss = keras.losses.MeanSquaredError()

        def loss_and_updates(self, trainable, non_trainable, x, y):
            y_pred, after = self.stateless_call(trainable, non_trainable, x, training=True)
            return self.loss(y, y_pred), (y_pred, after)

        def train_step(self, state, data):
            trainable, non_trainable, slots, values = state
            x, y = data
            gradient = jax.value_and_grad(self.loss_and_updates, has_aux=True)
            (loss, (y_pred, non_trainable)), grads = gradient(trainable, non_trainable, x, y)
            trainable, slots = self.optimizer.stateless_apply(slots, grads, trainable)
            count = len(self.loss_tracker.variables)
            first = self.loss_tracker.stateless_update_state(values[:count], loss)
            second = self.mae.stateless_update_state(values[count:], y, y_pred)
            logs = {
                "loss": self.loss_tracker.stateless_result(first),
                "mae": self.mae.stateless_result(second),
            }
            return logs, (trainable, non_trainable, slots, first + second)

        @property
        def metrics(self):
            return [self.loss_tracker, self.mae]

    return Model, {}


def with_the_models_own_parts(keras):
    """`compute_loss_and_updates` and `compute_metrics` of the model in a step of one's own."""

    class Model(keras.Model):
        def train_step(self, state, data):
            x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
            trainable, non_trainable, slots, values = state
            gradient = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
            (_, (loss, y_pred, non_trainable, values)), grads = gradient(
                trainable,
                non_trainable,
                values,
                x,
                y,
                weight,
                training=True,
                optimizer_variables=slots,
            )
            trainable, slots = self.optimizer.stateless_apply(slots, grads, trainable)
            mapping = list(zip(self.metrics_variables, values))
            with keras.StatelessScope(state_mapping=mapping) as scope:
                self._loss_tracker.update_state(loss, sample_weight=len(x))
                logs = self.compute_metrics(x, y, y_pred, weight)
            new = [scope.get_current_value(variable) for variable in self.metrics_variables]
            return logs, (trainable, non_trainable, slots, new)

    return Model, {"loss": "mse", "metrics": ["mae"]}


def with_super(keras):
    """The model's own steps with something around them."""

    class Model(keras.Model):
        def train_step(self, *args, **kwargs):
            logs, state = super().train_step(*args, **kwargs)
            return {**logs, "two": 2.0}, state

        def test_step(self, state, data):
            logs, state = super().test_step(state, data)
            return {**logs, "inner": {"three": 3.0}}, state

        def predict_step(self, state, data):
            outputs, non_trainable = super().predict_step(state, data)
            return outputs * 2, non_trainable

    return Model, {"loss": "mse", "metrics": ["mae"]}


def trained(keras, make):
    model_class, arguments = make(keras)
    x = keras.Input((6,))
    hidden = keras.layers.BatchNormalization()(keras.layers.Dense(4, "tanh", False, "ones")(x))
    model = model_class(x, keras.layers.Dense(3, kernel_initializer="ones")(hidden))
    model.compile(keras.optimizers.Adam(0.05), **arguments)
    y = np.eye(3, dtype="float32")[CLASSES]
    history = model.fit(X, y, epochs=2, batch_size=16, shuffle=False, verbose=0).history
    tested = model.evaluate(X, y, verbose=0, return_dict=True) if arguments else {}
    return history, tested, model.predict(X, verbose=0)


@pytest.mark.parametrize("make", [with_own_metrics, with_the_models_own_parts, with_super])
def test_pure_steps_train_as_in_keras(make):
    (ours, our_test, outputs), (theirs, their_test, expected) = (
        trained(module, make) for module in (cornu, oracle)
    )
    assert sorted(ours) == sorted(theirs)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-3)
    assert our_test == pytest.approx(their_test, rel=1e-3)
    np.testing.assert_allclose(outputs, expected, rtol=1e-3, atol=1e-4)


def pure_loop(keras):
    """A loop in pure JAX, as guides write it, with everything in one compiled step."""
    x = keras.Input((6,))
    hidden = keras.layers.Dense(4, "tanh", False, "ones")(x)
    model = keras.Model(x, keras.layers.Dense(3, kernel_initializer="ones")(hidden))
    optimizer = keras.optimizers.Adam(0.05)
    optimizer.build(model.trainable_variables)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    accuracy = keras.metrics.SparseCategoricalAccuracy()

    def loss_and_updates(trainable, non_trainable, values, x, y):
        logits, after = model.stateless_call(trainable, non_trainable, x, training=True)
        values = accuracy.stateless_update_state(values, y, logits)
        return loss_fn(y, logits), (after, values)

    gradient = jax.value_and_grad(loss_and_updates, has_aux=True)

    @jax.jit
    def step(state, data):
        trainable, non_trainable, slots, values = state
        (loss, (non_trainable, values)), grads = gradient(trainable, non_trainable, values, *data)
        trainable, slots = optimizer.stateless_apply(slots, grads, trainable)
        return loss, (trainable, non_trainable, slots, values)

    groups = (model.trainable_variables, model.non_trainable_variables)
    groups += (optimizer.variables, accuracy.variables)
    state = tuple([variable.value for variable in group] for group in groups)
    losses = []
    for begin in range(0, 64, 16):
        loss, state = step(state, (X[begin : begin + 16], CLASSES[begin : begin + 16]))
        losses.append(float(loss))
    for variable, value in zip(model.trainable_variables, state[0]):
        variable.assign(value)
    result = float(accuracy.stateless_result(state[3]))
    return losses, result, np.asarray(model(X[:4]))


def test_a_loop_in_pure_jax_gives_kerass_numbers():
    for ours, theirs in zip(pure_loop(cornu), pure_loop(oracle)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def batch_by_batch(keras):
    layer = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((6,)), layer])
    model.compile("sgd", "mse", metrics=["mae"])
    y = np.sin(X.sum(axis=1, keepdims=True))
    found = [model.train_on_batch(X[i : i + 16], y[i : i + 16]) for i in range(0, 64, 16)]
    found += [model.test_on_batch(X[i : i + 16], y[i : i + 16]) for i in range(0, 64, 16)]
    found.append(model.evaluate(X, y, verbose=0))
    found.append(model.train_on_batch(X, y))
    return found + [list(model.get_metrics_result().values())]


def test_methods_for_batches_give_the_values_of_their_batch():
    np.testing.assert_allclose(batch_by_batch(cornu), batch_by_batch(oracle), rtol=1e-4)
