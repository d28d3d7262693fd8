"""Regularizers: checks of arguments, lookup, edge cases."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu import regularizers


def test_both_penalties_add_up():
    both = regularizers.L1L2(l1=0.1, l2=0.2)
    x = np.array([[1.0, -2.0]], "float32")
    assert both(x) == pytest.approx(regularizers.L1(0.1)(x) + regularizers.L2(0.2)(x))


def test_none_means_the_default():
    assert regularizers.L1(None).get_config() == {"l1": 0.01}
    assert regularizers.L1L2(None, None).get_config() == {"l1": 0.0, "l2": 0.0}


def test_configs_survive_a_round_trip():
    config = regularizers.serialize(regularizers.OrthogonalRegularizer(0.3, "columns"))
    assert regularizers.serialize(regularizers.deserialize(config)) == config


def test_names_and_their_misspellings():
    assert isinstance(regularizers.get("l1_l2"), regularizers.L1L2)
    assert regularizers.get(None) is None
    with pytest.raises(ValueError, match=r"regularizer named 'l1_l3'.*Did you mean"):
        regularizers.get("l1_l3")


def test_the_gradient_of_a_zero_row_is_finite():
    penalty = regularizers.OrthogonalRegularizer()
    gradient = jax.grad(penalty)(jnp.zeros((3, 2)))
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("value", ["a", -1.0, float("nan"), float("inf"), True])
def test_factors_are_numbers_that_are_not_negative(value):
    for make in (regularizers.L1, regularizers.L2, regularizers.OrthogonalRegularizer):
        with pytest.raises(ValueError, match="not negative"):
            make(value)


def test_other_arguments_are_checked():
    with pytest.raises(ValueError, match="mode"):
        regularizers.OrthogonalRegularizer(mode="diagonals")
    with pytest.raises(ValueError, match="matrices"):
        regularizers.OrthogonalRegularizer()(np.ones(3))
    with pytest.raises(NotImplementedError, match="get_config"):
        regularizers.Regularizer().get_config()
