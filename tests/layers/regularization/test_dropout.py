"""Dropout and noise layers in training: shares, moments, seeds."""

import jax
import numpy as np
import pytest

import cornu as keras

X = np.ones((500, 40), "float32")


def test_dropout_keeps_the_mean():
    y = np.asarray(keras.layers.Dropout(0.3, seed=1)(X, training=True))
    np.testing.assert_allclose((y == 0).mean(), 0.3, atol=0.02)
    np.testing.assert_allclose(y.mean(), 1.0, atol=0.03)


def test_each_call_draws_anew_and_the_seed_fixes_the_sequence():
    first, second = (keras.layers.Dropout(0.5, seed=7) for _ in range(2))
    a, b = first(X, training=True), first(X, training=True)
    assert (a != b).any()
    np.testing.assert_array_equal(a, second(X, training=True))


def test_noise_shape_drops_along_whole_axes():
    y = np.asarray(keras.layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(X, training=True))
    np.testing.assert_array_equal(y, np.broadcast_to(y[:, :1], y.shape))


def test_gradient_is_that_of_the_kept_elements():
    layer = keras.layers.Dropout(0.5, seed=1)
    state = [v.value for v in layer.non_trainable_variables]

    def total(x):
        y, _ = layer.stateless_call([], state, x, training=True)
        return y.sum(), y

    gradient, y = jax.grad(total, has_aux=True)(X)
    np.testing.assert_array_equal(gradient, y)


@pytest.mark.parametrize(
    "layer, stddev",
    [
        (keras.layers.GaussianNoise(0.5, seed=1), 0.5),
        (keras.layers.GaussianDropout(0.2, seed=1), 0.5),
    ],
)
def test_noise_has_the_mean_and_deviation_asked_for(layer, stddev):
    y = np.asarray(layer(X, training=True))
    np.testing.assert_allclose(y.mean(), 1.0, atol=0.02)
    np.testing.assert_allclose(y.std(), stddev, atol=0.02)


def test_alpha_dropout_keeps_mean_and_variance_of_normal_inputs():
    x = np.random.default_rng(0).normal(size=(500, 100)).astype("float32")
    y = np.asarray(keras.layers.AlphaDropout(0.3, seed=1)(x, training=True))
    np.testing.assert_allclose([y.mean(), y.std()], [0.0, 1.0], atol=0.03)


@pytest.mark.parametrize(
    "data_format, axes", [("channels_last", (1, 2)), ("channels_first", (2, 3))]
)
def test_spatial_dropout_drops_whole_channels(data_format, axes):
    layer = keras.layers.SpatialDropout2D(0.5, data_format=data_format, seed=1)
    y = np.asarray(layer(np.ones((4, 5, 5, 5), "float32"), training=True))
    np.testing.assert_array_equal(y.min(axes), y.max(axes))
    assert len(np.unique(y)) == 2


def test_activity_regularization_adds_to_the_losses():
    layer = keras.layers.ActivityRegularization(l1=0.5, l2=0.25)
    layer(np.array([[1.0, -2.0]], "float32"))
    np.testing.assert_allclose(layer.losses[0], 0.5 * 3 + 0.25 * 5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.layers.Dropout(1.5),
        lambda: keras.layers.AlphaDropout(-0.1),
        lambda: keras.layers.SpatialDropout1D("a"),
        lambda: keras.layers.GaussianDropout(1.0),
        lambda: keras.layers.GaussianNoise(-1.0),
    ],
)
def test_nonsense_rates_are_refused(make):
    with pytest.raises(ValueError, match="needs a"):
        make()
