"""Programs as users write them run on Cornu, and print the same numbers as on Keras."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

TOOL = runpy.run_path(str(Path(__file__).with_name("make_golden.py")))
NAMES = TOOL["names"]()
COMPARED = [name for name in NAMES if name not in TOOL["NOT_ON_KERAS"]]

# Sums in another order differ in the seventh digit; a few steps of training make more of it.
RELATIVE, ABSOLUTE = 2e-3, 2e-4


def leaves(tree, path=""):
    """Yield each path with its value: lists of numbers are one value."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{path}/{key}")
    elif isinstance(tree, list) and any(isinstance(item, dict | str | None) for item in tree):
        for index, value in enumerate(tree):
            yield from leaves(value, f"{path}/{index}")
    else:
        yield path, tree


def assert_same(found, expected):
    found, expected = dict(leaves(found)), dict(leaves(expected))
    assert found.keys() == expected.keys()
    for path, value in expected.items():
        if value is None or isinstance(value, bool | str):
            assert found[path] == value, path
        else:
            np.testing.assert_allclose(
                found[path], value, rtol=RELATIVE, atol=ABSOLUTE, err_msg=path
            )


def test_every_program_has_the_numbers_of_keras_or_a_reason():
    files = {name for name in COMPARED if TOOL["golden_file"](name).is_file()}
    assert files == set(COMPARED)
    assert TOOL["NOT_ON_KERAS"].keys() <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_program_runs_without_warnings_and_prints_the_numbers_of_keras(name):
    found = TOOL["printed_by"](name, "cornu", "-W", "error")
    if name in COMPARED:
        assert_same(found, json.loads(TOOL["golden_file"](name).read_text()))
    else:
        assert found


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPARED)
def test_the_numbers_of_keras_are_still_its_own(name):
    expected = json.loads(TOOL["golden_file"](name).read_text())
    assert_same(TOOL["printed_by"](name, "keras"), expected)
