"""What goes wrong in `fit` is told at its start, by argument, with what came and what to do."""

import re

import numpy as np
import pytest

import cornu as keras
from cornu import layers

RNG = np.random.default_rng(0)
X = RNG.random((8, 4), "float32")
Y = RNG.random((8, 1), "float32")
CLASSES = np.array([0, 1, 2, 0, 1, 2, 0, 1])


def model(units=1, activation=None, loss="mse", **arguments):
    top = layers.Dense(units, activation=activation, name="top")
    made = keras.Sequential([keras.Input((4,), name="features"), top], name="net")
    made.compile("sgd", loss, **arguments)
    return made


def classifier(units=3, **arguments):
    return model(units, "softmax", "sparse_categorical_crossentropy", **arguments)


def words(loss="mse"):
    stack = [layers.Embedding(10, 2, name="words"), layers.Flatten(), layers.Dense(1)]
    made = keras.Sequential([keras.Input((3,), dtype="int32"), *stack])
    made.compile("sgd", loss)
    return made


class SilentStep(keras.Sequential):
    def train_step(self, data):
        self.count_params()


ARGUMENTS = [
    ({"epochs": -1}, "epochs must be an int of at least 0; got -1"),
    ({"epochs": "3"}, "epochs must be an int of at least 0; got '3' of type str"),
    ({"epochs": 2.5}, "epochs must be an int of at least 0; got 2.5"),
    ({"initial_epoch": -1}, "initial_epoch must be an int of at least 0; got -1"),
    ({"validation_freq": 0}, "validation_freq must be an int of at least 1"),
    ({"validation_freq": "1"}, "validation_freq must be an int of at least 1"),
    ({"validation_split": 2}, "validation_split=2 must be a fraction"),
    ({"validation_split": -0.1}, "validation_split=-0.1 must be a fraction"),
    ({"validation_split": "0.1"}, "validation_split='0.1' must be a fraction"),
    ({"validation_data": X}, "validation_data holds no targets"),
    ({"validation_data": (X,)}, "validation_data holds no targets"),
    ({"validation_data": (X, Y, Y, Y)}, "got a tuple of 4 parts"),
    ({"callbacks": "stop"}, "got 'stop' of type str"),
    ({"callbacks": {"a": 1}}, "of type dict, expected objects of subclasses of Callback"),
    ({"class_weight": [1.0, 2.0]}, "pass a dict: {0: 1.0, 1: 2.0}"),
    ({"batch_size": 0}, "batch_size must be a positive int; got 0"),
    ({"steps_per_epoch": 0}, "must be a positive int; got 0"),
    ({"verbose": "yes"}, "verbose must be"),
]


@pytest.mark.parametrize("arguments, said", ARGUMENTS, ids=str)
def test_arguments(arguments, said):
    with pytest.raises((ValueError, TypeError), match=re.escape(said)):
        model().fit(X, Y, **{"verbose": 0, **arguments})


def test_numbers_of_numpy_are_numbers():
    model().fit(X, Y, epochs=np.int64(1), validation_data=(X, Y), validation_freq=[1], verbose=0)


DATA = {
    "class beyond the outputs": (
        lambda: classifier(2).fit(X, CLASSES),
        "y holds class indices from 0 to 2, but 'top' has 2 output(s)",
    ),
    "floats beyond the outputs": (
        lambda: classifier(2).fit(X, CLASSES.astype("float32")),
        "Give the last layer 3 units",
    ),
    "negative class": (
        lambda: classifier(3).fit(X, CLASSES - 1),
        "Count the classes from 0",
    ),
    "classes with a fraction": (
        lambda: classifier(3).fit(X, CLASSES + 0.5),
        "got 0.5, which is no whole number",
    ),
    "validation": (
        lambda: classifier(2).fit(X, CLASSES % 2, validation_data=(X, CLASSES)),
        "y in validation_data holds class indices from 0 to 2",
    ),
    "evaluate": (
        lambda: classifier(2).evaluate(X, CLASSES, verbose=0),
        "y holds class indices from 0 to 2",
    ),
    "words beyond the vocabulary": (
        lambda: words().fit(np.full((8, 3), 10), Y),
        "x holds numbers from 10 to 10, but Embedding 'words' has rows for 0 to 9 only. "
        "Give it input_dim=11",
    ),
    "one example without its axis": (
        lambda: model().predict(X[0], verbose=0),
        "add the axis that counts the examples: x[None]",
    ),
    "a step without logs": (
        lambda: compiled(SilentStep([keras.Input((4,)), layers.Dense(1)], name="own")).fit(X, Y),
        "SilentStep 'own': `train_step` must return a dict from name to value",
    ),
    "a loss without a return": (
        lambda: model(loss=nothing).fit(X, Y),
        "Loss 'nothing': the function returned None",
    ),
    "a metric without a return": (
        lambda: model(metrics=[nothing]).fit(X, Y),
        "Metric 'nothing': the function returned None",
    ),
}


def nothing(y_true, y_pred):
    pass


def compiled(made):
    made.compile("sgd", "mse")
    return made


@pytest.mark.parametrize("act, said", DATA.values(), ids=DATA)
def test_data_and_functions(act, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        act()


def test_an_ignored_class_is_no_mistake():
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1)
    model(3, "softmax", loss).fit(X, CLASSES - 1, verbose=0)


def test_labels_beyond_one_under_a_binary_crossentropy_give_a_warning():
    with pytest.warns(UserWarning, match="values from 0 to 2, but the binary cross-entropy"):
        model(1, "sigmoid", "binary_crossentropy").fit(X, CLASSES, verbose=0)


def test_nan_in_the_data_is_told_with_its_place():
    y = Y.copy()
    y[5] = np.nan
    with pytest.warns(UserWarning, match="y holds NaN in 1 of 8 samples, the first at index 5"):
        model().fit(X, y, verbose=0)


def test_an_error_between_epochs_says_so():
    def fail(epoch, logs):
        raise RuntimeError("no")

    callback = keras.callbacks.LambdaCallback(on_epoch_end=fail)
    with pytest.raises(RuntimeError) as error:
        model().fit(X, Y, epochs=3, callbacks=[callback], verbose=0)
    assert error.value.__notes__ == ["fit was between the steps of epoch 1 and those of epoch 2."]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere.* to write 'm.keras'"):
        model().save(tmp_path / "nowhere" / "m.keras")
