"""Normalization layers: statistics they bring about, and what they refuse."""

import jax
import numpy as np
import pytest

import cornu as keras

RNG = np.random.default_rng(0)
SEQUENCES = RNG.normal(5.0, 3.0, size=(8, 6, 4)).astype("float32")


@pytest.mark.parametrize(
    "name, settings, error, message",
    [
        ("BatchNormalization", {"axis": [1, 2]}, TypeError, "axis must be one int"),
        ("BatchNormalization", {"momentum": 2.0}, ValueError, "momentum must be from 0 to 1"),
        (
            "BatchNormalization",
            {"renorm": True, "renorm_clipping": {"zmax": 1}},
            ValueError,
            "got zmax",
        ),
        ("LayerNormalization", {"axis": "a"}, TypeError, "axis must be an int or a list"),
        ("RMSNormalization", {"axis": 1.5}, TypeError, "axis must be an int or a list"),
        ("UnitNormalization", {"axis": []}, TypeError, "axis must be an int or a list"),
    ],
)
def test_a_setting_out_of_range_is_refused(name, settings, error, message):
    with pytest.raises(error, match=message):
        getattr(keras.layers, name)(**settings)


@pytest.mark.parametrize(
    "name, settings, shape, message",
    [
        ("GroupNormalization", {"groups": 3}, (None, 4), "cannot be divided into groups=3"),
        ("GroupNormalization", {"groups": 0}, (None, 4), "groups"),
        ("LayerNormalization", {}, (None, None), "needs a known size along axis=-1"),
        ("BatchNormalization", {"axis": 3}, (None, 4), "axis=3 does not exist"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(name, settings, shape, message):
    with pytest.raises(ValueError, match=message):
        getattr(keras.layers, name)(**settings).build(shape)


def test_batch_normalization_in_training_gives_mean_0_and_variance_1():
    outputs = np.asarray(keras.layers.BatchNormalization()(SEQUENCES, training=True))
    np.testing.assert_allclose(outputs.mean((0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(outputs.var((0, 1)), 1, atol=1e-3)


def test_moving_statistics_reach_those_of_the_data():
    layer = keras.layers.BatchNormalization(momentum=0.0)
    layer(SEQUENCES, training=True)
    np.testing.assert_allclose(layer.moving_mean, SEQUENCES.mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, SEQUENCES.var((0, 1)), rtol=1e-5)


def test_inference_and_frozen_layers_leave_the_moving_statistics():
    layer = keras.layers.BatchNormalization()
    layer(SEQUENCES)
    layer.trainable = False
    layer(SEQUENCES, training=True)
    assert layer.moving_mean.numpy().tolist() == [0.0] * 4


def test_masked_steps_do_not_count():
    mask = np.ones((8, 6), bool)
    mask[:, 4:] = False
    masked = keras.layers.BatchNormalization(momentum=0.0)
    masked(SEQUENCES, training=True, mask=mask)
    np.testing.assert_allclose(masked.moving_mean, SEQUENCES[:, :4].mean((0, 1)), rtol=1e-5)
    np.testing.assert_allclose(masked.moving_variance, SEQUENCES[:, :4].var((0, 1)), rtol=1e-4)


def test_the_variance_keeps_its_digits_beside_a_large_mean():
    layer = keras.layers.BatchNormalization(momentum=0.0)
    layer(SEQUENCES + 4096, training=True)
    np.testing.assert_allclose(layer.moving_variance, SEQUENCES.var((0, 1)), rtol=1e-3)


def test_updates_are_collected_by_a_stateless_call():
    layer = keras.layers.BatchNormalization(momentum=0.0)
    layer.build(SEQUENCES.shape)
    trainable = [v.value for v in layer.trainable_variables]
    state = [v.value for v in layer.non_trainable_variables]
    _, updated = jax.jit(lambda x: layer.stateless_call(trainable, state, x, training=True))(
        SEQUENCES
    )
    np.testing.assert_allclose(updated[0], SEQUENCES.mean((0, 1)), rtol=1e-5)
    assert layer.moving_mean.numpy().tolist() == [0.0] * 4


def test_statistics_of_half_precision_do_not_overflow():
    inputs = (SEQUENCES * 1000).astype("float16")
    layer = keras.layers.BatchNormalization(dtype="mixed_float16", momentum=0.0)
    assert np.isfinite(np.asarray(layer(inputs, training=True))).all()
    np.testing.assert_allclose(
        layer.moving_variance, inputs.astype("float32").var((0, 1)), rtol=1e-3
    )


@pytest.mark.parametrize("name", ["BatchNormalization", "LayerNormalization", "GroupNormalization"])
def test_masks_pass_through(name):
    settings = {"groups": 2} if name == "GroupNormalization" else {}
    assert getattr(keras.layers, name)(**settings).supports_masking
