"""Errors about values in compiled code point at the user's line and say what to write instead."""

import inspect
import pickle
import statistics
import traceback
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
import cornu.engine.tracer_errors as tracer_errors
from cornu.engine.tracer_errors import ExplainedError, explain_tracer_errors

X = jnp.array([1.0, 2.0, 3.0])


def caught(function, x=X):
    """The error that compiling `function` raises under an explanation for `fit`."""
    with pytest.raises((TypeError, IndexError)) as information, explain_tracer_errors("fit"):
        jax.jit(jax.value_and_grad(lambda x: jnp.sum(function(x))))(x)
    return information.value


def use_if(x):
    doubled = x * 2
    if doubled.sum() > 0:
        return -x
    return x


def use_numpy(x):
    return np.sin(x)


def use_float(x):
    return x * float(x[0])


def use_item(x):
    return x * x[0].item()


def use_list(x):
    return x.tolist()


def use_range(x):
    return sum(x for _ in range(x[0].astype("int32")))


def use_mask(x):
    return x[x > 0]


def use_value_as_size(x):
    return jnp.arange(x[0])


CASES = [
    (use_if, "if doubled.sum() > 0:", jax.errors.TracerBoolConversionError, "ops.cond"),
    (use_numpy, "return np.sin(x)", jax.errors.TracerArrayConversionError, "ops.sin"),
    (use_float, "return x * float(x[0])", jax.errors.ConcretizationTypeError, "ops.cast"),
    (use_item, "return x * x[0].item()", jax.errors.ConcretizationTypeError, "ops.cast"),
    (use_list, "return x.tolist()", jax.errors.ConcretizationTypeError, "ops.cast"),
    (
        use_range,
        'return sum(x for _ in range(x[0].astype("int32")))',
        jax.errors.TracerIntegerConversionError,
        "ops.fori_loop",
    ),
    (use_mask, "return x[x > 0]", jax.errors.NonConcreteBooleanIndexError, "ops.where(mask, x, 0)"),
    (use_value_as_size, "return jnp.arange(x[0])", jax.errors.ConcretizationTypeError, "x.shape"),
]
NAMES = [case[0].__name__ for case in CASES]


@pytest.mark.parametrize(("function", "source", "family", "advice"), CASES, ids=NAMES)
def test_message_shows_the_line_and_the_way_out(function, source, family, advice):
    error = caught(function)
    first_line = inspect.getsourcelines(function)[1]
    line = first_line + inspect.getsource(function).split(source)[0].count("\n")
    assert isinstance(error, family)
    assert str(error).startswith(
        f'fit: `{source}` (File "{__file__}", line {line}, in {function.__name__}) '
    )
    assert advice in str(error)
    assert "run_eagerly=True" in str(error)
    assert "\n" not in str(error)


def test_leaked_array_is_explained_where_it_is_used():
    kept = []
    jax.jit(lambda x: kept.append(x * 2))(1.0)
    with pytest.raises(jax.errors.UnexpectedTracerError) as caught, explain_tracer_errors("fit"):
        kept[0] + 1
    assert "`kept[0] + 1`" in str(caught.value)
    assert "add_weight" in str(caught.value)


def test_original_error_is_the_cause_without_frames_of_jax():
    error = caught(use_if)
    files = [frame.filename for frame in traceback.extract_tb(error.__cause__.__traceback__)]
    assert type(error.__cause__) is jax.errors.TracerBoolConversionError
    assert set(files) == {__file__}


def test_original_traceback_names_each_line_of_the_user():
    frames = traceback.extract_tb(caught(use_if).__cause__.__traceback__)
    assert (frames[-1].name, frames[-1].line) == ("use_if", "if doubled.sum() > 0:")


def test_frames_of_jax_stay_where_filtering_is_off():
    before = jax.config.jax_traceback_filtering
    jax.config.update("jax_traceback_filtering", "off")
    try:
        error = caught(use_if)
    finally:
        jax.config.update("jax_traceback_filtering", before)
    files = [frame.filename for frame in traceback.extract_tb(error.__cause__.__traceback__)]
    assert any(file.startswith(str(Path(jax.__file__).parent)) for file in files)


def function_from(file, source):
    """A function `call` whose code claims to come from `file`."""
    namespace = {"jnp": jnp, "np": np}
    exec(compile(source, file, "exec"), namespace)
    return namespace["call"]


def test_frames_of_the_package_are_not_blamed():
    inside = Path(tracer_errors.__file__).parent.parent / "layers" / "made_up.py"
    call = function_from(str(inside), "def call(x):\n    return x if x > 0 else 0.0")
    error = caught(lambda x: call(x[0]))
    assert "`error = caught(lambda x: call(x[0]))`" in str(error)


def test_frames_of_numpy_are_not_blamed():
    error = caught(lambda x: np.atleast_1d(x))
    assert "`error = caught(lambda x: np.atleast_1d(x))`" in str(error)


def test_frames_of_the_standard_library_are_not_blamed():
    error = caught(lambda x: statistics.fmean([x[0]]))
    assert "`error = caught(lambda x: statistics.fmean([x[0]]))`" in str(error)


def test_installed_packages_of_others_are_blamed():
    file = str(Path(pytest.__file__).parent.parent / "somebody" / "blocks.py")
    call = function_from(file, "def call(x):\n    return float(x[0])")
    assert f'The code (File "{file}", line 2, in call)' in str(caught(call))


def test_the_package_is_blamed_where_no_line_of_the_user_is():
    inside = str(Path(tracer_errors.__file__).parent.parent / "layers" / "made_up.py")
    source = """
def call(explain, jit):
    with explain("fit"):
        jit(float)(1.0)
"""
    call = function_from(inside, source)
    with pytest.raises(TypeError) as caught:
        call(explain_tracer_errors, jax.jit)
    assert f'File "{inside}", line 4, in call' in str(caught.value)


def test_code_without_a_source_file_is_named_by_its_place():
    call = function_from("<cell 3>", "def call(x):\n    return float(x[0])")
    assert 'The code (File "<cell 3>", line 2, in call)' in str(caught(call))


def test_explained_errors_pass_an_outer_block_unchanged():
    with (
        pytest.raises(ExplainedError) as caught,
        explain_tracer_errors("fit"),
        explain_tracer_errors("Layer 'dense'"),
    ):
        jax.jit(use_if)(X)
    assert str(caught.value).startswith("Layer 'dense': ")


def test_other_errors_pass_unchanged():
    error = TypeError("mine")
    with pytest.raises(TypeError) as caught, explain_tracer_errors("fit"):
        raise error
    assert caught.value is error


def test_errors_survive_the_way_between_processes():
    error = caught(use_if)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))


@pytest.mark.parametrize("first", [[], [keras.Input((3,))]])
def test_a_sequential_says_which_layer_looked_at_values(first):
    class Choosing(keras.layers.Layer):
        def call(self, x):
            return x if keras.ops.sum(x) > 0 else -x

    with pytest.raises(TypeError, match=r"Layer 'choosing': `return x if .*ops.where") as caught:
        model = keras.Sequential([*first, keras.layers.Dense(3), Choosing(name="choosing")])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 3)), verbose=0)
    assert "inference.py" not in str(caught.value)
