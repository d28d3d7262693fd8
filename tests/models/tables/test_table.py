"""From files and frames to arrays and a feature space, and what errors say."""

import gzip

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import cornu as keras
from cornu.models.tables import FilledNormalization

MISSING = np.iinfo("int64").min

PEOPLE = pd.DataFrame(
    {
        "height": [1.5, None, 1.75, 1.75],
        "city": pd.Categorical(["Rome", None, "Oslo", "Rome"]),
        "job": ["cook", "?", "cook", "smith"],
        "member": [True, False, True, True],
        "rooms": [1, 2, None, 1],
        "id": [100, 101, 102, 103],
        "buys": ["no", "yes", "yes", "no"],
    }
)
COLUMNS = {
    "height": np.array([1.5, np.nan, 1.75, 1.75], "float32"),
    "city": ["Rome", "", "Oslo", "Rome"],
    "job": ["cook", "", "cook", "smith"],
    "member": [1, 0, 1, 1],
    "rooms": [1, 2, MISSING, 1],
    "id": np.array([100, 101, 102, 103], "float32"),
}
NUMBERS = {"id": "number"}
LINES = "age,city,buys\n31,Rome,no\n?, Oslo ,yes\n47.5,,no\n"


def write(folder, text, name="table.csv"):
    path = folder / name
    path.write_text(text)
    return path


def assert_columns(found, wanted):
    assert list(found) == list(wanted)
    for name, values in wanted.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


# --- what is read ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda frame: frame,
        pl.from_pandas,
        lambda frame: pl.from_pandas(frame).lazy(),
        lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
        dict,
    ],
    ids=["pandas", "polars", "lazy", "arrow", "dict"],
)
def test_frames_give_the_same_columns(make):
    table = keras.utils.table_features(make(PEOPLE), "buys", features=NUMBERS)
    assert_columns(table.x, COLUMNS)
    assert table.y.tolist() == [0, 1, 1, 0]
    assert table.class_names == ["no", "yes"]


def test_a_csv_file_gives_what_the_frame_gives(tmp_path):
    PEOPLE.to_csv(tmp_path / "people.csv", index=False)
    table = keras.utils.table_features(tmp_path / "people.csv", "buys", features=NUMBERS)
    assert_columns(table.x, COLUMNS)
    assert_columns(table.apply(PEOPLE).x, COLUMNS)


def test_kinds_are_found():
    rows = 250
    frame = pd.DataFrame(
        {
            "measure": np.linspace(0, 1, rows),
            "count": np.arange(rows),
            "grade": np.arange(rows) % 10,
            "name": [f"name {i}" for i in range(rows)],
            "word": [f"word {i % 120}" for i in range(rows)],
            "empty": [None] * rows,
            "price": np.linspace(0, 9, rows),
        }
    )
    table = keras.utils.table_features(frame, "price")
    assert table.kinds == {
        "measure": "number",
        "count": "number",
        "grade": "category",
        "name": "left out: its 250 values are 250 different texts",
        "word": "category",
        "empty": "left out: it has no values",
        "price": "target, number",
    }
    assert table.y.dtype == "float32" and table.class_names is None
    # Of the words the hundred most frequent, and one for all others.
    assert table.feature_space(table.x).shape == (rows, 1 + 1 + 11 + 101)


def test_kinds_can_be_given(tmp_path):
    kinds = {"age": "category", "city": None, "code": keras.utils.FeatureSpace.string_hashed(7)}
    path = write(tmp_path, "age,city,code,buys\n31.5,Rome,007,1\n40,Oslo,07,2\n")
    table = keras.utils.table_features(path, "buys", features={**kinds, "buys": "number"})
    assert_columns(table.x, {"age": ["31.5", "40"], "code": ["007", "07"]})
    assert table.y.tolist() == [1, 2]
    assert table.kinds["city"] == "left out" and table.kinds["code"] == "feature"


