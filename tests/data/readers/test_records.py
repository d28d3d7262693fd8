"""TFRecord, ArrayRecord, tar and text files as data sets."""

import bz2
import gzip
import io
import struct
import tarfile

import fsspec
import numpy as np
import pytest

from cornu.data import (
    read_arrayrecord,
    read_tar,
    read_text,
    read_tfrecord,
    write_tfrecord,
)
from cornu.data.readers import tfrecord
from cornu.data.readers.examples import encoded_example
from cornu.engine.formats.crc32c import masked_crc32c, masked_crc32c_of_each
from cornu.engine.formats.protobuf import bytes_field, varint


def samples(count):
    rng = np.random.default_rng(count)
    return [
        {
            "n": int(rng.integers(-(2**40), 2**40)),
            "x": rng.normal(size=(2, 3)).astype("float32"),
            "words": ["ä" * i for i in range(number % 4)],
            "raw": rng.bytes(int(rng.integers(0, 200))),
        }
        for number in range(count)
    ]


FEATURES = {
    "n": "int64",
    "x": ("float32", (2, 3)),
    "words": ("str", (None,)),
    "raw": "bytes",
}


def test_examples_come_back(tmp_path):
    written = samples(50)
    write_tfrecord(tmp_path / "a.tfrecord", written)
    read = list(read_tfrecord(tmp_path / "a.tfrecord", FEATURES))
    assert [row["n"] for row in read] == [row["n"] for row in written]
    np.testing.assert_array_equal([r["x"] for r in read], [w["x"] for w in written])
    assert [row["words"].tolist() for row in read] == [row["words"] for row in written]
    assert [row["raw"] for row in read] == [row["raw"] for row in written]


def test_records_without_features_are_bytes(tmp_path):
    write_tfrecord(tmp_path / "a.tfrecord.gz", [b"one", b""])
    assert gzip.decompress((tmp_path / "a.tfrecord.gz").read_bytes())[12:15] == b"one"
    assert list(read_tfrecord(tmp_path / "a.tfrecord.gz")) == [b"one", b""]


def test_numbers_that_are_not_packed_are_read_too(tmp_path):
    numbers = b"".join(varint(1 << 3) + varint(value) for value in (3, 300))
    feature = bytes_field(1, b"n") + bytes_field(2, bytes_field(3, numbers))
    write_tfrecord(tmp_path / "a", [bytes_field(1, bytes_field(1, feature))])
    (row,) = read_tfrecord(tmp_path / "a", {"n": ("int64", (2,))})
    assert row["n"].tolist() == [3, 300]


def test_labels_other_dtypes_and_open_sizes(tmp_path):
    rows = [{"x": np.arange(6), "y": 1.0}, {"x": np.arange(6), "y": 0.0}]
    write_tfrecord(tmp_path / "a", rows)
    dataset = read_tfrecord(tmp_path / "a", {"x": ("uint8", (None, 2)), "y": "float16"}, "y")
    x, y = next(iter(dataset.batch(2)))
    assert (x["x"].shape, x["x"].dtype, y.dtype) == ((2, 3, 2), np.uint8, np.float16)


def test_a_start_in_the_middle_and_blocks_of_any_size(tmp_path, monkeypatch):
    monkeypatch.setattr(tfrecord, "RECORDS_IN_BLOCK", 3)
    write_tfrecord(tmp_path / "a", [bytes([i]) for i in range(10)])
    write_tfrecord(tmp_path / "b", [bytes([i]) for i in range(10, 14)])
    dataset = read_tfrecord([tmp_path / "a", tmp_path / "b"]).batch(4)
    assert [b.tolist()[0][0] for b in dataset.iterate(0, start=1)] == [4, 8, 12]


def test_checksums_side_by_side_are_those_of_each():
    rng = np.random.default_rng(0)
    parts = [rng.bytes(n) for n in (0, 1, 3, 4, 63, 64, 65, 700, 1000, 5000)]
    assert masked_crc32c_of_each(parts).tolist() == [masked_crc32c(part) for part in parts]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda d: d[:20] + bytes([d[20] ^ 1]) + d[21:], "record at byte 0.*checksum of its data"),
        (lambda d: d[:42] + bytes([d[42] ^ 1]) + d[43:], "byte 42.*checksum of its length"),
        (lambda d: d[:-3], "byte 42 is cut off: it should have 26 bytes"),
        (lambda d: d[:50], "byte 42 is cut off.*header"),
        (gzip.compress, "byte 0.*is compressed"),
    ],
    ids=["data", "length", "cut off", "cut off in a header", "compressed"],
)
def test_damaged_records_are_named(tmp_path, damage, message):
    write_tfrecord(tmp_path / "good", [bytes(range(26))] * 2)
    (tmp_path / "bad").write_bytes(damage((tmp_path / "good").read_bytes()))
    with pytest.raises(ValueError, match=f"bad.*{message}"):
        list(read_tfrecord(tmp_path / "bad"))


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({"z": "int64"}, r"byte 0 has no feature 'z'; it has \['n', 'raw', 'words', 'x'\]"),
        ({"n": "float32"}, "feature 'n' holds int64, but float32"),
        ({"x": ("float32", (5,))}, r"feature 'x' has 6 values.*\(5,\)"),
        ({"x": ("float32", (4, None))}, r"feature 'x' has 6 values"),
    ],
)
def test_features_that_do_not_fit_are_named(tmp_path, features, message):
    write_tfrecord(tmp_path / "a", samples(3))
    with pytest.raises(ValueError, match=message):
        list(read_tfrecord(tmp_path / "a", features))


