"""Configs made to harm: each slot takes its own kind of object, and no file makes code run."""

import json

import pytest

import cornu as keras
from tests.attacks.files import config_of, members, small_model, with_config


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    return path


@pytest.fixture
def graph(tmp_path):
    path = tmp_path / "graph.keras"
    x = keras.Input((4,))
    keras.Model(x, keras.ops.tanh(keras.layers.Dense(2, name="dense")(x))).save(path)
    return path


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("one\ntwo\n")
    return str(path)


def refused(path, match=None):
    with pytest.raises(keras.saving.LoadError, match=match) as caught:
        keras.saving.load_model(path)
    assert len(str(caught.value).splitlines()) <= 10
    return caught.value


def layer(class_name, **config):
    return {"module": "keras.layers", "class_name": class_name, "config": config}


def function(name, module="builtins"):
    return {"module": module, "class_name": "function", "config": name}


def entry_of(config, class_name):
    return next(e for e in config["config"]["layers"] if e["class_name"] == class_name)


@pytest.mark.parametrize("name", ["StringLookup", "TextVectorization", "IntegerLookup"])
def test_a_vocabulary_in_another_file_is_not_read(saved, secret, name):
    config = config_of(saved)
    config["config"]["layers"].append(layer(name, vocabulary=secret))
    with_config(saved, config)
    refused(saved, "vocabulary file")


def test_a_class_is_no_function(saved, secret):
    """As in CVE-2025-12058: a class named as a function, so that a call makes its object."""
    config = config_of(saved)
    dense = entry_of(config, "Dense")
    dense["config"]["activation"] = function("StringLookup", "keras.layers")
    with_config(saved, config)
    refused(saved, "a class")


def test_a_call_without_symbolic_input_is_not_made(graph):
    config = config_of(graph)
    entry = entry_of(config, "Dense")
    huge = {"class_name": "__numpy__", "config": {"value": [[1.0] * 4], "dtype": "float32"}}
    entry["inbound_nodes"].append({"args": [huge], "kwargs": {}})
    with_config(graph, config)
    refused(graph, "no symbolic input")


CONSTANTS = {
    "Full": {"shape": [100_000, 100_000], "fill_value": 0.0},
    "Pad": {"pad_width": [[10**9, 10**9]]},
    "Tile": {"repeats": [10**9]},
    "Repeat": {"repeats": 10**9},
    "Linspace": {"num": 10**10},
}


@pytest.mark.parametrize("name", CONSTANTS)
@pytest.mark.parametrize("args", [[], [1.0], [[1.0]]])
def test_constants_of_gigabytes_are_not_computed(graph, name, args):
    config = config_of(graph)
    config["config"]["layers"].append(
        {
            "module": "keras.src.ops.numpy",
            "class_name": name,
            "config": {"name": "constant", **CONSTANTS[name]},
            "name": "constant",
            "inbound_nodes": [{"args": args, "kwargs": {}}],
        }
    )
    with_config(graph, config)
    refused(graph)


def test_a_stored_lambda_is_not_run(saved):
    config = config_of(saved)
    code = {"class_name": "__lambda__", "config": {"value": ["4w==", None, None]}}
    entry_of(config, "Dense")["config"]["activation"] = code
    with_config(saved, config)
    refused(saved, "safe_mode=False")


ADAM = {"module": "keras.optimizers", "class_name": "Adam", "config": {}}
MSE = {"module": "keras.losses", "class_name": "MeanSquaredError", "config": {}}
ZEROS = {"module": "keras.initializers", "class_name": "Zeros", "config": {}}
LOOKUP = layer("StringLookup", vocabulary=["a"])
WRONG = [
    ("activation", LOOKUP),
    ("activation", layer("Dense", units=2)),
    ("activation", ADAM),
    ("activation", ZEROS),
    ("activation", function("mean_squared_error")),
    ("kernel_initializer", function("relu")),
    ("kernel_initializer", LOOKUP),
    ("kernel_initializer", ADAM),
    ("kernel_initializer", layer("Dense", units=2)),
    ("kernel_regularizer", ZEROS),
    ("kernel_regularizer", function("relu")),
    ("kernel_constraint", MSE),
    ("kernel_constraint", function("softmax")),
    ("dtype", LOOKUP),
    ("dtype", ADAM),
]


@pytest.mark.parametrize(("slot", "value"), WRONG)
def test_each_slot_of_a_layer_takes_its_own_kind(saved, slot, value):
    config = config_of(saved)
    entry_of(config, "Dense")["config"][slot] = value
    with_config(saved, config)
    refused(saved)


@pytest.mark.parametrize("wrong", [ADAM, MSE, ZEROS, function("relu")])
def test_what_stands_among_layers_is_a_layer(saved, graph, wrong):
    for path in (saved, graph):
        config = config_of(path)
        config["config"]["layers"].append({**wrong, "name": "wrong", "inbound_nodes": []})
        with_config(path, config)
        refused(path)


