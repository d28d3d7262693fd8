"""TensorBoard itself reads what the event writer wrote."""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import DataClass
from tensorboard.context import RequestContext
from tensorboard.plugins.graph.keras_util import keras_model_to_graph_def
from tensorboard.util.tensor_util import make_ndarray

from cornu.callbacks.tensorboard.event_file import EventWriter
from cornu.callbacks.tensorboard.png import encode_png
from cornu.callbacks.tensorboard.summary import float_tensor, histogram_buckets, summary_event
from cornu.engine.formats.crc32c import crc32c, crc_by_byte, crc_by_lanes
from cornu.engine.formats.protobuf import varint


def accumulated(logdir):
    accumulator = EventAccumulator(str(logdir), size_guidance={"tensors": 0})
    accumulator.Reload()
    return accumulator


def values_of(logdir, tag):
    return [make_ndarray(event.tensor_proto) for event in accumulated(logdir).Tensors(tag)]


def plugin_of(logdir, tag):
    return accumulated(logdir).SummaryMetadata(tag).plugin_data.plugin_name


def test_scalars_are_read_back(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("loss", 0.5, step=0)
        writer.scalar("loss", np.float32(0.25), step=1)
        writer.scalar("loss", np.array(1e-7), step=2**40)
    events = accumulated(tmp_path).Tensors("loss")
    assert [event.step for event in events] == [0, 1, 2**40]
    np.testing.assert_array_equal(values_of(tmp_path, "loss"), np.float32([0.5, 0.25, 1e-7]))
    assert plugin_of(tmp_path, "loss") == "scalars"


def test_scalars_that_are_not_finite_are_read_back(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("x", float("nan"), step=0)
        writer.scalar("x", float("-inf"), step=1)
        writer.scalar("x", 1e300, step=2)
    np.testing.assert_array_equal(values_of(tmp_path, "x"), [np.nan, -np.inf, np.inf])


def test_a_vector_is_no_scalar(tmp_path):
    with EventWriter(tmp_path) as writer, pytest.raises(TypeError):
        writer.scalar("x", np.ones(2), step=0)


def test_negative_steps_are_read_back(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("x", 1.0, step=-1)
    assert [event.step for event in accumulated(tmp_path).Tensors("x")] == [-1]


def test_wall_time_is_that_of_writing(tmp_path, monkeypatch):
    monkeypatch.setattr("cornu.callbacks.tensorboard.event_file.time.time", lambda: 1234567890.5)
    with EventWriter(tmp_path) as writer:
        writer.scalar("x", 1.0, step=0)
    assert accumulated(tmp_path).Tensors("x")[0].wall_time == 1234567890.5


def test_tags_keep_slashes_and_other_alphabets(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("dense/κ loss", 1.0, step=0)
    assert accumulated(tmp_path).Tags()["tensors"] == ["dense/κ loss"]


def test_histograms_are_read_back(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.histogram("weights", np.linspace(0.0, 3.0, 301).reshape(7, 43), step=4)
    (buckets,) = values_of(tmp_path, "weights")
    assert (buckets.shape, buckets.dtype) == ((30, 3), np.float64)
    np.testing.assert_allclose(buckets[:, 0], np.arange(30) / 10, atol=1e-12)
    np.testing.assert_allclose(buckets[:, 1], np.arange(1, 31) / 10, atol=1e-12)
    assert buckets[:, 2].sum() == 301
    assert plugin_of(tmp_path, "weights") == "histograms"


@given(st.lists(st.floats(), max_size=40))
@example([0.0, np.finfo("float64").max])
@example([36 * 5e-324, -40 * 5e-324])
@example([1.0, 1.0 + 2**-52, 1.0 + 2**-45])
def test_histogram_counts_each_finite_value_in_ordered_buckets(values):
    buckets = histogram_buckets(np.array(values))
    assert buckets.shape == (30, 3)
    assert buckets[:, 2].sum() == np.isfinite(values).sum()
    assert np.all(buckets[:, 0] <= buckets[:, 1])
    assert np.all(buckets[1:, 0] == buckets[:-1, 1])


def test_histogram_of_equal_values_counts_them_in_the_last_bucket():
    buckets = histogram_buckets(np.full(5, 2.0))
    np.testing.assert_array_equal(buckets[-1], [2.0, 2.0, 5.0])
    assert buckets[:-1, 2].sum() == 0


def test_histogram_takes_integers_and_booleans():
    assert histogram_buckets(np.array([True, False, True]))[[0, -1], 2].tolist() == [1, 2]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_images_are_read_back(tmp_path, channels):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, channels), "uint8")
    with EventWriter(tmp_path) as writer:
        writer.image("picture", image, step=3)
    (width_height_png,) = values_of(tmp_path, "picture")
    width, height, png = width_height_png
    assert (width, height) == (b"7", b"5")
    np.testing.assert_array_equal(pixels_of(png, channels), image)
    assert plugin_of(tmp_path, "picture") == "images"


def pixels_of(png, channels):
    """The pixels of an unfiltered 8-bit PNG, with the checksums of its chunks verified."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, rest = {}, png[8:]
    while rest:
        size = struct.unpack(">I", rest[:4])[0]
        assert zlib.crc32(rest[4 : 8 + size]) == struct.unpack(">I", rest[8 + size : 12 + size])[0]
        chunks[rest[4:8]] = rest[8 : 8 + size]
        rest = rest[12 + size :]
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), "uint8").reshape(height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, channels)


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")])
def test_another_decoder_sees_the_same_pixels(tmp_path, channels, mode):
    image = np.random.default_rng(1).integers(0, 256, (9, 4, channels), "uint8")
    (tmp_path / "image.png").write_bytes(encode_png(image))
    with Image.open(tmp_path / "image.png") as decoded:
        assert decoded.mode == mode
        np.testing.assert_array_equal(np.array(decoded).reshape(image.shape), image)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 5), (1, 4, 4, 3), (0, 4, 3)])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"shape \(height, width, channels\)"):
        encode_png(np.zeros(shape, "uint8"))


def test_images_of_another_dtype_are_refused():
    with pytest.raises(ValueError, match="dtype uint8"):
        encode_png(np.zeros((4, 4, 3), "float32"))


def test_text_is_read_back(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.text("notes", "**first** run, µ = 3", step=2)
    (text,) = values_of(tmp_path, "notes")
    assert text.item().decode() == "**first** run, µ = 3"
    assert plugin_of(tmp_path, "notes") == "text"


def dense(name, source):
    history = {"class_name": "__keras_tensor__", "config": {"keras_history": [source, 0, 0]}}
    nodes = [{"args": [history], "kwargs": {}}] if source else []
    return {"class_name": "Dense", "config": {"name": name}, "inbound_nodes": nodes}


def test_model_graph_is_understood_by_the_graph_plugin(tmp_path):
    config = {
        "name": "model",
        "layers": [dense("first", None), dense("second", "first")],
        "input_layers": [["first", 0, 0]],
        "output_layers": [["second", 0, 0]],
    }
    model_json = json.dumps({"class_name": "Functional", "config": config})
    with EventWriter(tmp_path) as writer:
        writer.keras_graph(model_json)
    (text,) = values_of(tmp_path, "keras")
    graph = keras_model_to_graph_def(json.loads(text.item()))
    assert {node.name: list(node.input) for node in graph.node} == {
        "model/first": [],
        "model/second": ["model/first"],
    }
    assert plugin_of(tmp_path, "keras") == "graph_keras_model"


def test_the_data_provider_of_the_web_page_sorts_values_into_its_tabs(tmp_path):
    with EventWriter(tmp_path / "train") as writer:
        writer.scalar("loss", 0.5, step=1)
        writer.histogram("weights", np.arange(9.0), step=1)
        writer.image("picture", np.zeros((2, 3, 3), "uint8"), step=1)
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(tmp_path))
    multiplexer.Reload()
    provider, context = MultiplexerDataProvider(multiplexer, str(tmp_path)), RequestContext()
    scalars = provider.list_scalars(context, experiment_id="", plugin_name="scalars")
    tensors = provider.list_tensors(context, experiment_id="", plugin_name="histograms")
    images = provider.list_blob_sequences(context, experiment_id="", plugin_name="images")
    assert scalars["train"].keys() == {"loss"}
    assert tensors["train"].keys() == {"weights"}
    assert images["train"].keys() == {"picture"}


def test_file_starts_with_the_version(tmp_path):
    with EventWriter(tmp_path) as writer:
        first = next(iter(EventFileLoader(str(writer.path)).Load()))
    assert first.file_version == "brain.Event:2"


def test_encoding_leaves_nothing_that_the_message_classes_do_not_know():
    encoded = summary_event(1.5, 7, "loss", "scalars", float_tensor(0.5))
    event = Event.FromString(encoded)
    assert (event.wall_time, event.step, event.summary.value[0].tag) == (1.5, 7, "loss")
    assert event.summary.value[0].metadata.data_class == DataClass.DATA_CLASS_SCALAR
    event.DiscardUnknownFields()
    assert Event.FromString(event.SerializeToString()) == Event.FromString(encoded)


def test_two_writers_of_one_folder_have_two_files(tmp_path):
    with EventWriter(tmp_path) as first, EventWriter(tmp_path) as second:
        assert first.path != second.path
    assert len(list(tmp_path.iterdir())) == 2


def test_file_name_is_one_that_tensorboard_looks_for(tmp_path):
    with EventWriter(tmp_path / "deep" / "er", suffix=".v2") as writer:
        pass
    assert re.fullmatch(r"events\.out\.tfevents\.\d{10}\.[\w.-]+\.\d+\.0\.v2", writer.path.name)


def test_flush_shows_what_was_written(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("x", 1.0, step=0)
        writer.flush()
        assert accumulated(tmp_path).Tags()["tensors"] == ["x"]


def test_a_record_after_two_seconds_is_flushed(tmp_path, monkeypatch):
    with EventWriter(tmp_path) as writer:
        monkeypatch.setattr(writer, "last_flush", writer.last_flush - 2.1)
        writer.scalar("x", 1.0, step=0)
        assert accumulated(tmp_path).Tags()["tensors"] == ["x"]


def test_closing_twice_is_harmless(tmp_path):
    writer = EventWriter(tmp_path)
    writer.close()
    writer.close()


def test_writing_to_a_closed_file_is_refused(tmp_path):
    writer = EventWriter(tmp_path)
    writer.close()
    with pytest.raises(ValueError, match="is closed"):
        writer.scalar("x", 1.0, step=0)


def test_a_last_record_cut_anywhere_hides_only_itself(tmp_path):
    with EventWriter(tmp_path) as writer:
        writer.scalar("x", 1.0, step=0)
        writer.flush()
        whole = writer.path.stat().st_size
        writer.scalar("x", 2.0, step=1)
    data = writer.path.read_bytes()
    for size in range(whole, len(data)):
        writer.path.write_bytes(data[:size])
        assert np.array(values_of(tmp_path, "x")).tolist() == [1.0]


WRITE_UNTIL_KILLED = """
import itertools, sys
from cornu.callbacks.tensorboard.event_file import EventWriter
writer = EventWriter(sys.argv[1])
for step in itertools.count():
    writer.scalar("x", step, step)
    if step == 5000:
        print("started", flush=True)
"""


def test_a_killed_writer_leaves_a_readable_file(tmp_path):
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    with process:
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    with EventWriter(tmp_path) as writer:
        writer.scalar("y", 1.0, step=0)
    x = np.array(values_of(tmp_path, "x"))
    assert x.size > 1000
    np.testing.assert_array_equal(x, np.arange(x.size))
    assert len(values_of(tmp_path, "y")) == 1


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_checksum_is_that_of_rfc_3720(data, checksum):
    assert crc32c(data) == checksum


@given(st.binary(min_size=4, max_size=2000))
def test_checksum_by_lanes_is_that_by_byte(data):
    assert crc_by_lanes(data) == crc_by_byte(data)


def test_a_large_record_is_read_back(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (600, 600, 3), "uint8")
    with EventWriter(tmp_path) as writer:
        writer.image("picture", image, step=0)
    (width_height_png,) = values_of(tmp_path, "picture")
    np.testing.assert_array_equal(pixels_of(width_height_png[2], 3), image)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, b"\x00"), (127, b"\x7f"), (300, b"\xac\x02"), (-1, b"\xff" * 9 + b"\x01")],
)
def test_varints_are_those_of_the_wire_format(value, encoded):
    assert varint(value) == encoded
