"""Compiled steps: runs of many steps, donated state, results of prediction."""

import jax
import numpy as np

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
