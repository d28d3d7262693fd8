"""Steps that a user writes with any arguments get what those of Keras on JAX get."""

import numpy as np

import cornu as keras
from cornu import layers

X = np.linspace(-1, 1, 16, dtype="float32").reshape(8, 2)
Y = X.sum(axis=1, keepdims=True)


class Counting(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, kernel_initializer="ones")
        self.seen = set()

    def call(self, x, training):
        return self.dense(x)

    def train_step(self, *args, **kwargs):
        self.seen.add(("train", len(args)))
        return super().train_step(*args, **kwargs)

    def test_step(self, *args, **kwargs):
        self.seen.add(("test", len(args)))
        return super().test_step(*args, **kwargs)

    def predict_step(self, *args, **kwargs):
        self.seen.add(("predict", len(args)))
        return super().predict_step(*args, **kwargs)


class Plain(Counting):
    train_step, test_step = keras.Model.train_step, keras.Model.test_step
    predict_step = keras.Model.predict_step


def test_steps_with_any_arguments_get_state_and_data():
    models = [Counting(), Plain()]
    for model in models:
        model.compile("sgd", "mse")
        model.fit(X, 2 * Y, epochs=2, batch_size=4, shuffle=False, verbose=0)
    assert models[0].evaluate(X, Y, verbose=0) == models[1].evaluate(X, Y, verbose=0)
    predicted = [model.predict(X, verbose=0) for model in models]
    np.testing.assert_array_equal(*predicted)
    assert models[0].seen == {("train", 2), ("test", 2), ("predict", 2)}
