"""Quantile regression: one custom loss per output, Huber and pinball, monotonous heads."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops


def pinball(quantile):
    def loss(y_true, y_pred):
        error = y_true - y_pred
        return ops.mean(ops.maximum(quantile * error, (quantile - 1) * error), axis=-1)

    loss.__name__ = f"pinball_{int(quantile * 100)}"
    return loss


@keras.saving.register_keras_serializable(package="programs")
class SmoothPinball(keras.losses.Loss):
    def __init__(self, quantile=0.5, delta=0.1, **kwargs):
        super().__init__(**kwargs)
        self.quantile, self.delta = quantile, delta

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        weight = ops.abs(self.quantile - ops.cast(error < 0, error.dtype))
        size = ops.abs(error)
        huber = ops.where(
            size < self.delta, 0.5 * ops.square(size) / self.delta, size - 0.5 * self.delta
        )
        return ops.mean(weight * huber, axis=-1)

    def get_config(self):
        return {**super().get_config(), "quantile": self.quantile, "delta": self.delta}


class Coverage(keras.metrics.Metric):
    def __init__(self, name="coverage", **kwargs):
        super().__init__(name=name, **kwargs)
        self.below = self.add_variable(shape=(), initializer="zeros", name="below")
        self.total = self.add_variable(shape=(), initializer="zeros", name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.below.assign_add(ops.sum(ops.cast(y_true <= y_pred, "float32")))
        self.total.assign_add(ops.cast(ops.size(y_true), "float32"))

    def result(self):
        return self.below / (self.total + keras.config.epsilon())


rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, size=(80, 3)).astype("float32")
y = (x.sum(axis=1, keepdims=True) + rng.normal(scale=0.3, size=(80, 1))).astype("float32")

inputs = keras.Input((3,))
hidden = layers.Dense(16, activation="tanh")(inputs)
median = layers.Dense(1, name="median")(hidden)
low = layers.Subtract(name="low")([median, layers.Dense(1, activation="softplus")(hidden)])
high = layers.Add(name="high")([median, layers.Dense(1, activation="softplus")(hidden)])
model = same_start(keras.Model(inputs, {"low": low, "median": median, "high": high}))
model.compile(
    optimizer=keras.optimizers.Nadam(0.01),
    loss={"low": pinball(0.1), "median": SmoothPinball(0.5), "high": pinball(0.9)},
    loss_weights={"low": 1.0, "median": 2.0, "high": 1.0},
    metrics={"low": [Coverage()], "high": [Coverage(), "mae"]},
)
targets = {"low": y, "median": y, "high": y}
history = model.fit(x, targets, epochs=2, batch_size=32, shuffle=False, verbose=0)
predicted = model.predict(x[:4], verbose=0)
model.save("quantiles.keras")
loaded = keras.saving.load_model("quantiles.keras", compile=False)
again = loaded.predict(x[:4], verbose=0)
report(
    history=history.history,
    predicted=predicted,
    ordered=bool((predicted["low"] < predicted["high"]).all()),
    loaded=bool(np.allclose(again["median"], predicted["median"], atol=1e-6)),
    evaluated=model.evaluate(x, targets, verbose=0, return_dict=True),
)
