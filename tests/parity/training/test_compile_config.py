"""What `compile` keeps, and the names of inputs, are as in Keras."""

import re

import keras
import pytest

import cornu


def compiled(library, **settings):
    model = library.Sequential([library.Input((1,)), library.layers.Dense(1)])
    model.compile("sgd", "mse", **settings)
    return model


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("jit_compile", ["auto", False])
def test_the_config_says_whether_steps_are_compiled(jit_compile, run_eagerly):
    ours, theirs = (
        compiled(library, jit_compile=jit_compile, run_eagerly=run_eagerly)
        for library in (cornu, keras)
    )
    assert ours.jit_compile is theirs.jit_compile
    assert ours.get_compile_config()["jit_compile"] is theirs.get_compile_config()["jit_compile"]


@pytest.mark.parametrize("library", [cornu, keras])
def test_an_input_without_a_name_is_a_tensor_like_others(library):
    assert re.fullmatch(r"keras_tensor(_\d+)?", library.Input((1,)).name)
    assert library.Input((1,), name="given").name == "given"
    assert library.layers.InputLayer((1,), name="given").output.name == "given"
