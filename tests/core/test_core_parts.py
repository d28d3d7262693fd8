"""Dtype policies, seeds, input specs, graphs and symbolic tensors."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers


@pytest.mark.parametrize(
    "name, compute, variable",
    [
        ("float32", "float32", "float32"),
        ("bfloat16", "bfloat16", "bfloat16"),
        ("mixed_float16", "float16", "float32"),
        ("mixed_bfloat16", "bfloat16", "float32"),
    ],
)
def test_a_policy_is_a_pair_of_dtypes(name, compute, variable):
    policy = keras.DTypePolicy(name)
    assert (policy.compute_dtype, policy.variable_dtype) == (compute, variable)
    assert keras.DTypePolicy.from_config(policy.get_config()) == policy


def test_unknown_policies_are_refused_by_name():
    with pytest.raises(ValueError, match="'mixed_float64' is not a dtype policy"):
        layers.Dense(2, dtype="mixed_float64")


def test_the_global_policy_holds_for_layers_made_after_it():
    before = layers.Dense(2)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        after = layers.Dense(2)
    finally:
        keras.config.set_dtype_policy("float32")
    assert (before.compute_dtype, after.compute_dtype) == ("float32", "bfloat16")


def test_a_seed_generator_counts_on_and_starts_again_from_its_config():
    first = keras.random.SeedGenerator(7)
    seeds = [first.next().tolist() for _ in range(3)]
    assert len({tuple(seed) for seed in seeds}) == 3
    again = keras.random.SeedGenerator.from_config(first.get_config())
    assert [again.next().tolist() for _ in range(3)] == seeds


@pytest.mark.parametrize("seed", [1.5, "1", True])
def test_seeds_are_ints(seed):
    with pytest.raises(ValueError, match="must be an integer"):
        keras.random.SeedGenerator(seed)


@pytest.mark.parametrize(
    "spec, shape, message",
    [
        ({"ndim": 3}, (2, 4), r"expects 3 dimensions, got shape \(2, 4\)"),
        ({"min_ndim": 3}, (2, 4), "at least 3 dimensions"),
        ({"max_ndim": 1}, (2, 4), "at most 1 dimensions"),
        ({"axes": {-1: 5}}, (2, 4), "size 5 on axis -1"),
        ({"shape": (None, 5)}, (2, 4), r"shape \(any, 5\)"),
        ({"dtype": "int32"}, (2, 4), "dtype int32, got dtype float32"),
    ],
)
def test_inputs_that_break_the_spec_are_named_with_the_layer(spec, shape, message):
    layer = layers.Identity(name="gate")
    layer.input_spec = keras.InputSpec(**spec)
    with pytest.raises(ValueError, match=f"Layer 'gate' .*{message}"):
        layer(np.zeros(shape, "float32"))


def test_a_class_says_what_it_needs_and_that_it_takes_masks():
    class Gate(layers.Layer):
        input_spec = keras.InputSpec(ndim=3)
        supports_masking = True

        def call(self, x):
            return x

    assert Gate().supports_masking
    with pytest.raises(ValueError, match="expects 3 dimensions"):
        Gate()(np.zeros((2, 2), "float32"))


def test_a_graph_runs_in_an_order_in_which_it_can():
    x = keras.Input((2,))
    a = x * 2
    b = a + x
    function = keras.Function([x], [b, a])
    b_value, a_value = function([np.ones((1, 2), "float32")])
    assert (b_value.tolist(), a_value.tolist()) == ([[3.0, 3.0]], [[2.0, 2.0]])


def test_an_output_that_needs_more_than_the_inputs_is_refused():
    x, other = keras.Input((2,), name="x"), keras.Input((2,), name="other")
    with pytest.raises(ValueError, match="not among its inputs"):
        keras.Function(x, x + other)


def test_symbolic_tensors_have_no_values():
    x = keras.KerasTensor((None, 3), "float16", name="x")
    assert (x.shape, x.dtype, x.ndim) == ((None, 3), "float16", 2)
    assert (x + 1).shape == (None, 3)
    with pytest.raises((TypeError, ValueError)):
        np.asarray(x, "float32")
    with pytest.raises((TypeError, ValueError)):
        bool(x)
    with pytest.raises((TypeError, ValueError)):
        float(x)


def test_masks_end_with_their_tensors():
    from cornu.core import masking

    layer = layers.Masking()
    outputs = layer(np.ones((1, 2, 3), "float32"))
    assert masking.get_mask(outputs).tolist() == [[True, True]]
    entries = len(masking._masks)
    del outputs
    assert len(masking._masks) == entries - 1


def test_a_misspelt_argument_is_answered_with_the_nearest():
    with pytest.raises(TypeError, match="Did you mean 'activation'"):
        keras.layers.Dense(3, activaton="relu")


def test_a_flat_input_of_a_recurrent_layer_speaks_of_sequences():
    with pytest.raises(ValueError, match="return_sequences=True"):
        keras.layers.LSTM(3)(keras.Input((4,)))


def test_the_mask_of_a_result_can_be_looked_at_as_in_keras_s_guide():
    embedded = layers.Embedding(5, 2, mask_zero=True)(np.array([[1, 2, 0]]))
    assert embedded._keras_mask.tolist() == [[True, True, False]]
