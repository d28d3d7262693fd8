"""Rescaling and Normalization: data of many kinds, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cornu as keras

DATA = np.random.default_rng(0).normal(100.0, 5.0, size=(12, 3))


class Batches:
    """A data set with a length, whose batches are inputs and targets."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return DATA[4 * index : 4 * index + 4], np.zeros(4)


@pytest.mark.parametrize(
    "data",
    [DATA.tolist(), DATA.astype("float32"), Batches(), (DATA[i : i + 5] for i in (0, 5, 10))],
    ids=["list", "array", "batches with targets", "generator"],
)
def test_adapt_takes_data_of_many_kinds(data):
    layer = keras.layers.Normalization()
    layer.adapt(data)
    np.testing.assert_allclose(layer.mean, DATA.mean(0, keepdims=True), rtol=1e-6)
    np.testing.assert_allclose(layer.variance, DATA.var(0, keepdims=True), rtol=1e-4)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=5), st.floats(-1e6, 1e6))
def test_batches_merge_to_the_statistics_of_the_whole(sizes, shift):
    data = np.random.default_rng(1).normal(size=(sum(sizes), 2)) + shift
    layer = keras.layers.Normalization()
    layer.build((None, 2))
    layer.reset_state()
    for batch in np.split(data, np.cumsum(sizes)[:-1]):
        layer.update_state(batch)
    layer.finalize_state()
    np.testing.assert_allclose(layer.mean[0], data.mean(0), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(layer.variance[0], data.var(0), rtol=1e-5, atol=1e-9)


def test_a_large_array_is_read_in_pieces(monkeypatch):
    monkeypatch.setattr("cornu.layers.preprocessing.normalization.PIECE", 6)
    layer = keras.layers.Normalization()
    layer.adapt(DATA)
    np.testing.assert_allclose(layer.variance, DATA.var(0, keepdims=True), rtol=1e-5)


def test_adapting_again_forgets():
    layer = keras.layers.Normalization()
    layer.adapt(DATA * 100)
    layer.adapt(DATA)
    np.testing.assert_allclose(layer.mean, DATA.mean(0, keepdims=True), rtol=1e-6)


def test_inverting_gives_the_data_back():
    forward, back = keras.layers.Normalization(), keras.layers.Normalization(invert=True)
    forward.adapt(DATA)
    back.adapt(DATA)
    np.testing.assert_allclose(back(forward(DATA)), DATA, rtol=1e-5)


def test_a_constant_feature_becomes_zero():
    layer = keras.layers.Normalization()
    layer.adapt(np.ones((4, 2)))
    assert layer(np.ones((1, 2))).tolist() == [[0.0, 0.0]]


def test_the_weights_carry_the_statistics():
    adapted, fresh = keras.layers.Normalization(), keras.layers.Normalization()
    adapted.adapt(DATA)
    fresh.build(DATA.shape)
    fresh.set_weights(adapted.get_weights())
    np.testing.assert_array_equal(fresh(DATA), adapted(DATA))


def test_only_one_statistic_is_refused():
    with pytest.raises(ValueError, match="give both mean and variance"):
        keras.layers.Normalization(mean=1.0)


def test_adapting_given_statistics_is_refused():
    with pytest.raises(ValueError, match="nothing to adapt"):
        keras.layers.Normalization(mean=1.0, variance=1.0).adapt(DATA)


def test_no_data_is_refused():
    with pytest.raises(ValueError, match="adapt got no data"):
        keras.layers.Normalization().adapt(iter(()))


def test_data_that_is_no_data_is_refused():
    with pytest.raises(TypeError, match="adapt takes an array"):
        keras.layers.Normalization().adapt(3)


@pytest.mark.parametrize(
    "layer_settings, shape, message",
    [
        ({}, (None, None), "needs a known size"),
        ({"axis": 4}, (None, 3), "axis=.4,. does not exist"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(layer_settings, shape, message):
    with pytest.raises(ValueError, match=message):
        keras.layers.Normalization(**layer_settings).build(shape)


def test_statistics_of_another_size_are_refused():
    with pytest.raises(ValueError, match="mean has shape"):
        keras.layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 1.0])(DATA)


def test_rescaling_takes_arrays_through_its_config():
    layer = keras.layers.Rescaling(keras.ops.array([1.0, 2.0, 3.0]))
    again = keras.layers.Rescaling.from_config(layer.get_config())
    np.testing.assert_array_equal(again(DATA), layer(DATA))
