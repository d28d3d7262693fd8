"""Steps for loops of one's own, the state as a tree, and global limits of epochs and steps."""

import numpy as np
import pytest

import cornu as keras

X, Y = np.ones((12, 2), "float32"), np.ones((12, 1), "float32")


@pytest.fixture
def model():
    net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="out")], name="net")
    net.compile(keras.optimizers.SGD(0.1, name="sgd"), "mse")
    return net


@pytest.fixture
def limits():
    yield keras.config
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


def test_a_loop_over_train_function_trains(model):
    step, batches = model.make_train_function(), iter([(X, Y)] * 5)
    losses = [float(step(batches)["loss"]) for _ in range(5)]
    assert losses[-1] < losses[0]
    assert model.make_train_function() is step
    assert model.make_train_function(force=True) is not step


def test_test_and_predict_functions_take_iterators(model):
    assert "loss" in model.make_test_function()(iter([(X, Y)]))
    assert model.make_predict_function()(iter([X])).shape == (12, 1)


def test_the_state_goes_through_its_tree_and_back(model):
    model.fit(X, Y, verbose=0)
    state = model.get_state_tree("numpy_array")
    assert set(state["trainable_variables"]["net"]["out"]) == {"kernel", "bias"}
    assert state["optimizer_variables"]["sgd"]["iteration"] == 1
    kernel = model.get_weights()[0]
    model.fit(X, Y, verbose=0)
    model.set_state_tree(state)
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


def test_a_tree_that_does_not_fit_is_refused(model):
    with pytest.raises(ValueError, match="no part 'weights'"):
        model.set_state_tree({"weights": {}})
    with pytest.raises(ValueError, match="no variable 'net/in/kernel'"):
        model.set_state_tree({"trainable_variables": {"net": {"in": {"kernel": 0.0}}}})
    with pytest.raises(ValueError, match="value_format"):
        model.get_state_tree("torch")


def test_epochs_and_steps_are_limited_for_every_fit(model, limits):
    limits.set_max_epochs(2)
    limits.set_max_steps_per_epoch(3)
    history = model.fit(X, Y, batch_size=2, epochs=5, verbose=0)
    assert len(history.history["loss"]) == 2
    assert int(model.optimizer.iterations) == 6
    assert model.predict(X, batch_size=2, verbose=0).shape == (6, 1)


def test_limits_above_the_data_change_nothing(model, limits):
    limits.set_max_epochs(9)
    limits.set_max_steps_per_epoch(99)
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0)
    assert int(model.optimizer.iterations) == 6


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "2"])
def test_limits_are_positive_ints(value, limits):
    with pytest.raises(ValueError, match="max_epochs must be a positive int"):
        limits.set_max_epochs(value)
    with pytest.raises(ValueError, match="max_steps_per_epoch must be a positive int"):
        limits.set_max_steps_per_epoch(value)


def test_a_loss_of_ones_own_may_do_without_the_training_flag():
    class Own(keras.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return keras.ops.mean((y - y_pred) ** 2) + 10.0

    model = Own([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd")
    x = np.ones((4, 2), "float32")
    assert model.fit(x, x[:, :1], verbose=0).history["loss"][0] >= 10
    assert model.evaluate(x, x[:, :1], verbose=0) >= 10
