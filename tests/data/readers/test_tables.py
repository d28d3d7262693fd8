"""CSV, Parquet and Arrow files as data sets."""

import gzip

import fsspec
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from cornu.data import read_arrow, read_csv, read_parquet
from cornu.data.readers import arrow_files, csv, files

WRITERS = {
    "parquet": lambda table, path: parquet.write_table(table, path, row_group_size=7),
    "arrow": lambda table, path: feather.write_feather(table, path, chunksize=7),
}
READERS = {"parquet": read_parquet, "arrow": read_arrow}


def written(path, text, encoding="utf-8"):
    path.write_text(text, encoding=encoding)
    return path


def first(dataset, count=100):
    return next(iter(dataset.batch(count)))


class TestCSV:
    def test_types_are_found_and_the_label_is_taken_out(self, tmp_path):
        path = written(tmp_path / "a.csv", 'n,x,s,b,y\n1,0.5,"a, ""b""",true,0\n2,,c,false,1\n')
        columns, y = first(read_csv(path, label="y"))
        assert columns["n"].tolist() == [1, 2]
        np.testing.assert_array_equal(columns["x"], [0.5, np.nan])
        assert columns["s"].tolist() == ['a, "b"', "c"]
        assert columns["b"].dtype == bool
        assert y.tolist() == [0, 1]

    def test_columns_types_names_and_delimiter_can_be_said(self, tmp_path):
        path = written(tmp_path / "a.csv", "1;007;3\n4;005;?\n")
        dataset = read_csv(
            path,
            label="c",
            columns=["a", "b"],
            column_names=["a", "b", "c"],
            column_types={"b": "str", "c": "float32"},
            missing_values=["?"],
            delimiter=";",
        )
        columns, c = first(dataset)
        assert columns["b"].tolist() == ["007", "005"]
        assert c.dtype == np.float32
        np.testing.assert_array_equal(c, [3, np.nan])

    def test_missing_strings_are_empty(self, tmp_path):
        path = written(tmp_path / "a.csv", "s,n\n?,1\nb,2\n")
        assert first(read_csv(path, missing_values=["?"]))["s"].tolist() == ["", "b"]

    def test_several_files_have_the_types_of_the_first(self, tmp_path):
        written(tmp_path / "1.csv", "x\n0.5\n")
        written(tmp_path / "2.csv", "x\n2\n")
        assert first(read_csv(tmp_path / "*.csv"))["x"].tolist() == [0.5, 2.0]
        listed = read_csv([tmp_path / "2.csv", tmp_path / "1.csv"], column_types={"x": "float32"})
        assert first(listed)["x"].tolist() == [2.0, 0.5]

    def test_compressed_and_in_another_encoding(self, tmp_path):
        with gzip.open(tmp_path / "a.csv.gz", "wt", encoding="latin1") as file:
            file.write("s\nä\n")
        dataset = read_csv(tmp_path / "a.csv.gz", encoding="latin1")
        assert first(dataset)["s"].tolist() == ["ä"]

    def test_long_files_come_in_blocks(self, tmp_path, monkeypatch):
        monkeypatch.setattr(csv, "BYTES_IN_BLOCK", 1000)
        path = written(tmp_path / "a.csv", "x\n" + "".join(f"{i}\n" for i in range(2000)))
        dataset = read_csv(path).batch(300)
        assert [len(batch["x"]) for batch in dataset] == [300] * 6 + [200]
        assert next(dataset.iterate(0, start=5))["x"][0] == 1500

    @pytest.mark.parametrize(
        ("text", "arguments", "message"),
        [
            ("a,b\n1,2\n3\n", {}, r"bad\.csv.*Row #3: Expected 2 columns, got 1.*Mend the row"),
            ("a,b\n1,2\n", {"label": "c"}, r"bad\.csv.*'c'"),
            ("a,b\n1,2\n", {"column_types": {"c": "int64"}}, r"column_types names 'c'"),
            ("1,2\n3,4\n", {"label": "y", "column_names": ["a", "b"]}, r"no column 'y'"),
            ("a\n1\n\n2\nx\n" * 1, {"column_types": {"a": "int64"}}, r"Row #\d.*column_types"),
            ("a,b\n1,2\n,3\n", {}, r"bad\.csv, row 3: column 'a' has no value.*'float32'"),
            ("", {}, r"bad\.csv.*Empty CSV file"),
        ],
    )
    def test_bad_files_end_in_an_error_that_says_where(self, tmp_path, text, arguments, message):
        path = written(tmp_path / "bad.csv", text)
        with pytest.raises(ValueError, match=message):
            first(read_csv(path, **arguments))

    def test_another_encoding_is_named(self, tmp_path):
        path = written(tmp_path / "bad.csv", "s\nä\n", encoding="latin1")
        with pytest.raises(ValueError, match=r"bad\.csv.*encoding='latin1'"):
            first(read_csv(path))

    def test_a_file_that_lacks_a_column_is_named(self, tmp_path):
        written(tmp_path / "1.csv", "x,y\n1,2\n")
        written(tmp_path / "2.csv", "x\n1\n")
        with pytest.raises(ValueError, match=r"2\.csv has no column 'y'"):
            first(read_csv(tmp_path / "*.csv"))


