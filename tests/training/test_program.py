"""Compiled steps: runs of many steps, donated state, results of prediction."""

import os
import subprocess
import sys

import jax
import numpy as np
import pytest

import cornu as keras
from cornu.core.state import State
from cornu.training.program import Program
from cornu.training.steps.programs import program_of


def counting_program(**settings):
    total = keras.Variable(np.zeros(3, "float32"), name="total")

    def step(batch):
        total.assign(total + batch.sum(axis=0))
        return batch[:, 0] * 2

    return total, Program(step, lambda: State.of(non_trainable=[total]), **settings)


def test_a_run_of_steps_gives_the_results_of_all_of_them_where_asked():
    _, program = counting_program(collects=True, donates=False)
    data = np.arange(30, dtype="float32").reshape(10, 3)
    found = program.run_many(data, np.arange(10, dtype="int32"), 2, 1, 3)
    np.testing.assert_array_equal(found[:3], [[12, 18], [24, 30], [36, 42]])


def test_a_run_of_steps_changes_the_state_as_single_steps_do():
    data = np.arange(30, dtype="float32").reshape(10, 3)
    one, single = counting_program()
    many, run = counting_program()
    for i in range(5):
        single.run(data[2 * i : 2 * i + 2])
    run.run_many(data, np.arange(10, dtype="int32"), 2, 0, 5)
    np.testing.assert_array_equal(one, many)


def test_values_that_somebody_holds_survive_a_step():
    total, program = counting_program()
    held = total.value
    program.run(np.ones((2, 3), "float32"))
    np.testing.assert_array_equal(held, [0, 0, 0])
    np.testing.assert_array_equal(total, [2, 2, 2])


def test_numpy_views_of_a_value_survive_a_step():
    total, program = counting_program()
    view = np.asarray(total.value)
    program.run(np.ones((2, 3), "float32"))
    np.testing.assert_array_equal(view, [0, 0, 0])


def test_values_that_nobody_else_holds_are_not_copied():
    total, program = counting_program()
    program.run(np.ones((2, 3), "float32"))
    before = total._value.unsafe_buffer_pointer()
    assert program.state().non_trainable["total"].unsafe_buffer_pointer() == before


def test_predictions_do_not_depend_on_how_many_steps_run_at_once():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    x = np.random.default_rng(0).normal(size=(1003, 3)).astype("float32")
    batches = []
    found = model.predict(
        x,
        batch_size=10,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_predict_batch_end=lambda batch, logs: batches.append(logs["outputs"])
            )
        ],
    )
    assert len(batches) == 101
    np.testing.assert_allclose(model.predict(x, batch_size=10, verbose=0), found, atol=1e-6)
    np.testing.assert_allclose(found, model(x), rtol=1e-4, atol=1e-6)


def test_data_of_nearly_the_same_length_share_a_program():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    for rows in (690, 691, 700):
        model.fit(np.ones((rows, 3)), np.ones(rows), batch_size=10, verbose=0)
    assert program_of(model, "train")._many._cache_size() == 1


def test_rows_added_to_the_data_are_never_read():
    def weights(interval):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        x = np.random.default_rng(0).normal(size=(691, 3)).astype("float32")
        model.fit(x, x.sum(axis=1), batch_size=10, epochs=2, verbose=0, callbacks=interval)
        return model.get_weights()[0]

    each = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    np.testing.assert_allclose(weights(None), weights([each]), rtol=1e-5)


def test_a_prediction_leaves_the_state_of_random_numbers_as_a_step_at_a_time_does():
    def prediction(callbacks):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.5, seed=1)])
        return model.predict(np.ones((64, 2)), verbose=0, callbacks=callbacks)

    each = keras.callbacks.LambdaCallback(on_predict_batch_end=lambda batch, logs: None)
    np.testing.assert_array_equal(prediction(None), prediction([each]))


def test_predictions_may_be_changed_in_place():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    found = model.predict(np.ones((4, 3)), verbose=0)
    found[0] = 5.0
    assert isinstance(found, np.ndarray)
    assert not isinstance(found, jax.Array)


def test_many_models_take_their_steps_along_a_first_axis():
    total, program = counting_program(models=True)
    data = np.arange(24, dtype="float32").reshape(2, 4, 3)  # two models, four samples

    def batch_at(i):
        return jax.lax.dynamic_slice_in_dim(data, i * 2, 2, axis=1)

    start = State(non_trainable={"total": np.zeros((2, 3), "float32")})
    start = jax.tree.unflatten(jax.tree.structure(program.state()), jax.tree.leaves(start))
    state, _ = jax.jit(lambda s: program.steps(s, batch_at, 2))(start)
    np.testing.assert_array_equal(state.non_trainable["total"], data.sum(axis=1))
    np.testing.assert_array_equal(total, [0, 0, 0])


def test_a_step_compiled_anew_says_why():
    _, program = counting_program()
    program.run(np.ones((2, 3), "float32"))
    program.run(np.ones((2, 3), "float32"))
    program.run((np.ones((4, 3), "float32"))[:3])
    program.run(np.ones((3, 3), "int32"))
    first, shape, dtype = program.compilations.reasons
    assert first == "the first batch"
    assert "from (2, 3) to (3, 3)" in shape
    assert "from float32 to int32" in dtype


def test_the_fifth_compilation_in_one_fit_is_explained_once():
    model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(5, 2)])
    model.add(keras.layers.GlobalAveragePooling1D())
    model.add(keras.layers.Dense(1))
    model.compile("sgd", "mse")
    batches = [(np.ones((2, n), "int32"), np.ones((2, 1))) for n in range(1, 9)]
    with pytest.warns(UserWarning, match=r"5 times.*x changed from \(2, 4\) to \(2, 5\)") as told:
        model.fit(iter(batches), verbose=0)
    assert len(told) == 1
    model.fit(iter(batches), verbose=0)


def test_a_sharded_state_and_batch_give_the_step_of_one_device(tmp_path):
    script = tmp_path / "sharded.py"
    script.write_text(SHARDED)
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "CORNU_ONEDNN": "0"}
    subprocess.run([sys.executable, script], check=True, env={**os.environ, **flags})


SHARDED = """
import jax, numpy as np, cornu as keras
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from cornu.core import state
from cornu.training.steps.building import build_for
from cornu.training.steps.programs import program_of

def trained(shard):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    batch = (x, x.sum(axis=1, keepdims=True), None)
    build_for(model, batch)
    program = program_of(model, "train")
    if shard:
        mesh = Mesh(np.array(jax.devices()), ("data",))
        whole, split = (NamedSharding(mesh, PartitionSpec(*s)) for s in ((), ("data",)))
        for variable in state.leaves(program.variables):
            variable.assign(jax.device_put(variable.value, whole))
        batch = jax.device_put(batch, split)
    for _ in range(3):
        program.run(batch)
    return model

one, four = trained(False), trained(True)
assert len(four.layers[0].kernel.value.sharding.device_set) == 4
for a, b in zip(one.get_weights(), four.get_weights()):
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
"""
