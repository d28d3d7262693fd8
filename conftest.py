"""Names that the examples in docstrings take for granted: `keras` (Cornu) and `np`."""

import numpy as np
import pytest

import cornu


@pytest.fixture(autouse=True, scope="session")
def names_of_examples(doctest_namespace):
    """Let each example use `keras` and `np` without importing them."""
    doctest_namespace.update(keras=cornu, np=np)
