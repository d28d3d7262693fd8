"""`DTypePolicyMap`: a policy for each path, through layers, configs and files."""

import numpy as np
import pytest

import cornu as keras
from cornu.dtype_policies import DTypePolicyMap

X = np.ones((1, 3, 4), "float32")


def policies():
    return DTypePolicyMap("float32", {"mha/query": "bfloat16", "mha/k.*": "mixed_bfloat16"})


def dtypes_of(layer):
    return {one.path: (one.variable_dtype, one.compute_dtype) for one in layer._flatten_layers()}


EXPECTED = {
    "mha": ("float32", "float32"),
    "mha/query": ("bfloat16", "bfloat16"),
    "mha/key": ("float32", "bfloat16"),
    "mha/value": ("float32", "float32"),
    "mha/attention_output": ("float32", "float32"),
}


def attention(**arguments):
    layer = keras.layers.MultiHeadAttention(2, 2, name="mha", **arguments)
    layer(X, X)
    return layer


def test_each_layer_asks_for_its_own_path():
    layer = attention(dtype=policies())
    assert EXPECTED.items() <= dtypes_of(layer).items()
    assert layer.query_dense.kernel.dtype == "bfloat16"
    assert layer(X, X).dtype == "float32"


def test_a_config_keeps_the_map():
    layer = attention(dtype=policies())
    again = type(layer).from_config(layer.get_config())
    assert again.dtype_policy == policies()
    again(X, X)
    assert EXPECTED.items() <= dtypes_of(again).items()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_the_config_of_a_spatial_dropout_keeps_the_map(rank):
    kind = getattr(keras.layers, f"SpatialDropout{rank}D")
    again = kind.from_config(kind(0.5, dtype=policies()).get_config())
    assert again.dtype_policy == policies()


@pytest.mark.parametrize(
    "name, settings",
    [
        ("Discretization", {"bin_boundaries": [0.0, 1.0]}),
        ("HashedCrossing", {"num_bins": 3}),
        ("Hashing", {"num_bins": 3}),
    ],
)
def test_the_config_of_a_layer_of_integers_keeps_the_map(name, settings):
    policies = keras.dtype_policies.DTypePolicyMap("int32", {"other": keras.DTypePolicy("float16")})
    kind = getattr(keras.layers, name)
    again = kind.from_config(kind(dtype=policies, **settings).get_config())
    assert again.dtype_policy == policies


def test_a_file_keeps_the_map(tmp_path):
    x = keras.Input((3, 4))
    layer = keras.layers.MultiHeadAttention(2, 2, name="mha", dtype=policies())
    model = keras.Model(x, layer(x, x))
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert EXPECTED.items() <= dtypes_of(again.get_layer("mha")).items()
    np.testing.assert_array_equal(again(X), model(X))


def test_an_exact_path_goes_before_an_expression():
    found = DTypePolicyMap("float32", {"a/.*": "float16", "a/b": "bfloat16", "c": "float64"})
    names = [found[path].name for path in ("a/b", "a/x", "c", "c/d", "b/a/x")]
    assert names == ["bfloat16", "float16", "float64", "float32", "float32"]


def test_a_new_policy_of_a_layer_is_entered_under_its_path():
    found = DTypePolicyMap("float32")
    layer = keras.layers.Dense(1, name="top", dtype=found)
    layer.build((None, 2))
    layer.dtype_policy = "bfloat16"
    assert dict(found) == {"top": keras.DTypePolicy("bfloat16")}
    assert layer.compute_dtype == "bfloat16"


def test_a_map_may_be_the_global_policy():
    keras.config.set_dtype_policy(DTypePolicyMap("mixed_bfloat16"))
    try:
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
        assert keras.DTypePolicy().name == "mixed_bfloat16"
        assert DTypePolicyMap().default_policy.name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


def test_float16_in_a_map_scales_the_loss():
    map_of_halves = DTypePolicyMap("float32", {"net/top": "mixed_float16"})
    stack = [keras.Input((2,)), keras.layers.Dense(1, name="top", dtype=map_of_halves)]
    model = keras.Sequential(stack, name="net")
    model.dtype_policy = map_of_halves
    model.compile("sgd", "mse")
    assert type(model.optimizer).__name__ == "LossScaleOptimizer"


WRONG = [
    (lambda: DTypePolicyMap(policies()), ValueError, "cannot be a map"),
    (lambda: DTypePolicyMap(policy_map=[1]), TypeError, r"dict from path to policy; got \[1\]"),
    (lambda: DTypePolicyMap(policy_map={"a": 3.5}), ValueError, "'a' must map to a policy"),
    (lambda: policies().__setitem__("mha/query", "float32"), ValueError, "Delete it first"),
    (
        lambda: DTypePolicyMap(None, {"a.*": "float16", ".*b": "float16"})["ab"],
        ValueError,
        "'ab' fits several keys",
    ),
]


@pytest.mark.parametrize("act, error, said", WRONG, ids=[case[2] for case in WRONG])
def test_what_makes_no_sense_is_refused(act, error, said):
    with pytest.raises(error, match=said):
        act()
