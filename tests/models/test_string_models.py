"""Models that begin with strings: trained, saved and loaded."""

from pathlib import Path

import numpy as np
import pytest

import cornu as keras

layers = keras.layers
TEXTS = ["good film", "bad film", "very good", "bad bad plot"] * 4
LABELS = np.array([1, 0, 1, 0] * 4)
GOLDEN = Path(__file__).parents[1] / "layers" / "preprocessing" / "golden"


def vectorization():
    layer = layers.TextVectorization(output_sequence_length=3)
    layer.adapt(TEXTS)
    return layer


def classifier(*first):
    model = keras.Sequential(
        [
            *first,
            vectorization(),
            layers.Embedding(8, 4, mask_zero=True),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def trained():
    model = classifier(keras.Input((1,), dtype="string"))
    model.fit(TEXTS, LABELS, epochs=15, verbose=0)
    return model


def test_a_model_learns_from_strings(trained):
    assert trained.evaluate(np.array(TEXTS), LABELS, verbose=0)[1] == 1.0


def test_every_way_to_call_gives_the_same(trained):
    expected = trained.predict(TEXTS, verbose=0)
    column = np.array(TEXTS, dtype=object)[:, None]
    for found in (
        trained.predict(column, verbose=0),
        trained.predict_on_batch(TEXTS),
        trained(TEXTS),
        trained(column),
        trained.predict((column[i : i + 8] for i in (0, 8)), verbose=0),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert trained.test_on_batch(TEXTS, LABELS)[0] < 0.5


def test_a_saved_model_takes_strings(trained, tmp_path):
    trained.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        again.predict(TEXTS, verbose=0), trained.predict(TEXTS, verbose=0)
    )


def test_a_file_of_keras_gives_what_it_gave_there():
    # Keras 3.15.1 wrote the file: two TextVectorization layers, adapted, and a StringLookup.
    model = keras.models.load_model(GOLDEN / "keras_text_model.keras")
    data = [np.array(["a good plot", "bad film bad"]), np.array([["Rome"], ["Paris"]])]
    expected = [[-0.6357144117355347], [0.0039034485816955566]]
    np.testing.assert_allclose(model.predict(data, verbose=0), expected, atol=1e-6)


def test_strings_are_refused_by_models_that_read_numbers():
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="TextVectorization, StringLookup or Hashing"):
        model.fit(TEXTS, LABELS, verbose=0)
    with pytest.raises(TypeError, match="TextVectorization"):
        layers.Dense(1)(np.array([["good film"]]))


def test_a_model_without_input_is_made_for_the_strings_it_gets():
    model = classifier()
    model.fit(TEXTS, LABELS, epochs=1, validation_split=0.25, verbose=0)
    assert model.inputs[0].dtype == "string"
    assert classifier()(TEXTS[:2]).shape == (2, 1)


def test_strings_and_numbers_meet_in_a_graph_and_inner_models_train(tmp_path):
    text = keras.Input((1,), dtype="string", name="text")
    number = keras.Input((2,), name="number")
    identity = keras.Input((1,), dtype="int64", name="identity")
    inner = keras.Sequential(
        [
            keras.Input((1,), dtype="string"),
            layers.StringLookup(vocabulary=["x", "y"], output_mode="one_hot"),
            layers.Dense(2),
        ]
    )
    ids = layers.IntegerLookup(vocabulary=[2**40, 5], output_mode="one_hot")(identity)
    bins = layers.CategoryEncoding(9, output_mode="one_hot")(layers.Hashing(9)(text))
    joined = layers.Concatenate()([inner(text), number, ids, bins])
    model = keras.Model([text, number, identity], layers.Dense(1)(joined))
    model.compile("sgd", "mse")
    data = [
        np.array([["x"], ["y"], ["z"], ["x"]]),
        np.ones((4, 2)),
        np.array([[2**40], [5], [7], [5]]),
    ]
    before = inner.layers[-1].get_weights()[0].copy()
    model.fit(data, np.arange(4.0), epochs=2, verbose=0)
    assert np.abs(inner.layers[-1].get_weights()[0] - before).max() > 0
    expected = model.predict(data, verbose=0)
    np.testing.assert_allclose(model(data), expected, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(data, verbose=0), expected)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.vectorize = layers.TextVectorization(vocabulary=["good"], output_mode="count")
        self.dense = layers.Dense(1)

    def call(self, x):
        return self.dense(self.vectorize(x))


def test_a_subclassed_model_reads_strings_outside_of_compiled_code_only():
    model = Subclassed()
    assert model(TEXTS[:2]).shape == (2, 1)
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match="begin a Sequential or Functional model"):
        model.fit(TEXTS, LABELS, verbose=0)
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(TEXTS, LABELS, epochs=1, verbose=0)


def test_labels_that_are_strings_are_refused():
    with pytest.raises(TypeError, match="strings in y"):
        classifier().fit(TEXTS, TEXTS, verbose=0)


def test_strings_that_need_compiled_results_are_refused():
    inputs = keras.Input((3,))
    classes = keras.ops.argmax(layers.Dense(2)(inputs), axis=-1)
    names = layers.StringLookup(vocabulary=["no", "yes"], invert=True)(classes)
    with pytest.raises(ValueError, match="call it on what `predict` returns"):
        keras.Model(inputs, names)(np.ones((2, 3)))