@pytest.mark.parametrize(
    ("class_name", "slot", "wrong"),
    [
        ("TimeDistributed", "layer", ADAM),
        ("Bidirectional", "layer", MSE),
        ("RNN", "cell", ADAM),
        ("StackedRNNCells", "cells", [ADAM]),
        ("Pipeline", "layers", [MSE]),
        ("Rescaling", "scale", LOOKUP),
        ("Masking", "mask_value", LOOKUP),
        ("Lambda", "function", LOOKUP),
        ("STFTSpectrogram", "window", LOOKUP),
    ],
)
def test_layers_around_layers_take_their_own_kind(saved, class_name, slot, wrong):
    config = config_of(saved)
    config["config"]["layers"].append(layer(class_name, **{slot: wrong}))
    with_config(saved, config)
    refused(saved)


@pytest.mark.parametrize(
    ("slot", "wrong"),
    [
        ("optimizer", LOOKUP),
        ("optimizer", MSE),
        ("optimizer", function("relu")),
        ("loss", LOOKUP),
        ("loss", ADAM),
        ("metrics", [LOOKUP]),
        ("loss_weights", [LOOKUP]),
    ],
)
def test_each_argument_of_compile_takes_its_own_kind(saved, slot, wrong):
    config = config_of(saved)
    config["compile_config"][slot] = wrong
    with_config(saved, config)
    refused(saved)


def test_a_learning_rate_is_a_number_or_a_schedule(saved):
    config = config_of(saved)
    config["compile_config"]["optimizer"]["config"]["learning_rate"] = LOOKUP
    with_config(saved, config)
    refused(saved)


@pytest.mark.parametrize("number", [None, "0", [], 1.5, True])
def test_the_number_of_a_shared_layer_is_a_number(saved, number):
    config = config_of(saved)
    for entry in config["config"]["layers"]:
        entry["shared"] = number
    with_config(saved, config)
    refused(saved, "shared")


def test_a_shared_number_gives_no_object_of_another_kind(saved):
    config = config_of(saved)
    dense = entry_of(config, "Dense")
    dense["shared"] = 3
    config["compile_config"]["optimizer"] = {**ADAM, "shared": 3}
    with_config(saved, config)
    refused(saved)


@pytest.mark.parametrize(
    "dtype", ["(1000000000,)f4", "S1000000000", "O", "V8", None, ["f4"], "f4,f4"]
)
def test_an_array_has_a_dtype_of_single_numbers(saved, dtype):
    config = config_of(saved)
    value = {"class_name": "__numpy__", "config": {"value": [1.0], "dtype": dtype}}
    config["config"]["layers"].append(layer("Rescaling", scale=value))
    with_config(saved, config)
    refused(saved)


def test_an_array_of_texts_is_as_wide_as_the_widest(saved):
    config = config_of(saved)
    texts = {
        "class_name": "__numpy__",
        "config": {"value": ["x" * 10**5, *"y" * 10**5], "dtype": "str"},
    }
    config["config"]["layers"].append(layer("Rescaling", scale=texts))
    with_config(saved, config)
    refused(saved, "bytes of memory")


JSON = {
    "key twice": ('"class_name"', '"class_name": "Sequential", "class_name"'),
    "NaN": ('"units": 1', '"units": NaN'),
    "beyond floats": ('"units": 1', '"units": 1e999'),
    "thousands of digits": ('"units": 1', '"units": ' + "9" * 5000),
}


@pytest.mark.parametrize(("old", "new"), JSON.values(), ids=JSON)
def test_json_that_readers_take_differently_is_refused(saved, old, new):
    text = json.dumps(config_of(saved))
    assert old in text
    with_config(saved, text.replace(old, new, 1))
    refused(saved, "config.json")


def test_infinity_is_a_number_that_its_slot_may_refuse(saved):
    with_config(saved, json.dumps(config_of(saved)).replace('"units": 1', '"units": -Infinity', 1))
    refused(saved, "units must be a positive int; got -inf")


def test_an_archive_holds_each_member_once(saved, tmp_path):
    import zipfile

    content = members(saved)
    with zipfile.ZipFile(saved, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for name, data in content.items():
            archive.writestr(name, data)
        archive.writestr("config.json", content["config.json"])
    refused(saved, "twice")


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deep_configs_are_refused(saved, depth):
    with_config(saved, '{"class_name": "Sequential", "config": ' + "[" * depth + "]" * depth + "}")
    refused(saved)


class OwnLayer(keras.layers.Layer):
    """A user's class, in a module that this process has imported, and not registered."""

    def call(self, x):
        return x


def test_a_class_found_in_an_imported_module_fits_its_slot_only(saved):
    named = {"module": __name__, "class_name": "OwnLayer", "registered_name": "OwnLayer"}
    config = config_of(saved)
    entry_of(config, "Dense")["config"]["kernel_initializer"] = {**named, "config": {}}
    with_config(saved, config)
    refused(saved, "stands where something else belongs")
