"""Models in several threads, and reads of weights while a program reuses their memory."""

import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import cornu as keras
from cornu import layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(600, 8)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def model():
    return keras.Sequential(
        [keras.Input((8,)), layers.Dense(16, "relu"), layers.Dropout(0.5), layers.Dense(1)]
    )


def compiled():
    made = model()
    made.compile("adam", "mse")
    return made


def test_predictions_in_four_threads_on_a_model_that_never_ran():
    made = model()
    inputs = [X[: 100 + i] for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda x: made.predict(x, batch_size=16, verbose=0), inputs * 3))
    for x, outputs in zip(inputs * 3, found):
        np.testing.assert_allclose(outputs, made(x), rtol=1e-4, atol=1e-5)


def test_a_generator_that_a_reading_thread_runs_may_call_the_model_in_training():
    made = compiled()

    def batches():
        while True:
            x = RNG.normal(size=(16, 8)).astype("float32")
            yield x, np.asarray(made(x)) * 0.5

    history = made.fit(batches(), steps_per_epoch=100, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_other_threads_may_read_and_predict_in_training():
    made, quiet = compiled(), compiled()
    quiet.set_weights(made.get_weights())
    over, errors, reads = threading.Event(), [], []

    def read():
        while not over.is_set():
            try:
                made(X[:4])
                made.get_weights()
                copy.deepcopy(made.layers[0].kernel)
                reads.append(made.predict(X[:8], batch_size=4, verbose=0))
            except Exception as error:  # noqa: BLE001 (told below, in the test's own thread)
                errors.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    made.fit(X, Y, batch_size=10, epochs=4, shuffle=False, verbose=0)
    over.set()
    reader.join()
    assert not errors
    assert reads
    # What was predicted beside the training did not bring back weights of before.
    assert int(made.optimizer.iterations) == 240


def test_what_a_callback_read_outlives_the_steps_behind_it():
    class Keeps(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.kept, self.copies = [], []

        def on_train_batch_end(self, batch, logs=None):
            kernel = self.model.layers[0].kernel
            self.kept.append(kernel.value)
            self.copies.append(kernel.numpy())

    keeps = Keeps()
    compiled().fit(X[:50], Y[:50], batch_size=10, epochs=2, verbose=0, callbacks=[keeps])
    np.testing.assert_array_equal(keeps.kept, keeps.copies)
    assert np.any(keeps.copies[0] != keeps.copies[-1])


def test_weights_belong_to_nobody_after_fit_and_after_an_error():
    class Fails(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.copied = copy.deepcopy(self.model)
            raise KeyError("mine")

    made, fails = compiled(), Fails()
    try:
        made.fit(X[:50], Y[:50], verbose=0, callbacks=[fails])
    except KeyError:
        pass
    variables = [*made.variables, *made.optimizer.variables, *fails.copied.variables]
    assert all(variable._owner is None for variable in variables)
    fails.copied.fit(X[:50], Y[:50], verbose=0)
