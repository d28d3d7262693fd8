"""Whatever is changed in a saved model, it loads, or a `LoadError` says why it does not."""

import functools
import json
import os
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.damage import FORMATS, archive_with, at, load, model, places, replaced, saved
from tests.attacks.files import members

FEW = settings(max_examples=60, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=1500, suppress_health_check=list(HealthCheck))

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 1, 2, 7, 10**6, 2 * 10**9, 10**30, 0.5, 1e300, float("inf")]),
    st.sampled_from(["", "relu", "Dense", "keras.layers", "float32", "../x", "é" * 40]),
    st.sampled_from([[], {}, [1], [[None]], {"class_name": "Dense"}]),
)


@functools.cache
def originals():
    return saved(), model()


@functools.cache
def config_of_archive():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        with open(path, "wb") as opened:
            opened.write(originals()[0]["model.keras"]["model.keras"])
        return json.loads(members(path)["config.json"])


def damaged_bytes(data, files):
    """The files with bytes of one of them flipped, or its end cut off."""
    name = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    if data.draw(st.integers(0, 9)) == 0:
        del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(1, 3))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(
                st.integers(0, 7)
            )
    return files | {name: bytes(content)}


def loads_or_says_why(name, files):
    _, target = originals()
    try:
        load(name, files, target)
    except FileNotFoundError:
        # An index that names a shard which is not there.
        assert name.endswith(".json")


def flipped(name, data):
    loads_or_says_why(name, damaged_bytes(data, originals()[0][name]))


def changed(data):
    """A config with one or two values exchanged for others, of the config's own or from outside."""
    config = config_of_archive()
    every = list(places(config))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(every))
        own = st.sampled_from(every).map(functools.partial(at, config_of_archive()))
        value = data.draw(st.one_of(VALUES, own))
        try:
            config = replaced(config, path, value)
        except (KeyError, IndexError, TypeError):
            continue  # the first exchange took this place away
    files, _ = originals()
    with tempfile.TemporaryDirectory() as folder:
        archive = archive_with(files["model.keras"], config, folder)
    loads_or_says_why("model.keras", archive)


@pytest.mark.parametrize("name", FORMATS)
@FEW
@given(st.data())
def test_flipped_bytes(name, data):
    flipped(name, data)


@FEW
@given(st.data())
def test_exchanged_values_of_a_config(data):
    changed(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@MANY
@given(st.data())
def test_many_flipped_bytes(name, data):
    flipped(name, data)


@pytest.mark.slow
@MANY
@given(st.data())
def test_many_exchanged_values_of_a_config(data):
    changed(data)
