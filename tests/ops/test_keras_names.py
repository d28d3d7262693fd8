import importlib

import keras
import pytest

import cornu.ops  # noqa: F401
from cornu.ops import keras_names
from cornu.ops.op import REGISTRY

FAMILIES = ["numpy", "math", "linalg", "core", "nn", "image", "einops"]
# A base class, what takes no tensor, and classes that no function of Keras uses.
NO_OPERATION = {"Operation", "SegmentReduction", "JVP", "Arange", "Ndim", "Abs", "Conj"}
KERAS_CLASSES = sorted(
    (value.__module__, name)
    for family in FAMILIES
    for name, value in vars(importlib.import_module(f"keras.src.ops.{family}")).items()
    if isinstance(value, type)
    and issubclass(value, keras.Operation)
    and value.__module__ == f"keras.src.ops.{family}"
    and name not in NO_OPERATION
)


@pytest.mark.parametrize(("module", "class_name"), KERAS_CLASSES)
def test_class_of_keras_is_one_of_our_operations(module, class_name):
    name = keras_names.from_keras(class_name)
    assert keras_names.to_keras(name) == (module, class_name)
    assert name in REGISTRY


@pytest.mark.parametrize(("class_name", "name"), [("Abs", "absolute"), ("Conj", "conjugate")])
def test_class_that_no_function_uses_is_known(class_name, name):
    assert keras_names.from_keras(class_name) == name


@pytest.mark.parametrize(
    ("name", "graph_name"),
    [("allclose", "all_close"), ("cdist", "c_dist"), ("rfft", "rfft"), ("expand_dims",) * 2],
)
def test_name_in_a_graph_is_keras(name, graph_name):
    assert keras_names.graph_name(name) == graph_name


def test_patches_of_volumes_are_patches_in_a_file():
    module, class_name = keras_names.to_keras("extract_patches_3d")
    assert module == "keras.src.ops.image"
    assert keras_names.from_keras(class_name) == "extract_patches"
