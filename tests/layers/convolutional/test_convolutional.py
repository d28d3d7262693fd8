"""Convolution layers: what they refuse, and what they keep."""

import numpy as np
import pytest

import cornu as keras

IMAGES = np.ones((1, 5, 5, 3), "float32")


@pytest.mark.parametrize(
    "name, settings, message",
    [
        ("Conv2D", {"filters": 0, "kernel_size": 3}, "filters must be a positive int; got 0"),
        (
            "Conv2D",
            {"filters": 4, "kernel_size": (3, 0)},
            "kernel_size must be a positive int or 2",
        ),
        ("Conv2D", {"filters": 4, "kernel_size": (3, 3, 3)}, "kernel_size must be"),
        ("Conv2D", {"filters": 5, "kernel_size": 3, "groups": 2}, "filters must be a multiple"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "causal"}, "'valid' or 'same'"),
        ("Conv1D", {"filters": 4, "kernel_size": 3, "padding": "full"}, "or 'causal'; got 'full'"),
        ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, "strides"),
        ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 0}, "depth_multiplier"),
        (
            "Conv2DTranspose",
            {"filters": 4, "kernel_size": 3, "strides": 2, "output_padding": 2},
            "less than the strides",
        ),
    ],
)
def test_a_setting_out_of_range_is_refused(name, settings, message):
    with pytest.raises(ValueError, match=message):
        getattr(keras.layers, name)(**settings)


@pytest.mark.parametrize(
    "settings, shape, message",
    [
        ({"kernel_size": 3, "groups": 2}, (None, 5, 5, 3), "cannot be divided into groups=2"),
        ({"kernel_size": 9}, (None, 5, 5, 3), "does not fit into inputs of size"),
        ({"kernel_size": 3}, (None, 5, 5, None), "known number of channels"),
        ({"kernel_size": 3}, (None, 5, 5, 3, 1), "batch, height, width, channels"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(settings, shape, message):
    with pytest.raises(ValueError, match=message):
        keras.layers.Conv2D(4, **settings).build(shape)


def test_other_channels_than_built_for_are_refused():
    layer = keras.layers.Conv2D(2, 3)
    layer(IMAGES)
    with pytest.raises(ValueError, match="size 3 on axis -1"):
        layer(np.ones((1, 5, 5, 4), "float32"))


def test_a_kernel_before_the_build_is_an_error():
    with pytest.raises(AttributeError, match="no kernel until it is built"):
        keras.layers.Conv2D(2, 3).kernel


def test_a_subclass_may_replace_the_convolution():
    class Doubled(keras.layers.Conv2D):
        def convolution_op(self, inputs, kernel):
            return 2 * super().convolution_op(inputs, kernel)

    plain, doubled = keras.layers.Conv2D(2, 3), Doubled(2, 3)
    plain.build(IMAGES.shape)
    doubled.build(IMAGES.shape)
    doubled.set_weights(plain.get_weights())
    np.testing.assert_allclose(doubled(IMAGES), 2 * plain(IMAGES), rtol=1e-6)


def test_causal_outputs_do_not_see_later_steps():
    layer = keras.layers.Conv1D(2, 3, padding="causal", dilation_rate=2)
    steps = np.random.default_rng(0).normal(size=(1, 8, 3)).astype("float32")
    changed = steps.copy()
    changed[:, 5:] = 7.0
    np.testing.assert_array_equal(layer(steps)[:, :5], layer(changed)[:, :5])


def test_low_rank_adaptation_is_merged_into_what_is_saved():
    layer = keras.layers.Conv2D(4, 3, lora_rank=2)
    layer(IMAGES)
    layer.trainable_weights[-1].assign(np.ones((2, 4)))
    store = {}
    layer.save_own_variables(store)
    plain = keras.layers.Conv2D(4, 3)
    plain(IMAGES)
    plain.load_own_variables(store)
    np.testing.assert_allclose(plain(IMAGES), layer(IMAGES), rtol=1e-5)


def test_low_rank_adaptation_trains_no_kernel():
    layer = keras.layers.Conv2D(4, 3, lora_rank=2)
    layer(IMAGES)
    names = [weight.name for weight in layer.trainable_weights]
    assert names == ["bias", "lora_kernel_a", "lora_kernel_b"]


def test_unknown_sizes_stay_unknown():
    inputs = keras.KerasTensor((None, None, 7, 3))
    assert keras.layers.Conv2D(4, 3)(inputs).shape == (None, None, 5, 4)
    assert keras.layers.Conv2DTranspose(4, 3, strides=2)(inputs).shape == (None, None, 15, 4)
