"""What is taken silently elsewhere: an error where it can never be meant, else one warning.

Each is tried by arrays, by a stream, by single batches, and where it applies by `evaluate` and
`predict`. Programs that are right, or published, stay silent: the tests turn warnings into errors.
"""

import re
import warnings

import numpy as np
import pytest

import cornu as keras
from cornu import layers

RNG = np.random.default_rng(0)
X = RNG.random((8, 2)).astype("float32")
Y = RNG.random((8, 1)).astype("float32") * 9
CLASSES = np.array([0, 1, 2, 0, 1, 2, 0, 1])
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
SPARSE = "sparse_categorical_crossentropy"


def model(units=1, activation=None, loss="mse", **arguments):
    top = layers.Dense(units, activation=activation, name="top")
    made = keras.Sequential([keras.Input((2,)), top], name="net")
    made.compile("sgd", loss, **arguments)
    return made


def stream(*parts):
    while True:
        yield parts


def by_arrays(made, x, y, weights=None):
    made.fit(x, y, sample_weight=weights, verbose=0, epochs=2)


def by_stream(made, *parts):
    made.fit(stream(*parts), steps_per_epoch=3, verbose=0)


def by_batch(made, *parts):
    made.train_on_batch(*parts)
    made.train_on_batch(*parts)


def by_evaluate(made, x, y, weights=None):
    made.evaluate(x, y, sample_weight=weights, verbose=0)


def by_test_stream(made, *parts):
    made.evaluate(stream(*parts), steps=2, verbose=0)


WAYS = [by_arrays, by_stream, by_batch, by_evaluate, by_test_stream]
LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

