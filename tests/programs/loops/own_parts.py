"""Cells, regularizers, constraints, initializers, activations of one's own, saved and loaded."""

import numpy as np
from common import keras, report, same_start

layers, ops = keras.layers, keras.ops
register = keras.saving.register_keras_serializable(package="programs")


@register
class MinimalRNNCell(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
        )

    def call(self, inputs, states):
        output = ops.tanh(
            ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel)
        )
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@register
class NestedCell(layers.Layer):
    """Two states of different shapes, with starting values of its own."""

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.state_size = [width, 1]
        self.output_size = width
        self.mix = layers.Dense(width, use_bias=False)

    def build(self, input_shape):
        self.mix.build((None, input_shape[-1] + self.width))

    def call(self, inputs, states):
        hidden, count = states
        hidden = ops.relu(self.mix(ops.concatenate([inputs, hidden], axis=-1))) / (count + 1)
        return hidden, [hidden, count + 1]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.width)), ops.ones((batch_size, 1))]

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@register
class Orthogonality(keras.regularizers.Regularizer):
    def __init__(self, strength=0.01):
        self.strength = strength

    def __call__(self, x):
        product = ops.matmul(ops.transpose(x), x)
        return self.strength * ops.sum(ops.square(product - ops.eye(x.shape[1])))

    def get_config(self):
        return {"strength": self.strength}


@register
class Between(keras.constraints.Constraint):
    def __init__(self, low, high):
        self.low, self.high = low, high

    def __call__(self, w):
        return ops.clip(w, self.low, self.high)

    def get_config(self):
        return {"low": self.low, "high": self.high}


@register
class Ramp(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return ops.reshape(ops.linspace(-1.0, 1.0, int(np.prod(shape)), dtype=dtype), shape)


@register
def squash(x):
    return x / (1 + ops.abs(x))


model = keras.Sequential(
    [
        layers.RNN([MinimalRNNCell(6), MinimalRNNCell(4)], return_sequences=True),
        layers.Bidirectional(layers.RNN(NestedCell(3), return_sequences=True)),
        layers.TimeDistributed(layers.Dense(4, activation=squash, kernel_initializer=Ramp())),
        layers.RNN(MinimalRNNCell(5)),
        layers.Dense(
            2, kernel_regularizer=Orthogonality(0.1), kernel_constraint=Between(-0.3, 0.3)
        ),
    ]
)
rng = np.random.default_rng(0)
x, y = rng.normal(size=(20, 7, 3)).astype("float32"), rng.normal(size=(20, 2)).astype("float32")
model(x[:2])
ramp = np.asarray(model.layers[2].layer.kernel)[:, 0]
same_start(model)
model.compile("adam", "mse")
history = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0)
shorter = model.predict(x[:3, :4], verbose=0)
model.save("parts.keras")
loaded = keras.saving.load_model("parts.keras")
report(
    ramp=ramp,
    history=history.history,
    shorter=shorter,
    within=float(np.abs(model.layers[-1].kernel).max()) <= 0.3 + 1e-6,
    loaded=bool(
        np.allclose(loaded.predict(x[:3], verbose=0), model.predict(x[:3], verbose=0), atol=1e-6)
    ),
    again=loaded.fit(x, y, epochs=1, batch_size=20, shuffle=False, verbose=0).history,
)
