"""What every layer does: the same for each line of the table in `layer_table.py`."""

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu import tree
from tests.contracts.catalog import missing_from, public_classes
from tests.contracts.layer_table import LAYERS, LEFT_OUT

EVERY_LAYER = pytest.mark.parametrize("name", LAYERS)

# Policy -> dtypes of variables and of outputs.
POLICIES = {
    "float32": ("float32", "float32"),
    "float16": ("float16", "float16"),
    "bfloat16": ("bfloat16", "bfloat16"),
    "mixed_float16": ("float32", "float16"),
    "mixed_bfloat16": ("float32", "bfloat16"),
}

# Layers that need more known sizes than the number of features, and which.
KNOWN_SIZES = {
    "ConvLSTM1D": "states have the sizes of space",
    "ConvLSTM2D": "states have the sizes of space",
    "ConvLSTM3D": "states have the sizes of space",
    "PReLU": "one slope per position",
}


def layer_and_inputs(name):
    case = LAYERS[name]
    return case.make(keras.layers), case.inputs


def symbolic(inputs, shape_of=lambda shape: (None, *shape[1:])):
    return tree.map_structure(
        lambda x: keras.KerasTensor(shape_of(x.shape), x.dtype.name), list(inputs)
    )


def built(name, policy=None):
    with_policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy or with_policy)
    try:
        layer, inputs = layer_and_inputs(name)
        layer(*symbolic(inputs))
    finally:
        keras.config.set_dtype_policy(with_policy)
    return layer, inputs


def taking_training(layer):
    return {"training": True} if "training" in layer_call_names(layer) else {}


def layer_call_names(layer):
    return type(layer).call.__code__.co_varnames


def pure_call(layer, settings):
    """The layer as a function of its state and the inputs' arrays."""

    def call(trainable, non_trainable, inputs):
        return layer.stateless_call(trainable, non_trainable, *inputs, **settings)[0]

    return call


def state_of(layer):
    return (
        [v.value for v in layer.trainable_variables],
        [v.value for v in layer.non_trainable_variables],
    )


def with_gradients(layer, settings):
    """The layer's outputs, and gradients of the sum of their squares by weights and inputs."""
    call = pure_call(layer, settings)

    def objective(trainable, non_trainable, inputs):
        outputs = call(trainable, non_trainable, inputs)
        floats = [y for y in jax.tree.leaves(outputs) if jnp.issubdtype(y.dtype, jnp.floating)]
        return sum(jnp.square(y.astype("float32")).sum() for y in floats), outputs

    return jax.jit(jax.grad(objective, argnums=(0, 2), has_aux=True, allow_int=True))


def floats_in(structure):
    return [x for x in jax.tree.leaves(structure) if jnp.issubdtype(x.dtype, jnp.floating)]


def test_every_public_layer_is_in_the_table():
    message = missing_from(LAYERS, "layers", LEFT_OUT, "tests/contracts/layer_table.py")
    assert not message, message


def test_the_table_names_public_layers_only():
    assert (LAYERS.keys() | LEFT_OUT.keys()) - public_classes("layers").keys() == set()


@EVERY_LAYER
def test_config_goes_through_json_and_back(name):
    layer, _ = layer_and_inputs(name)
    config = keras.layers.serialize(layer)
    again = keras.layers.deserialize(json.loads(json.dumps(config)))
    assert type(again) is type(layer)
    assert keras.layers.serialize(again) == config
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


@EVERY_LAYER
def test_compiled_values_are_those_of_an_eager_call_and_gradients_are_finite(name):
    layer, inputs = built(name)
    settings = taking_training(layer)
    gradients, compiled = with_gradients(layer, settings)(*state_of(layer), list(inputs))
    eager = pure_call(layer, settings)(*state_of(layer), list(inputs))
    for a, b in zip(jax.tree.leaves(compiled), jax.tree.leaves(eager), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-5)
    assert all(bool(jnp.isfinite(g).all()) for g in floats_in(gradients))


@EVERY_LAYER
def test_values_and_gradients_in_half_precision_are_finite(name):
    layer, inputs = built(name, "mixed_float16")
    results = with_gradients(layer, taking_training(layer))(*state_of(layer), list(inputs))
    assert all(bool(jnp.isfinite(x).all()) for x in floats_in(results))


@pytest.mark.parametrize("policy", POLICIES)
@EVERY_LAYER
def test_variables_outputs_and_gradients_have_the_policy_s_dtypes(name, policy):
    variables, computation = POLICIES[policy]
    layer, inputs = built(name, policy)
    gradients, outputs = jax.eval_shape(
        with_gradients(layer, taking_training(layer)), *state_of(layer), list(inputs)
    )
    assert {v.dtype for v in layer.trainable_variables} <= {variables}
    assert {y.dtype.name for y in floats_in(outputs)} <= {computation}
    assert {g.dtype.name for g in floats_in(gradients[0])} <= {variables}


@EVERY_LAYER
def test_symbolic_shapes_and_dtypes_are_those_of_real_calls(name):
    layer, inputs = built(name)
    spec = tree.flatten(layer(*symbolic(inputs)))
    for batch in (1, 2):
        some = jax.tree.map(lambda x, n=batch: x[:n], list(inputs))
        outputs = jax.tree.leaves(jax.eval_shape(pure_call(layer, {}), *state_of(layer), some))
        assert [y.dtype.name for y in outputs] == [s.dtype for s in spec]
        for y, s in zip(outputs, spec, strict=True):
            assert [n if n is not None else batch for n in s.shape] == list(y.shape)


@pytest.mark.parametrize("name", [name for name in LAYERS if name not in KNOWN_SIZES])
def test_unknown_sizes_are_allowed_between_batch_and_features(name):
    layer, inputs = layer_and_inputs(name)
    unknown = symbolic(inputs, lambda shape: (*[None] * (len(shape) - 1), shape[-1]))
    spec = tree.flatten(layer(*unknown))
    outputs = jax.tree.leaves(jax.eval_shape(pure_call(layer, {}), *state_of(layer), list(inputs)))
    for y, s in zip(outputs, spec, strict=True):
        assert len(y.shape) == len(s.shape)
        assert all(m is None or m == n for m, n in zip(s.shape, y.shape))


@EVERY_LAYER
def test_an_empty_batch_gives_an_empty_result(name):
    layer, inputs = built(name)
    empty = jax.tree.map(lambda x: x[:0], list(inputs))
    outputs = jax.eval_shape(pure_call(layer, {}), *state_of(layer), empty)
    assert {y.shape[0] for y in jax.tree.leaves(outputs)} == {0}


@EVERY_LAYER
def test_a_model_of_the_layer_comes_back_from_a_file(name, tmp_path):
    layer, inputs = layer_and_inputs(name)
    arguments = tree.map_structure(
        lambda x: keras.Input(x.shape[1:], dtype=x.dtype.name), list(inputs)
    )
    model = keras.Model(tree.flatten(arguments), layer(*arguments))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=False)
    assert [w.name for w in loaded.weights] == [w.name for w in model.weights]
    for a, b in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [each.name for each in loaded.layers] == [each.name for each in model.layers]
    flat = tree.flatten(list(inputs))
    for a, b in zip(tree.flatten(loaded(flat)), tree.flatten(model(flat)), strict=True):
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))