def test_spaces_and_missing_values_of_files(tmp_path):
    table = keras.utils.table_features(write(tmp_path, LINES), "buys")
    assert_columns(
        table.x, {"age": np.array([31, np.nan, 47.5], "float32"), "city": ["Rome", "Oslo", ""]}
    )


def test_the_texts_that_mean_missing_can_be_given(tmp_path):
    path = write(tmp_path, "age,city\n31.5,?\n-,Oslo\n")
    table = keras.utils.table_features(path, missing_values=["-"])
    assert_columns(table.x, {"age": np.array([31.5, np.nan], "float32"), "city": ["?", "Oslo"]})
    assert table.y is None


def test_files_without_header_compressed_and_of_several_parts(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"31.5;Rome\n"))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress("42;Köln\n".encode("latin1")))
    settings = {"column_names": ["age", "city"], "delimiter": ";", "encoding": "latin1"}
    table = keras.utils.table_features(str(tmp_path / "*.csv.gz"), **settings)
    assert_columns(table.x, {"age": np.array([31.5, 42], "float32"), "city": ["Rome", "Köln"]})


def test_classes_that_are_numbers_are_in_their_order():
    table = keras.utils.table_features({"a": [1.5, 2.5, 3.5], "y": [10, 2, 10]}, "y")
    assert table.class_names == ["2", "10"]
    assert table.y.tolist() == [1, 0, 1]


# --- missing values ----------------------------------------------------------------------------


@pytest.mark.parametrize(("fill", "value"), [("median", 2.0), ("mean", 4.0)])
def test_numbers_are_filled_and_normalized(fill, value):
    data = np.array([[1.0], [np.nan], [2.0], [9.0]], "float32")
    layer = FilledNormalization(fill)
    layer.adapt(data)
    filled = np.array([1, value, 2, 9])
    wanted = (filled - filled.mean()) / filled.std()
    np.testing.assert_allclose(layer(data)[:, 0], wanted, rtol=1e-5)


def test_a_constant_is_only_centered():
    layer = FilledNormalization()
    layer.adapt(np.full((7, 1), 0.1))
    np.testing.assert_allclose(layer(np.array([[0.1], [1.1]], "float32"))[:, 0], [0, 1], atol=1e-6)


def test_filled_normalization_comes_back_from_its_config():
    layer = FilledNormalization("mean", indicator=True, name="age")
    again = FilledNormalization.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    with pytest.raises(ValueError, match="'median' or 'mean'; got 'zero'"):
        FilledNormalization("zero")


def test_a_missing_category_is_one_of_its_own_in_training_and_prediction(tmp_path):
    table = keras.utils.table_features(PEOPLE[["rooms", "city"]])
    inputs, features = table.feature_space.get_inputs(), table.feature_space.get_encoded_features()
    keras.Model(inputs, features).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    rows = keras.utils.table_rows({"rooms": [None, 7], "city": ["?", "Bonn"]}, loaded)
    known, unknown = loaded.predict(rows, verbose=0)
    # City: unknown, Rome, Oslo, missing; rooms: unknown, 1, 2, missing.
    encoded = table.feature_space(rows)
    np.testing.assert_array_equal(encoded, [known, unknown])
    assert known.sum() == unknown.sum() == 2
    assert unknown[[0, 4]].tolist() == [1, 1]
    assert known[[0, 4]].tolist() == [0, 0]


def test_a_model_is_told_which_numbers_were_missing():
    data = {"a": [0.5, None, 1.5]}
    table = keras.utils.table_features(data, missing_indicator=True)
    encoded = np.asarray(table.feature_space(table.x))
    assert encoded.shape == (3, 2)
    assert encoded[:, 1].tolist() == [0, 1, 0]


# --- a model -----------------------------------------------------------------------------------


