"""Shapes by abstract evaluation: what stands for unknown sizes is never shown."""

import numpy as np
import pytest

import cornu as keras
from cornu import ops
from cornu.ops.inference import infer

X = keras.KerasTensor((None, None, 3))


def test_sizes_that_follow_from_unknown_ones_are_unknown():
    assert infer(lambda x: ops.reshape(x, (-1, 3)), (X,), {}, calls_layers=True).shape == (None, 3)
    assert infer(lambda x: x[:, 2::2], (X,), {}, calls_layers=True).shape == (None, None, 3)


def test_a_size_in_a_result_is_unknown_too():
    assert infer(lambda x: x.shape, (X,), {}) == (None, None, 3)
    assert infer(lambda x: x.shape, (X,), {}, calls_layers=True) == (None, None, 3)


@pytest.mark.parametrize("calls_layers", [True, False])
def test_a_function_may_need_an_even_size_or_a_number(calls_layers):
    def pairs(x):
        return ops.reshape(x, (x.shape[0] // 2, 2, -1))

    def loops(x):
        assert x.shape[0] % 4 == 0
        return sum(x[i] for i in range(x.shape[0]))

    x = keras.KerasTensor((None, 3))
    assert infer(pairs, (x,), {}, calls_layers).shape == (None, 2, 3)
    assert infer(loops, (x,), {}, calls_layers).shape == (3,)


@pytest.mark.parametrize("calls_layers", [True, False])
def test_messages_show_none_for_unknown_sizes(calls_layers):
    with pytest.raises(TypeError, match=r"\(None, None, 3\), \(2, 5, 7\)"):
        infer(lambda x: x + ops.zeros((2, 5, 7)), (X,), {}, calls_layers)


def test_messages_show_none_for_what_follows_from_unknown_sizes():
    with pytest.raises(TypeError, match=r"\(None, None, 3\) \(size None\) into shape \(5, 7\)"):
        ops.reshape(X, (5, 7))


def test_known_sizes_stay_in_messages_whatever_they_are():
    with pytest.raises(TypeError, match=r"\(None, 83\), \(2, 89\)"):
        infer(lambda x: x + ops.zeros((2, 89)), (keras.KerasTensor((None, 83)),), {})


def test_an_unknown_size_of_a_reshape_is_what_is_left(tmp_path):
    x = keras.Input((5, 4))
    flat = keras.ops.reshape(x, (keras.ops.shape(x)[0], 20))
    assert flat.shape == (None, 20)
    model = keras.Model(x, flat)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded(np.ones((3, 5, 4))).shape == (3, 20)
