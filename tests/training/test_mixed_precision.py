"""Mixed precision from the policy to the file: accuracy, loss scale, variables."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

import cornu as keras
from cornu import layers

GROWTH = 4


@pytest.fixture(scope="module")
def digits():
    data = load_digits()
    return (data.data / 16).astype("float32")[:1280], data.target.astype("int32")[:1280]


def network(policy):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            layers.Dense(32, activation="relu", dtype=policy),
            layers.BatchNormalization(dtype=policy),
            layers.Dense(10, activation="softmax", dtype="float32"),
        ]
    )
    if policy.startswith("mixed"):
        model.dtype_policy = keras.DTypePolicy(policy)
    return model


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_digits_are_learnt_in_every_policy(policy, digits):
    x, y = digits
    model = network(policy)
    model.compile(
        keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(x[:1024], y[:1024], batch_size=64, epochs=6, verbose=0)
    accuracy = model.evaluate(x[1024:], y[1024:], batch_size=256, verbose=0, return_dict=True)
    assert accuracy["accuracy"] > 0.88
    assert {w.dtype for w in model.weights} == {"float32"}
    assert all(np.isfinite(w).all() for w in model.get_weights())
    scaled = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")


def tiny(scale, rate=0.5):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, dtype="mixed_float16")])
    inner = keras.optimizers.SGD(rate)
    optimizer = keras.optimizers.LossScaleOptimizer(
        inner, initial_scale=scale, dynamic_growth_steps=GROWTH
    )
    model.compile(optimizer, "mse")
    return model


def scale_of(model):
    return float(model.optimizer.dynamic_scale)


X, Y = np.ones((4, 2), "float32"), np.zeros((4, 1), "float32")


def test_the_scale_doubles_after_a_run_of_finite_steps():
    model = tiny(scale=8.0, rate=0.01)
    scales = []
    for _ in range(2 * GROWTH):
        model.train_on_batch(X, Y)
        scales.append(scale_of(model))
    assert scales == [8.0] * (GROWTH - 1) + [16.0] * GROWTH + [32.0]


def test_a_step_that_overflows_is_left_out_and_halves_the_scale():
    model = tiny(scale=2.0**17)
    before = model.get_weights()
    model.train_on_batch(X * 100, Y)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    assert scale_of(model) == 2.0**16
    assert int(model.optimizer.iterations) == 0


def test_the_scale_falls_until_gradients_are_finite_and_training_goes_on():
    model = tiny(scale=2.0**24, rate=0.01)
    first = float(model.test_on_batch(X, Y))
    model.fit(X, Y, epochs=40, verbose=0)
    assert int(model.optimizer.iterations) > 0
    assert float(model.test_on_batch(X, Y)) < first
    assert {w.dtype for w in model.weights} == {"float32"}
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_small_gradients_are_lost_without_a_scale_and_kept_with_one():
    # d loss / d kernel is about 1e-8, which is zero in float16.
    inputs, targets = np.full((1, 2), 1e-4, "float32"), np.full((1, 1), 1e-4, "float32")

    def moved(model):
        model.set_weights([np.zeros((2, 1)), np.zeros(1)])
        model.train_on_batch(inputs, targets)
        return abs(model.get_weights()[0]).max() > 0

    scaled = tiny(scale=2.0**15, rate=1.0)
    plain = tiny(scale=1.0, rate=1.0)
    assert moved(scaled)
    assert not moved(plain)


@pytest.mark.parametrize("asked, wrapped", [(True, True), (False, False)])
def test_compile_wraps_the_optimizer_only_if_asked(asked, wrapped):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile("sgd", "mse", auto_scale_loss=asked)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) == wrapped


def test_policies_and_the_scale_come_back_from_a_file(tmp_path):
    model = tiny(scale=8.0, rate=0.01)
    model.fit(X, Y, epochs=GROWTH + 1, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.layers[-1].dtype_policy == keras.DTypePolicy("mixed_float16")
    assert loaded.layers[-1].kernel.dtype == "float32"
    assert type(loaded.optimizer) is keras.optimizers.LossScaleOptimizer
    assert scale_of(loaded) == scale_of(model) == 16.0
    assert int(loaded.optimizer.step_counter) == 1
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))