def test_a_model_learns_and_predicts_raw_rows_after_loading(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=200), "b": rng.choice(["u", "v", "?"], 200)})
    frame["y"] = np.where((frame["a"] > 0) & (frame["b"] != "u"), "yes", "no")
    frame.to_csv(tmp_path / "train.csv", index=False)
    table = keras.utils.table_features(tmp_path / "train.csv", "y")
    space = table.feature_space
    hidden = keras.layers.Dense(16, activation="relu")(space.get_encoded_features())
    model = keras.Model(space.get_inputs(), keras.layers.Dense(1, activation="sigmoid")(hidden))
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(table.x, table.y, epochs=20, batch_size=50, verbose=0)
    assert history.history["accuracy"][-1] > 0.9
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    rows = keras.utils.table_rows(tmp_path / "train.csv", loaded)
    np.testing.assert_array_equal(
        loaded.predict(rows, verbose=0), model.predict(table.x, verbose=0)
    )


# --- errors ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return keras.utils.table_features(write(tmp_path_factory.mktemp("table"), LINES), "buys")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age,buys\n31,no\n", "table.csv has no column 'city'.*no header line"),
        ("age,city,buys\n1,Rome,no\nold,Rome,no\n", "row 3: column 'age' holds the text 'old'"),
        ("age,city,buys\n1,Rome,no\n1e60,Rome,no\n", "row 3: column 'age' holds 1e.60"),
        ("age,city,buys\n31,Rome,maybe\n", r"row 2: the target 'buys' is 'maybe'.*\['no', 'yes'\]"),
        ("age,city,buys\n31,Rome,\n", "row 2: the target 'buys' has no value"),
        ("age,city,buys\n31,Rome\n", "Row #2: Expected 3 columns, got 2"),
        ("age,city,city\n31,Rome,no\n", r"\['city'\] occur more than once"),
        ("age,city,buys\n", "table.csv holds no rows"),
    ],
)
def test_errors_name_file_row_and_column(table, tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        table.apply(write(tmp_path, text))


def test_rows_are_counted_in_each_file(table, tmp_path):
    write(tmp_path, LINES, "a.csv")
    write(tmp_path, "age,city,buys\n1,Rome,no\nold,Rome,no\n", "b.csv")
    with pytest.raises(ValueError, match=r"b.csv, row 3: column 'age'"):
        table.apply([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])


@pytest.mark.parametrize(
    ("data", "settings", "message"),
    [
        (PEOPLE, {"target": "sells"}, "no column 'sells'; its columns are"),
        (PEOPLE, {"features": {"age": "number"}}, "no column 'age'"),
        (PEOPLE, {"features": {"height": "float"}}, "row 1: column 'height' has no value"),
        (PEOPLE, {"features": {"city": "number"}}, "row 0: column 'city' holds the text 'Rome'"),
        (PEOPLE, {"features": {"height": "integer_categorical"}}, "row 0.*holds 1.5, where whole"),
        (PEOPLE, {"target": "city"}, "row 1: the target 'city' has no value"),
        (PEOPLE, {"target": "buys", "features": {"buys": None}}, "target 'buys' must be a number"),
        ({"a": ["x", 3]}, {}, "column 'a' is not of one kind"),
        ({"a": [2**40, 1]}, {"features": {"a": "integer_hashed"}}, "beyond int32"),
        ({"a": pd.to_datetime(["2020-01-01"])}, {}, "neither number nor text"),
        ({"a": [1, 2], "b": [1]}, {}, "differ in length"),
        ({"a": [1, 2]}, {"target": "a"}, "no column to learn from"),
    ],
)
def test_errors_of_frames_name_row_and_column(data, settings, message):
    with pytest.raises(ValueError, match=message):
        keras.utils.table_features(data, **settings)


def test_what_is_no_table_is_named(tmp_path):
    with pytest.raises(TypeError, match="the path of a CSV file, a data frame"):
        keras.utils.table_features(5)
    with pytest.raises(FileNotFoundError, match=r"none.csv"):
        keras.utils.table_features(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="has no graph"):
        keras.utils.table_rows({"a": [1]}, keras.Sequential([keras.layers.Dense(1)]))
