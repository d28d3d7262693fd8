"""What counts as arrays, and which values a model gets to see."""

import numpy as np
import pytest

from cornu.data import make_feed
from cornu.data.array_feed import ArrayFeed
from cornu.data.column_feed import ColumnFeed

pandas = pytest.importorskip("pandas", reason="pandas is not installed")
polars = pytest.importorskip("polars", reason="polars is not installed")
pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
NAN = float("nan")

# What a user passes, and the values and the dtype that a model reads.
TABLES = {
    "pandas frame": (pandas.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}), [[1, 0.5], [2, 1.5]], "f"),
    "pandas frame of nullable types": (
        pandas.DataFrame({"a": pandas.array([1, None], "Int64"), "b": [True, False]}),
        [[1, 1], [NAN, 0]],
        "f",
    ),
    "pandas integers": (pandas.Series([1, 2]), [[1], [2]], "i"),
    "pandas booleans with a missing one": (
        pandas.Series([True, None], dtype="boolean"),
        [[1], [NAN]],
        "f",
    ),
    "pandas categories of numbers": (pandas.Series(pandas.Categorical([3, 4])), [[3], [4]], "i"),
    "pandas categories of strings": (
        pandas.Series(pandas.Categorical(["u", "v"])),
        [["u"], ["v"]],
        "O",
    ),
    "pandas frame of strings": (pandas.DataFrame({"a": ["u"], "b": ["v"]}), [["u", "v"]], "O"),
    "polars frame": (polars.DataFrame({"a": [1, 2], "b": [0.5, 1.5]}), [[1, 0.5], [2, 1.5]], "f"),
    "polars numbers with a missing one": (polars.Series([1, None]), [[1], [NAN]], "f"),
    "polars booleans with a missing one": (polars.Series([True, None]), [[1], [NAN]], "f"),
    "polars arrays": (
        polars.Series([[1, 2], [3, 4]], dtype=polars.Array(polars.Int64, 2)),
        [[1, 2], [3, 4]],
        "i",
    ),
    "Arrow table": (pyarrow.table({"a": [1, 2], "b": [0.5, None]}), [[1, 0.5], [2, NAN]], "f"),
    "Arrow column in chunks": (pyarrow.chunked_array([[1], [2]]), [[1], [2]], "i"),
    "Arrow booleans": (pyarrow.array([True, False]), [[True], [False]], "b"),
    "Arrow lists of one size": (
        pyarrow.array([[1, 2], [3, 4]], pyarrow.list_(pyarrow.int64(), 2)),
        [[1, 2], [3, 4]],
        "i",
    ),
    "Arrow dictionary": (pyarrow.array(["u", "v"]).dictionary_encode(), [["u"], ["v"]], "O"),
}


@pytest.mark.parametrize("case", TABLES)
def test_tables_and_columns(case):
    table, values, kind = TABLES[case]
    x = make_feed(table).arrays[0]
    np.testing.assert_array_equal(x, np.array(values, x.dtype))
    assert x.dtype.kind == kind
    assert x.dtype.itemsize == 4 or kind != "f"


def test_a_frame_of_several_kinds_is_refused_with_its_columns_named():
    frame = pandas.DataFrame({"age": [1.0], "city": ["Ulm"], "day": pandas.to_datetime(["2020"])})
    with pytest.raises(ValueError, match=r"'city' holds strings, 'day' holds dates.*dict\(frame\)"):
        make_feed(frame)
    x = make_feed(dict(frame[["age", "city"]])).arrays[0]
    assert (x["age"].shape, x["city"].tolist()) == ((1, 1), [["Ulm"]])


def test_a_lazy_frame_is_refused():
    with pytest.raises(ValueError, match="collect"):
        make_feed(polars.LazyFrame({"a": [1]}))


def test_integers_booleans_and_strings_keep_their_types():
    x = {"a": np.zeros(2, "uint8"), "b": np.array([True, False]), "c": np.array(["u", "v"], object)}
    arrays = make_feed(x).arrays[0]
    assert [arrays[key].dtype.kind for key in "abc"] == ["u", "b", "O"]


def test_arrays_of_the_right_type_are_not_copied():
    x, y = np.zeros((4, 2), "float32"), np.zeros(4, "int64")
    feed = make_feed(x, y, shuffle=False, batch_size=2)
    assert feed.arrays[0] is x
    assert np.shares_memory(next(feed.batches(0))[0], x)


def test_a_masked_array_without_masked_values_is_an_array():
    assert type(make_feed(np.ma.ones(3)).arrays[0]) is np.ndarray


def test_sparse_matrices_become_dense_by_batch():
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.arange(12.0).reshape(6, 2)
    x = {"a": sparse.coo_array(dense), "b": np.arange(6)}
    feed = make_feed(x, np.arange(6), np.ones(6), batch_size=4, seed=0)
    assert isinstance(feed, ColumnFeed)
    batches = list(feed.batches(0))
    assert [len(y) for _, y, _ in batches] == [4, 2]
    np.testing.assert_array_equal(
        np.concatenate([b[0]["a"] for b in batches])[:, 1] // 2,
        np.concatenate([b[1] for b in batches]),
    )
    assert batches[0][0]["a"].dtype == np.float32
    feed.close()


def test_a_split_of_sparse_matrices_reads_nothing():
    sparse = pytest.importorskip("scipy.sparse")
    from cornu.data import train_validation_split

    matrix = sparse.csr_matrix(np.arange(8.0).reshape(4, 2))
    (x, _), (last, y) = train_validation_split((matrix, np.arange(4)), 0.25)
    assert (len(x), last.rows(slice(None)).tolist(), y.tolist()) == (3, [[6.0, 7.0]], [3])


def test_a_file_in_memory_is_cast_by_batch(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(6.0))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    feed = make_feed(x, batch_size=4, shuffle=False)
    assert isinstance(feed, ColumnFeed)
    assert [b[0].tolist() for b in feed.batches(0)] == [[0, 1, 2, 3], [4, 5]]
    assert isinstance(make_feed(np.load(tmp_path / "x.npy").astype("float32")), ArrayFeed)
    feed.close()


def test_torch_tensors():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x = torch.ones(3, 2, dtype=torch.bfloat16, requires_grad=True)
    assert make_feed(x, torch.arange(3)).arrays[0].dtype == np.float32
