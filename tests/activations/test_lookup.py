"""What `activations.get` takes, and what it says to the rest."""

import numpy as np
import pytest

from cornu import activations


def test_none_is_linear():
    assert activations.get(None) is activations.linear
    assert activations.linear("anything") == "anything"


def test_a_callable_is_itself():
    assert activations.get(np.tanh) is np.tanh


@pytest.mark.parametrize("name", ["relu", "gelu", "swish", "hard_swish", "linear"])
def test_names_survive_a_round_trip(name):
    function = activations.get(name)
    assert activations.deserialize(activations.serialize(function)) is function


def test_a_misspelt_name_is_answered_with_close_ones():
    with pytest.raises(ValueError, match=r"'rellu'.*Did you mean 'relu'"):
        activations.get("rellu")


def test_a_name_like_no_other_is_answered_with_all_of_them():
    with pytest.raises(ValueError, match="Known names: celu, elu, exponential"):
        activations.get("zzz")


def test_something_else_is_refused():
    with pytest.raises(ValueError, match="3 of type int is no activation function"):
        activations.get(3)


def test_integers_in_relu_stay_integers_unless_a_slope_is_given():
    assert activations.relu(np.array([1, -2])).dtype == "int32"
    assert activations.relu(np.array([1, -2]), negative_slope=0.5).tolist() == [1.0, -1.0]