def test_other_messages_are_no_examples(tmp_path):
    write_tfrecord(tmp_path / "a", [b"\xff\xff no example"])
    with pytest.raises(ValueError, match="byte 0 is no Example"):
        list(read_tfrecord(tmp_path / "a", FEATURES))
    with pytest.raises(ValueError, match="label needs features"):
        read_tfrecord(tmp_path / "a", label="y")
    with pytest.raises(ValueError, match="none of the features"):
        read_tfrecord(tmp_path / "a", {"x": "int64"}, label="y")


def test_what_an_example_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="'when'"):
        encoded_example({"when": np.datetime64("2020-01-01")})


class TestArrayRecord:
    @pytest.fixture
    def paths(self, tmp_path):
        from array_record.python import array_record_module

        found = []
        for number in range(2):
            found.append(str(tmp_path / f"{number}.array_record"))
            writer = array_record_module.ArrayRecordWriter(found[-1], "group_size:1")
            for i in range(5):
                writer.write(encoded_example({"n": 5 * number + i}))
            writer.close()
        return found

    def test_records_are_read_in_any_order(self, paths):
        dataset = read_arrayrecord(paths, {"n": "int64"})
        assert len(dataset) == 10
        assert [int(row["n"]) for row in dataset.skip(3).take(4)] == [3, 4, 5, 6]
        order = [int(row["n"]) for row in dataset.shuffle(seed=1)]
        assert sorted(order) == list(range(10)) != order

    def test_bytes_and_damaged_files(self, paths, tmp_path):
        assert next(iter(read_arrayrecord(paths))) == encoded_example({"n": 0})
        (tmp_path / "bad").write_bytes(b"nothing of the kind" * 9000)
        with pytest.raises(ValueError, match="bad cannot be read"):
            read_arrayrecord(tmp_path / "bad")
        with pytest.raises(ValueError, match="this machine only"):
            read_arrayrecord("memory://a")


def archive(path, files, mode="w"):
    with tarfile.open(path, mode) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


class TestTar:
    def files(self):
        npy = io.BytesIO()
        np.save(npy, np.arange(2))
        return {
            "a/1.jpg": b"\xff\xd8",
            "a/1.cls": b"7",
            "a/1.Left.NPY": npy.getvalue(),
            "a/2.jpg": b"",
            "a/2.cls": b" 8\n",
            "a/2.left.npy": npy.getvalue(),
            "a/2.json": b"[1]",
        }

    @pytest.mark.parametrize("mode", ["w", "w:gz"])
    def test_files_of_one_name_make_a_sample(self, tmp_path, mode):
        path = archive(tmp_path / "a.tar", self.files(), mode)
        rows = list(read_tar(path, ("jpg", "cls", "left.npy")))
        assert [(x, int(y), z.tolist()) for x, y, z in rows] == [
            (b"\xff\xd8", 7, [0, 1]),
            (b"", 8, [0, 1]),
        ]
        assert list(read_tar(path, [".cls"])) == [7, 8]

    def test_far_away(self, tmp_path):
        content = archive(tmp_path / "a.tar", {"1.txt": "ä".encode()}).read_bytes()
        fsspec.filesystem("memory").pipe("/tar/a.tar", content)
        assert list(read_tar("memory://tar/*.tar", ["txt"])) == ["ä"]

    def test_samples_that_lack_a_part_are_named(self, tmp_path):
        path = archive(tmp_path / "a.tar", self.files())
        with pytest.raises(ValueError, match=r"a\.tar: sample 'a/1' has no part 'json'"):
            list(read_tar(path, ("json",)))

    def test_parts_that_cannot_be_decoded_are_named(self, tmp_path):
        path = archive(tmp_path / "a.tar", {"1.cls": b"cat"})
        with pytest.raises(ValueError, match=r"a\.tar: 1\.cls cannot be decoded"):
            list(read_tar(path, ("cls",)))

    def test_damaged_files_are_named(self, tmp_path):
        whole = archive(tmp_path / "a.tar", {"1.bin": b"x" * 5000, "2.bin": b"y" * 5000})
        (tmp_path / "cut.tar").write_bytes(whole.read_bytes()[:7000])
        with pytest.raises(ValueError, match=r"cut\.tar is damaged or cut off after 1\.bin"):
            list(read_tar(tmp_path / "cut.tar", ("bin",)))
        (tmp_path / "no.tar").write_bytes(b"no archive" * 100)
        with pytest.raises(ValueError, match=r"no\.tar is damaged or cut off after its beginning"):
            list(read_tar(tmp_path / "no.tar", ("bin",)))
        with pytest.raises(ValueError, match="parts must be"):
            read_tar(whole, "jpg")


class TestText:
    def test_lines_without_their_ends(self, tmp_path):
        (tmp_path / "a.txt").write_bytes("ä\r\n\nlast".encode())
        (tmp_path / "b.txt.bz2").write_bytes(bz2.compress(b"packed\n"))
        dataset = read_text([tmp_path / "a.txt", tmp_path / "b.txt.bz2"])
        assert list(dataset) == ["ä", "", "last", "packed"]

    def test_far_away(self):
        fsspec.filesystem("memory").pipe("/text/a.txt", b"one\ntwo\n")
        assert list(read_text("memory://text/*.txt")) == ["one", "two"]

    def test_another_encoding_is_named_with_its_line(self, tmp_path):
        (tmp_path / "a.txt").write_bytes("ok\nmüde\n".encode("latin-1"))
        with pytest.raises(ValueError, match=r"a\.txt, line 2 is no utf-8 text.*latin-1"):
            list(read_text(tmp_path / "a.txt"))
        assert list(read_text(tmp_path / "a.txt", encoding="latin-1")) == ["ok", "müde"]


def test_lengths_of_records_are_little_endian():
    assert tfrecord.framed(b"abc")[:8] == struct.pack("<Q", 3)