@pytest.mark.parametrize("kind", READERS)
class TestBinaryTables:
    @pytest.fixture
    def table(self):
        return pa.table(
            {
                "n": range(20),
                "x": pa.array([None, *np.arange(19.0)]),
                "s": [None, *"abcdefghijklmnopqrs"],
                "pair": [[i, i + 1] for i in range(20)],
                "list": [list(range(i % 3)) for i in range(20)],
                "point": [{"u": i, "v": -i} for i in range(20)],
                "fixed": pa.array([[i, 2] for i in range(20)], pa.list_(pa.int8(), 2)),
                "kind": pa.array(["a", "b"] * 10).dictionary_encode(),
                "raw": [bytes([i]) for i in range(20)],
            }
        )

    def test_columns_of_every_kind(self, kind, table, tmp_path):
        WRITERS[kind](table, tmp_path / "t")
        names = [name for name in table.column_names if name != "list"]
        block = first(READERS[kind](tmp_path / "t", columns=names), 2)
        assert block["n"].tolist() == [0, 1]
        np.testing.assert_array_equal(block["x"], [np.nan, 0])
        assert block["s"].tolist() == ["", "a"]
        assert block["pair"].tolist() == [[0, 1], [1, 2]]
        assert block["point"]["v"].tolist() == [0, -1]
        assert block["fixed"].tolist() == [[0, 2], [1, 2]]
        assert block["kind"].tolist() == ["a", "b"]
        assert block["raw"].tolist() == [b"\0", b"\1"]

    def test_lists_of_different_lengths_are_ragged(self, kind, table, tmp_path):
        WRITERS[kind](table, tmp_path / "t")
        rows = READERS[kind](tmp_path / "t", columns=["list"])
        assert [row["list"].tolist() for row in rows.take(4)] == [[], [0], [0, 1], []]
        batch = next(iter(rows.padded_batch(3)))
        assert batch["list"].tolist() == [[0, 0], [0, 0], [0, 1]]

    def test_the_length_is_known_and_any_start_is_exact(self, kind, table, tmp_path):
        WRITERS[kind](table, tmp_path / "1")
        WRITERS[kind](table.slice(0, 8), tmp_path / "2")
        dataset = READERS[kind](tmp_path / "[12]", label="n", columns=["x"], shuffle_files=True)
        dataset = dataset.batch(3)
        dataset.seed = 1
        assert len(dataset) == 10
        whole = [y.tolist() for _, y in dataset.iterate(0)]
        for start in (1, 4, 9, 10):
            assert [y.tolist() for _, y in dataset.iterate(0, start)] == whole[start:]
        firsts = {next(dataset.iterate(epoch))[1].tolist() == [0, 1, 2] for epoch in range(8)}
        lasts = {list(dataset.iterate(epoch))[-1][1].tolist()[0] for epoch in range(8)}
        assert firsts == {True}
        assert lasts == {7, 19}

    def test_a_missing_integer_is_an_error_that_says_where(self, kind, tmp_path):
        WRITERS[kind](pa.table({"n": [*range(10), None]}), tmp_path / "t")
        with pytest.raises(ValueError, match=r"t, row 11: column 'n' has no value"):
            first(READERS[kind](tmp_path / "t"))

    def test_a_missing_column_is_named(self, kind, table, tmp_path):
        WRITERS[kind](table, tmp_path / "t")
        with pytest.raises(ValueError, match="no column 'target'"):
            first(READERS[kind](tmp_path / "t", label="target"))

    def test_a_damaged_file_is_named(self, kind, tmp_path):
        (tmp_path / "t").write_bytes(b"not a table at all")
        with pytest.raises(ValueError, match="t cannot be read as"):
            READERS[kind](tmp_path / "t")

    def test_files_far_away(self, kind, table):
        memory = fsspec.filesystem("memory")
        with memory.open("/tables/t", "wb") as file:
            WRITERS[kind](table, file)
        assert len(READERS[kind]("memory://tables/*")) == 20


def test_csv_files_far_away():
    fsspec.filesystem("memory").pipe("/csv/a.csv", b"x\n1\n")
    assert first(read_csv("memory://csv/*.csv"))["x"].tolist() == [1]


def test_clouds_are_read_through_pyarrow(tmp_path, monkeypatch):
    # The protocols of clouds need a cloud; that of files takes the same way here.
    monkeypatch.setattr(files, "READ_BY_PYARROW", ("file",))
    WRITERS["parquet"](pa.table({"x": [1, 2]}), tmp_path / "t.parquet")
    dataset = read_parquet(f"file://{tmp_path}/*.parquet")
    assert first(dataset)["x"].tolist() == [1, 2]


def test_a_start_reads_only_the_row_groups_it_needs(tmp_path):
    WRITERS["parquet"](pa.table({"n": range(70)}), tmp_path / "t")
    with open(tmp_path / "t", "rb") as file:
        first_row, batches = arrow_files.ParquetTable(file).batches(30, None)
        assert (first_row, sum(batch.num_rows for batch in batches)) == (28, 42)


def test_patterns_without_files_are_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="No file fits"):
        read_csv(tmp_path / "*.csv")
    with pytest.raises(FileNotFoundError, match="empty"):
        read_csv([])
