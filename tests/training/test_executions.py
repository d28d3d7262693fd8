"""Batch hooks with several steps per execution: when they come, and what they get."""

import numpy as np
import pytest

import cornu as keras
from cornu.training.steps.executions import Executions

X = np.random.default_rng(0).normal(size=(10, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, index):
        return X[2 * index : 2 * index + 2], Y[2 * index : 2 * index + 2]


class Seen(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.calls, self.outputs, self.losses = [], [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(("begin", batch))

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(("end", batch))
        self.losses.append(logs["loss"])

    def on_test_batch_begin(self, batch, logs=None):
        self.calls.append(("begin", batch))

    def on_test_batch_end(self, batch, logs=None):
        self.calls.append(("end", batch))
        self.losses.append(logs["loss"])

    def on_predict_batch_begin(self, batch, logs=None):
        self.calls.append(("begin", batch))

    def on_predict_batch_end(self, batch, logs=None):
        self.calls.append(("end", batch))
        self.outputs.append(np.asarray(logs["outputs"]))


def model(size):
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "tanh", False, "ones")])
    made.compile("sgd", "mse", steps_per_execution=size)
    return made


def data(kind):
    return {"x": Batches()} if kind == "data set" else {"x": X, "y": Y, "batch_size": 2}


CALLS = {
    1: [(name, batch) for batch in range(5) for name in ("begin", "end")],
    # As in Keras, the last number is that of a full execution.
    2: [("begin", 0), ("end", 1), ("begin", 2), ("end", 3), ("begin", 4), ("end", 5)],
    3: [("begin", 0), ("end", 2), ("begin", 3), ("end", 5)],
    9: [("begin", 0), ("end", 8)],
}


@pytest.mark.parametrize("kind", ["arrays", "data set"])
@pytest.mark.parametrize("size", CALLS)
def test_hooks_come_once_per_execution(kind, size):
    train, test, predict = Seen(), Seen(), Seen()
    made = model(size)
    made.fit(**data(kind), shuffle=False, verbose=0, callbacks=[train])
    made.evaluate(**data(kind), verbose=0, callbacks=[test])
    given = {key: value for key, value in data(kind).items() if key != "y"}
    outputs = made.predict(**given, verbose=0, callbacks=[predict])
    assert train.calls == test.calls == predict.calls == CALLS[size]
    np.testing.assert_allclose(np.concatenate(predict.outputs), outputs, rtol=1e-6)
    # The logs are the running values behind the execution's last batch.
    each = Seen()
    one = model(1)
    one.fit(**data(kind), shuffle=False, verbose=0, callbacks=[each])
    ends = [min(batch, 4) for name, batch in CALLS[size] if name == "end"]
    np.testing.assert_allclose(train.losses, [each.losses[batch] for batch in ends], rtol=1e-5)
    np.testing.assert_allclose(made.get_weights()[0], one.get_weights()[0], rtol=1e-5)


def test_an_epoch_that_begins_within_an_execution_ends_it_where_others_end():
    calls = []
    hooks = Executions(
        3, None, lambda step: calls.append(step), lambda batch, results: calls.append(results)
    )
    for step in range(4, 8):
        hooks.begin(step)
        hooks.end(step + 1, step)
    hooks.close()
    hooks.close()
    assert calls == [4, [4, 5], 6, [6, 7]]


def test_fit_returns_when_the_last_step_is_done():
    made = model(1)
    made.fit(X, Y, epochs=2, batch_size=5, verbose=0)
    values = [*made.variables, *made.optimizer.variables, *made.metrics_variables]
    assert all(variable.value.is_ready() for variable in values)


def test_an_error_of_the_last_step_is_raised_by_fit():
    import jax

    class Fails(keras.layers.Layer):
        def call(self, x):
            def check(value):
                if value.max() > 5:
                    raise RuntimeError("a value above five")
                return value

            shape = jax.ShapeDtypeStruct(x.shape, x.dtype)
            checked = jax.pure_callback(check, shape, jax.lax.stop_gradient(x))
            return x + jax.lax.stop_gradient(checked - x)

    made = keras.Sequential([keras.Input((3,)), Fails(), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    bad = np.concatenate([X[:8], np.full((2, 3), 9, "float32")])
    with pytest.raises(Exception, match="a value above five"):
        made.fit(bad, Y, batch_size=2, shuffle=False, verbose=0)


def test_train_functions_go_on_from_the_metrics_of_before():
    made = model(1)
    step, batches = made.make_train_function(), [(X[:5], Y[:5]), (X[5:], Y[5:])]
    values = [made.evaluate(x, y, verbose=0) for x, y in batches]
    made.optimizer.learning_rate = 0.0
    made.reset_metrics()
    found = [step(iter([batch]))["loss"] for batch in batches]
    np.testing.assert_allclose(found, [values[0], np.mean(values)], rtol=1e-5)


def test_metrics_of_a_batch_are_of_it_alone_without_compilation_too():
    made = model(1)
    made.compile("sgd", "mse", run_eagerly=True)
    values = [made.test_on_batch(X[i : i + 5], Y[i : i + 5]) for i in (0, 5)]
    made.reset_metrics()
    again = made.test_on_batch(X[5:], Y[5:])
    assert values[1] == again
