"""Compiled steps of convolutional models give the gradients, and outputs, of plain JAX.

Libraries behind XLA take what stands after a convolution into one call with it.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu import layers, ops

ACTIVATIONS = sorted(
    "elu exponential gelu hard_sigmoid hard_silu leaky_relu linear log_sigmoid mish relu relu6 "
    "selu sigmoid silu softplus softsign tanh".split()
)


def residual(x):
    y = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same")(x))
    y = layers.Conv2D(8, 3, padding="same")(layers.ReLU()(y))
    return layers.ReLU()(layers.Add()([x, y]))


def squeeze_and_excitation(x):
    scale = layers.GlobalAveragePooling2D(keepdims=True)(x)
    return x * layers.Conv2D(8, 1, activation="sigmoid")(scale)


# What stands between two convolutions.
BETWEEN = {name: layers.Activation(name) for name in ACTIVATIONS} | {
    "gate of its own": lambda x: x * ops.sigmoid(x),
    "gate and the same": lambda x: x * ops.sigmoid(x) + x,
    "gate of another": lambda x: x * layers.Conv2D(8, 3, padding="same", activation="sigmoid")(x),
    "square": lambda x: x * x,
    "residual": residual,
    "squeeze and excitation": squeeze_and_excitation,
    "pooled": lambda x: layers.MaxPooling2D(2)(layers.Activation("silu")(x)),
}


@pytest.mark.parametrize("name", BETWEEN)
def test_a_compiled_step_has_the_gradients_of_plain_jax(name):
    rng = np.random.default_rng(0)
    inputs = keras.Input((8, 8, 8))
    x = layers.Conv2D(8, 3, padding="same")(inputs)
    model = keras.Model(inputs, layers.Conv2D(8, 3, padding="same")(BETWEEN[name](x)))
    for weight in model.trainable_weights:
        weight.assign(0.1 * rng.normal(size=weight.shape))
    images = jnp.asarray(rng.normal(size=(4, 8, 8, 8)), "float32")
    targets = jnp.asarray(rng.normal(size=(4, *model.output_shape[1:])), "float32")
    fixed = [v.value for v in model.non_trainable_variables]

    def loss(weights):
        outputs, _ = model.stateless_call(weights, fixed, images, training=True)
        return jnp.mean((outputs - targets) ** 2)

    expected = jax.grad(loss)([v.value for v in model.trainable_variables])
    before = [np.asarray(v) for v in model.trainable_variables]
    outputs = model.predict(images, verbose=0)
    np.testing.assert_allclose(outputs, model(images), rtol=1e-4, atol=1e-5)
    model.compile(keras.optimizers.SGD(1.0), "mse")
    model.train_on_batch(images, targets)
    most = max(float(abs(g).max()) for g in expected)
    for old, new, gradient in zip(before, model.trainable_variables, expected, strict=True):
        np.testing.assert_allclose(old - np.asarray(new), gradient, rtol=1e-3, atol=1e-4 * most)
