"""`FeatureSpace`; the files in golden/ were written by Keras 3.15.1 on TensorFlow."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import cornu as keras
from cornu.data import Dataset

FeatureSpace = keras.utils.FeatureSpace
GOLDEN = Path(__file__).parent / "golden" / "keras_feature_space.json"
KERAS = json.loads(GOLDEN.read_text())
DATA = KERAS["data"]


@pytest.fixture(scope="module")
def adapted():
    """A feature space with each kind of feature and two crosses."""
    space = FeatureSpace.from_config(KERAS["config"])
    space.adapt(DATA)
    return space


def assert_close(found, wanted):
    np.testing.assert_allclose(np.asarray(found), np.asarray(wanted), rtol=1e-5, atol=1e-6)


# --- the same as Keras -------------------------------------------------------------------------


def test_every_kind_of_feature_and_crosses_are_those_of_keras(adapted):
    assert_close(adapted(DATA), KERAS["concat"])


def test_unknown_categories_are_those_of_keras(adapted):
    assert_close(adapted(KERAS["new_data"]), KERAS["new"])


def test_single_values_give_one_vector_as_in_keras(adapted):
    assert_close(adapted({name: values[1] for name, values in DATA.items()}), KERAS["scalar"])


def test_a_dict_of_integers_is_that_of_keras():
    space = FeatureSpace(
        {
            "f": "float",
            "n": "float_normalized",
            "r": FeatureSpace.float_rescaled(scale=2.0, offset=1.0),
            "d": FeatureSpace.float_discretized(num_bins=3, output_mode="int"),
            "i": FeatureSpace.integer_categorical(output_mode="int"),
            "s": FeatureSpace.string_categorical(max_tokens=3, output_mode="int"),
            "ih": FeatureSpace.integer_hashed(num_bins=4, output_mode="int"),
            "sh": FeatureSpace.string_hashed(num_bins=5, output_mode="int"),
        },
        crosses=[FeatureSpace.cross(("s", "i"), crossing_dim=6, output_mode="int")],
        output_mode="dict",
    )
    space.adapt(DATA)
    found = space(DATA)
    assert list(found) == list(KERAS["dict"])
    for name, wanted in KERAS["dict"].items():
        assert_close(found[name], wanted)


def test_a_file_of_keras_loads():
    loaded = keras.models.load_model(GOLDEN.with_suffix(".keras"))
    assert_close(loaded(DATA), KERAS["concat"])
    assert loaded.preprocessors["s"].get_vocabulary() == ["[UNK]", "a", "b"]


def test_the_config_has_the_keys_of_keras(adapted):
    found = json.loads(json.dumps(adapted.get_config()))
    assert found.keys() - {"name"} == KERAS["config"].keys()
    assert found["crosses"][0]["config"] == KERAS["config"]["crosses"][0]["config"]
    for name, feature in KERAS["config"]["features"].items():
        assert found["features"][name]["config"]["dtype"] == feature["config"]["dtype"]
        assert found["features"][name]["class_name"] == "Feature"


# --- data of all kinds -------------------------------------------------------------------------

KINDS = {"n": "float_normalized", "d": "float_discretized", "s": "string_categorical", "i": "float"}
COLUMNS = {name: DATA[name] for name in KINDS}


@pytest.mark.parametrize(
    "make",
    [
        pd.DataFrame,
        pl.DataFrame,
        Dataset.from_tensor_slices,
        lambda data: Dataset.from_tensor_slices(data).batch(4),
        lambda data: Dataset.from_tensor_slices((data, np.arange(6))),
        lambda data: [{name: np.array(values) for name, values in data.items()}],
    ],
    ids=["pandas", "polars", "samples", "batches", "samples with targets", "list of batches"],
)
def test_what_is_adapted_to_does_not_depend_on_what_holds_the_data(make):
    ours, wanted = FeatureSpace(KINDS), FeatureSpace(KINDS)
    ours.adapt(make(COLUMNS))
    wanted.adapt(COLUMNS)
    assert ours.preprocessors["s"].get_vocabulary() == wanted.preprocessors["s"].get_vocabulary()
    assert_close(ours.preprocessors["n"].variance, wanted.preprocessors["n"].variance)


def test_frames_give_what_dicts_give(adapted):
    assert_close(adapted(pd.DataFrame(DATA)), KERAS["concat"])
    assert_close(adapted(pl.DataFrame(DATA)), KERAS["concat"])


def test_a_data_set_can_be_mapped(adapted):
    rows = Dataset.from_tensor_slices((DATA, np.arange(6)))
    batches = list(rows.batch(4).map(lambda x, y: (adapted(x), y)))
    assert [x.shape for x, _ in batches] == [(4, 32), (2, 32)]
    assert_close(np.concatenate([x for x, _ in batches]), KERAS["concat"])


def test_other_columns_are_left_out(adapted):
    assert_close(adapted({**DATA, "other": ["?"] * 6}), KERAS["concat"])


def test_a_layer_of_ones_own():
    layer = keras.layers.TextVectorization(output_mode="multi_hot")
    space = FeatureSpace({"text": FeatureSpace.feature("string", layer, "float")})
    space.adapt({"text": ["a b", "b"]})
    assert space({"text": ["b", "a c"]}).tolist() == [[0, 1, 0], [1, 0, 1]]


def test_given_statistics_and_vocabularies_need_no_adapting():
    lookup = keras.layers.StringLookup(vocabulary=["u", "v"])
    normalization = keras.layers.Normalization(mean=1.0, variance=4.0)
    space = FeatureSpace(
        {
            "a": FeatureSpace.feature("string", lookup, "one_hot"),
            "b": FeatureSpace.feature("float32", normalization, "float"),
            "c": FeatureSpace.float_discretized(bin_boundaries=[0.0, 1.0]),
        }
    )
    found = space({"a": ["v", "?"], "b": [3.0, 1.0], "c": [0.5, 7.0]})
    assert found.tolist() == [[0, 0, 1, 1, 0, 1, 0], [1, 0, 0, 0, 0, 0, 1]]


# --- models and files --------------------------------------------------------------------------


def test_a_saved_feature_space_encodes_as_before(adapted, tmp_path):
    adapted.save(tmp_path / "space.keras")
    loaded = keras.models.load_model(tmp_path / "space.keras")
    assert_close(loaded(KERAS["new_data"]), KERAS["new"])


def test_a_model_takes_raw_columns_also_after_loading(adapted, tmp_path):
    dense = keras.layers.Dense(2)
    model = keras.Model(adapted.get_inputs(), dense(adapted.get_encoded_features()))
    wanted = dense(adapted(DATA))
    assert_close(model.predict(DATA, verbose=0), wanted)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_close(loaded.predict(DATA, verbose=0), wanted)


def test_symbolic_columns_give_symbolic_features(adapted):
    inputs = {
        name: keras.Input((1,), dtype=tensor.dtype) for name, tensor in adapted.get_inputs().items()
    }
    assert adapted(inputs).shape == (None, 32)


def test_a_model_names_missing_columns(adapted):
    model = keras.Model(adapted.get_inputs(), adapted.get_encoded_features())
    with pytest.raises(ValueError, match=r"\['sh'\] are missing"):
        model.predict({name: values for name, values in DATA.items() if name != "sh"}, verbose=0)


# --- errors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"features": {}}, "at least one column"),
        ({"features": {"a": "number"}}, "column 'a' has the unknown kind 'number'"),
        ({"features": {"a": "float"}, "output_mode": "list"}, "output_mode must be"),
        ({"features": {"a": "float"}, "crosses": [("a", "b")]}, r"names \['b'\]"),
        ({"features": {"a": "float"}, "crosses": [("a",)], "crossing_dim": 0}, "crossing_dim"),
    ],
)
def test_wrong_arguments_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        FeatureSpace(**settings)


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (FeatureSpace.integer_hashed(3, output_mode="int"), "cannot be joined"),
        (FeatureSpace.feature("float32", keras.layers.Identity(), "one_hot"), "must give integers"),
    ],
)
def test_features_that_do_not_go_together_are_named(feature, message):
    space = FeatureSpace({"a": feature})
    with pytest.raises(ValueError, match=message):
        space({"a": np.ones(2, feature.dtype)})


def test_use_before_adapting_is_refused():
    with pytest.raises(ValueError, match="Call `adapt`"):
        FeatureSpace({"a": "float_normalized"}).get_inputs()


def test_missing_columns_and_other_data_are_named(adapted):
    with pytest.raises(ValueError, match=r"needs the columns \['f', 'n'"):
        adapted({"s": ["a"]})
    with pytest.raises(ValueError, match="column 'n'"):
        FeatureSpace({"n": "float_normalized"}).adapt({"m": [1.0]})
    with pytest.raises(TypeError, match="a dict of columns or a data frame; got list"):
        adapted([1, 2])
    with pytest.raises(TypeError, match="gives ndarray"):
        FeatureSpace({"n": "float_normalized"}).adapt(Dataset.range(3).batch(2))
    with pytest.raises(ValueError, match="no data"):
        FeatureSpace({"n": "float_normalized"}).adapt([])