WARNED = {
    "one target for several outputs": (
        lambda: model(3),
        (X, Y),
        "y has shape ('samples', 1), but output 'top' has shape ('samples', 3)",
    ),
    "several targets for one output": (
        lambda: model(1),
        (X, ONE_HOT),
        "y has shape ('samples', 3), but output 'top' has shape ('samples', 1)",
    ),
    "softmax over one unit": (
        lambda: model(1, "softmax", "binary_crossentropy"),
        (X, CLASSES % 2),
        "Dense 'top' has one unit and a softmax over it, which is always 1",
    ),
    "cross-entropy of a linear output": (
        lambda: model(3, None, SPARSE),
        (X, CLASSES),
        "Dense 'top' has the activation 'linear', whose values may be below 0 or above 1",
    ),
    "binary cross-entropy of a relu": (
        lambda: model(1, "relu", "binary_crossentropy"),
        (X, CLASSES % 2),
        "Give the layer activation='sigmoid', or the loss from_logits=True",
    ),
    "logits behind a softmax": (
        lambda: model(3, "softmax", LOGITS),
        (X, CLASSES),
        "from_logits=True, but Dense 'top' gives probabilities already",
    ),
    "targets that are no probabilities": (
        lambda: model(3, "softmax", "categorical_crossentropy"),
        (X, np.full((8, 3), 5.0)),
        "y of 'top' holds values from 5.0 to 5.0, but the categorical cross-entropy",
    ),
    "several labels under a softmax": (
        lambda: model(3, "softmax", "categorical_crossentropy"),
        (X, np.array([[1.0, 1.0, 0.0]] * 8)),
        "holds rows of sum 2.0",
    ),
    "labels beyond 1": (
        lambda: model(1, "sigmoid", "binary_crossentropy"),
        (X, CLASSES),
        "values from 0 to 2, but the binary cross-entropy",
    ),
    "accuracy of numbers": (
        lambda: model(1, metrics=["accuracy"]),
        (X, Y),
        "The metric 'accuracy' of output 'top' compares classes, but the targets are no classes",
    ),
    "negative weights": (
        lambda: model(),
        (X, Y, np.full(8, -1.0)),
        "sample_weight holds numbers below 0, such as -1.0",
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make, data, said", WARNED.values(), ids=WARNED)
def test_one_warning(make, data, said, way):
    with pytest.warns(UserWarning, match=re.escape(said)) as found:
        way(make(), *data)
    assert len(found) == 1
    assert found[0].filename == __file__


REFUSED = {
    "class beyond the outputs": (
        lambda: model(3, "softmax", SPARSE),
        (X, CLASSES + 1),
        "y holds class indices from 1 to 3, but 'top' has 3 output(s)",
    ),
    "class with a fraction": (
        lambda: model(3, "softmax", SPARSE),
        (X, CLASSES + 0.5),
        "got 0.5, which is no whole number",
    ),
    "complex inputs": (lambda: model(), (X * 1j, Y), "x holds complex numbers (complex64)"),
    "complex targets": (lambda: model(), (X, Y * 1j), "y holds complex numbers (complex64)"),
    "targets beyond 32 bits": (
        lambda: model(),
        (X, np.full((8, 1), 2**40)),
        "y holds whole numbers from 1099511627776 to 1099511627776 (int64), of which 32 bits",
    ),
    "one target for each sample of three values": (
        lambda: model(3),
        (X, Y[:, 0]),
        "y has shape (8,), that is one target per sample, but output 'top' has 3 values",
    ),
    "weights of another shape": (
        lambda: model(),
        (X, Y, np.ones((8, 2))),
        "sample_weight has shape (8, 2), but the values it weighs have shape (8,)",
    ),
    "weights with more axes": (
        lambda: model(),
        (X, Y, np.ones((8, 2, 2))),
        "Give one weight per sample: an array of shape (8,).",
    ),
    "weights that are strings": (
        lambda: model(),
        (X, Y, np.array(["a"] * 8)),
        "sample_weight holds <U1 values such as",
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make, data, said", REFUSED.values(), ids=REFUSED)
def test_refused(make, data, said, way):
    with pytest.raises(ValueError, match=re.escape(said)):
        way(make(), *data)


def words():
    stack = [layers.Embedding(10, 2, name="words"), layers.Flatten(), layers.Dense(1)]
    made = keras.Sequential([keras.Input((3,), dtype="int32"), *stack])
    made.compile("sgd", "mse")
    return made


BEYOND = np.full((8, 3), 12)


@pytest.mark.parametrize(
    "act",
    [
        lambda made: made.fit(BEYOND, Y, verbose=0),
        lambda made: made.fit(stream(BEYOND, Y), steps_per_epoch=1, verbose=0),
        lambda made: made.train_on_batch(BEYOND, Y),
        lambda made: made.evaluate(BEYOND, Y, verbose=0),
        lambda made: made.predict(BEYOND, verbose=0),
        lambda made: made.predict(iter([(BEYOND,)]), verbose=0),
        lambda made: made.predict_on_batch(BEYOND),
        lambda made: made.predict(BEYOND.astype("float32"), verbose=0),
    ],
    ids=["fit", "stream", "batch", "evaluate", "predict", "predict stream", "one batch", "floats"],
)
def test_ids_beyond_the_table_are_refused_everywhere(act):
    with pytest.raises(ValueError, match="Embedding 'words' has rows for 0 to 9 only"):
        act(words())


def test_negative_ids_get_advice_that_helps():
    with pytest.raises(ValueError, match="use 0 for that and count the others from 1") as error:
        words().predict(np.full((8, 3), -1), verbose=0)
    assert "input_dim=" not in str(error.value)


def test_a_late_batch_of_a_stream_is_looked_at_too():
    def late(good, bad):
        yield from [good] * 3
        yield bad

    with pytest.raises(ValueError, match="class indices from 3 to 5"):
        classifier = model(3, "softmax", SPARSE)
        classifier.fit(late((X, CLASSES), (X, CLASSES + 3)), verbose=0)
    with pytest.raises(ValueError, match="has rows for 0 to 9 only"):
        words().predict(late(np.zeros((8, 3), int), BEYOND), verbose=0)


def two_inputs():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    made = keras.Model([a, b], layers.Dense(1)(layers.concatenate([a, b])))
    made.compile("sgd", "mse")
    return made


@pytest.mark.parametrize(
    "act",
    [
        lambda made, x: made.fit(x, Y, epochs=2, verbose=0),
        lambda made, x: made.fit(stream(x, Y), steps_per_epoch=2, verbose=0),
        lambda made, x: made.train_on_batch(x, Y),
        lambda made, x: made.predict(x, verbose=0),
    ],
    ids=["fit", "stream", "batch", "predict"],
)
def test_surplus_inputs_give_one_warning(act):
    with pytest.warns(UserWarning, match=r"x has the keys \['c'\], which no input") as found:
        act(two_inputs(), {"a": X, "b": X, "c": X})
    assert len(found) == 1


class TestNumbersThatAreNotFinite:
    INFINITE = np.where(np.arange(16).reshape(8, 2) == 7, np.inf, X).astype("float32")
    SAID = "because x holds infinite values in 1 of 8 samples, the first at index 3"

    @pytest.mark.parametrize("way", WAYS)
    def test_an_infinite_input_is_named(self, way):
        with pytest.warns(UserWarning, match=self.SAID) as found:
            way(model(), self.INFINITE, Y)
        assert len(found) == 1

    def test_so_it_is_in_predictions(self):
        with pytest.warns(UserWarning, match=f"predictions are NaN or infinite {self.SAID}"):
            model().predict(self.INFINITE, verbose=0)

    def test_weights_of_nan_are_named(self):
        with pytest.warns(UserWarning, match="sample_weight holds NaN in 8 of 8"):
            by_arrays(model(), X, Y, np.full(8, np.nan))


class TestArgumentsOfValidation:
    def test_steps_without_data(self):
        with pytest.warns(UserWarning, match="validation_steps=2 has no effect without") as found:
            model().fit(X, Y, validation_steps=2, verbose=0)
        assert len(found) == 1

    def test_a_share_beside_data(self):
        with pytest.warns(UserWarning, match="validation_split=0.5 has no effect beside"):
            model().fit(X, Y, validation_split=0.5, validation_data=(X, Y), verbose=0)


def test_weights_that_are_all_zero():
    with pytest.warns(UserWarning, match="All of sample_weight is 0, so no sample counts"):
        by_arrays(model(), X, Y, np.zeros(8))


@pytest.mark.parametrize("way", ["fit", "stream", "batch"])
def test_class_weights_of_numbers(way):
    weights = {0: 1.0, 1: 2.0}
    with pytest.warns(UserWarning, match="targets of 'top' are no class indices") as found:
        if way == "fit":
            model().fit(X, Y, class_weight=weights, verbose=0)
        elif way == "stream":
            model().fit(stream(X, Y), steps_per_epoch=2, class_weight=weights, verbose=0)
        else:
            model().train_on_batch(X, Y, class_weight=weights)
    assert len(found) == 1


def functional(make):
    features = keras.Input((2,))
    return keras.Model(features, make(features))


def compiled(made, loss, **arguments):
    made.compile("sgd", loss, **arguments)
    return made


def mask_model():
    made = keras.Sequential(
        [
            layers.Embedding(5, 4, mask_zero=True),
            layers.LSTM(4, return_sequences=True),
            layers.Dense(3, activation="softmax"),
        ]
    )
    made.compile("sgd", SPARSE)
    return made


IDS = np.array([[1, 2, 0], [3, 0, 0]] * 4)
TAGS = np.where(IDS == 0, -1, IDS % 3)
SUM = functional(lambda x: layers.Activation("linear")(layers.Dense(3, "softmax")(x)))
SILENT = {
    "class indices in a column": lambda: by_arrays(
        model(3, "softmax", SPARSE), X, CLASSES[:, None]
    ),
    "logits": lambda: by_arrays(model(3, None, LOGITS), X, CLASSES),
    "smoothed labels": lambda: by_arrays(
        model(3, "softmax", "categorical_crossentropy"), X, ONE_HOT * 0.9 + 0.1 / 3
    ),
    "padded rows without a class": lambda: by_arrays(
        model(3, "softmax", "categorical_crossentropy"), X, ONE_HOT * (CLASSES > 0)[:, None]
    ),
    "a float32 head behind a softmax": lambda: by_arrays(compiled(SUM, SPARSE), X, CLASSES),
    "an own function as the loss": lambda: by_arrays(
        model(3, None, lambda y, p: keras.ops.mean((y - p) ** 2, axis=-1)), X, Y
    ),
    "accuracy of pictures from 0 to 1": lambda: by_arrays(
        model(2, "sigmoid", "mse", metrics=["accuracy"]), X, X
    ),
    "accuracy of classes as numbers": lambda: by_arrays(
        model(1, None, "mse", metrics=["accuracy"]), X, CLASSES % 2
    ),
    "soft labels with class weights": lambda: model(1, "sigmoid", "binary_crossentropy").fit(
        X, np.full((8, 1), 0.9), class_weight={0: 1.0, 1: 2.0}, verbose=0
    ),
    "labels outside where the weight is 0": lambda: by_arrays(
        model(3, "softmax", SPARSE), X, np.where(CLASSES == 2, -1, CLASSES), CLASSES != 2
    ),
    "padding under a mask": lambda: by_arrays(mask_model(), IDS, TAGS),
    "a batch of weights that are all 0": lambda: by_batch(model(), X, Y, np.zeros(8)),
    "targets as (samples,) for one unit": lambda: by_arrays(model(), X, Y[:, 0]),
    "validation by steps": lambda: model().fit(
        X, Y, validation_data=stream(X, Y), validation_steps=2, verbose=0
    ),
}


@pytest.mark.parametrize("act", SILENT.values(), ids=SILENT)
def test_what_is_right_stays_silent(act):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        act()


def test_complex_inputs_of_a_model_that_says_so():
    signal = keras.Input((2,), dtype="complex64")
    made = keras.Model(signal, layers.Dense(1)(keras.ops.abs(signal)))
    made.compile("sgd", "mse")
    made.fit((X * 1j).astype("complex64"), Y, verbose=0)


def test_heads_are_found_in_nested_models_and_behind_reshapes():
    inner = keras.Sequential([keras.Input((2,)), layers.Dense(4), layers.Reshape((4, 1))])
    made = functional(lambda x: layers.Flatten()(inner(x)))
    with pytest.warns(UserWarning, match="has the activation 'linear'"):
        by_arrays(compiled(made, SPARSE), X, CLASSES)


def test_compiling_anew_warns_anew():
    made = model(3, None, SPARSE)
    for _ in range(2):
        with pytest.warns(UserWarning, match="expects probabilities") as found:
            by_arrays(made, X, CLASSES)
            by_arrays(made, X, CLASSES)
        assert len(found) == 1
        made.compile("sgd", SPARSE)
