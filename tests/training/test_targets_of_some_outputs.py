"""Where some outputs have no loss, the targets may be those of the others alone, as in Keras."""

import numpy as np
import pytest

import cornu as keras

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


def model(loss, **arguments):
    features = keras.Input((2,))
    outputs = [
        keras.layers.Dense(1, kernel_initializer="ones", name=f"o{i}")(features) for i in range(3)
    ]
    made = keras.Model(features, outputs)
    made.compile("sgd", loss, **arguments)
    return made


def fitted(loss, y, **arguments):
    history = model(loss, **arguments).fit(X, y, verbose=0).history
    return {name: value[0] for name, value in history.items()}


@pytest.mark.parametrize(
    "loss", [["mse", None, None], [None, "mse", None], {"o0": "mse"}, {"o2": "mse"}], ids=str
)
@pytest.mark.parametrize("y", [Y, [Y]], ids=["array", "list"])
def test_one_loss_takes_one_array(loss, y):
    assert fitted(loss, y) == {"loss": 1.0}


def test_two_losses_take_two_arrays():
    found = fitted([None, "mse", "mse"], [Y, 2 * Y], metrics=[None, ["mae"], ["mae"]])
    assert found == {"loss": 1.0, "o1_loss": 1.0, "o2_loss": 0.0, "o1_mae": 1.0, "o2_mae": 0.0}


def test_a_metric_of_an_output_without_targets_is_left_out():
    found = fitted(["mse", None, None], Y, metrics=[["mae"], ["mae"], None])
    assert found == {"loss": 1.0, "o0_mae": 1.0}


def test_weights_evaluation_and_streams_know_it_too():
    made = model(["mse", None, None])
    assert made.evaluate(X, Y, sample_weight=np.full(8, 2.0), verbose=0) == 2.0
    made.reset_metrics()
    assert made.train_on_batch(X, Y) == 1.0
    history = made.fit(iter([(X, Y)]), validation_data=(X, Y), verbose=0).history
    assert set(history) == {"loss", "val_loss"}


def test_an_array_for_two_losses_is_still_refused():
    with pytest.raises(ValueError, match="y is one array, but the model has 3 outputs"):
        fitted(["mse", "mse", None], Y)
