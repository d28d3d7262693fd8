"""Layers for text and categories: values of Keras, files, errors, and the algebra of lookups."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cornu as keras

layers = keras.layers
GOLDEN = Path(__file__).parent / "golden"
# Written by Keras 3.15.1 with TensorFlow's string kernels: configs, data, outputs, vocabularies.
CASES = json.loads((GOLDEN / "keras_text.json").read_text())


def made(case):
    config = dict(case["config"])
    if isinstance(config.get("ngrams"), list):
        config["ngrams"] = tuple(config["ngrams"])
    layer = getattr(layers, case["layer"])(**config)
    if case["adapt"] is not None:
        layer.adapt(case["adapt"])
    return layer


def inputs_of(case):
    if case["layer"] == "HashedCrossing":
        return [np.array(part) for part in case["inputs"]]
    return np.array(case["inputs"])


def label(case):
    return f"{case['layer']}-{json.dumps(case['config'])}"


@pytest.mark.parametrize("case", CASES, ids=label)
def test_outputs_and_vocabulary_are_those_of_keras(case):
    layer = made(case)
    assert case.get("vocabulary") in (None, getattr(layer, "get_vocabulary", lambda: None)())
    np.testing.assert_allclose(layer(inputs_of(case)), case["outputs"], rtol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_symbolic_shape_fits_the_outputs(case):
    data = inputs_of(case)
    parts = data if isinstance(data, list) else [data]
    spec = [
        keras.KerasTensor(
            (None, *part.shape[1:]), "string" if part.dtype.kind == "U" else part.dtype.name
        )
        for part in parts
    ]
    shape = made(case)(spec if isinstance(data, list) else spec[0]).shape
    found = np.shape(case["outputs"])
    assert len(shape) == len(found)
    assert all(a is None or a == b for a, b in zip(shape, found))


@pytest.mark.parametrize("case", CASES[::4], ids=label)
def test_a_layer_made_from_its_config_and_assets_does_the_same(case, tmp_path):
    layer = made(case)
    again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    if hasattr(layer, "save_assets"):
        layer.save_assets(str(tmp_path))
        if any(tmp_path.iterdir()):
            again.load_assets(str(tmp_path))
        store = {}
        layer.save_own_variables(store)
        again.load_own_variables(store)
    np.testing.assert_array_equal(again(inputs_of(case)), layer(inputs_of(case)))


ON_DEVICE = ("IntegerLookup", "Hashing", "HashedCrossing")
INTEGERS = [
    case
    for case in CASES
    if case["layer"] in ON_DEVICE
    and all(np.asarray(part).dtype.kind == "i" for part in case["inputs"])
]


@pytest.mark.parametrize("case", INTEGERS, ids=label)
def test_integers_in_a_compiled_program_give_the_same(case):
    parts = [np.array(part, "int32") for part in case["inputs"]]
    data = parts if case["layer"] == "HashedCrossing" else np.stack(parts)
    result = jax.jit(made(case))(data)
    np.testing.assert_allclose(result, case["outputs"], rtol=1e-6)
    assert result.dtype in ("int32", "float32")


def test_integers_beyond_32_bits_are_told_apart():
    layer = layers.IntegerLookup(vocabulary=[5, 2**32 + 5])
    assert layer(np.array([2**32 + 5, 5, 2**33 + 5])).tolist() == [2, 1, 0]


def test_lower_case_and_white_space_are_those_of_ascii():
    layer = layers.TextVectorization()
    layer.adapt(["É x\u00a0y"])
    assert layer.get_vocabulary() == ["", "[UNK]", "É", "x\u00a0y"]


@pytest.mark.parametrize("mode", ["count", "tf_idf"])
def test_zero_bytes_and_long_words_are_counted_exactly(mode):
    layer = layers.StringLookup(output_mode=mode)
    layer.adapt([["a", "a\0", "a"], ["a", "a" * 9, "a" * 9], ["a", "b", "b\0"]])
    assert layer.get_vocabulary() == ["[UNK]", "a", "a" * 9, "b\0", "b", "a\0"]
    if mode == "tf_idf":
        expected = np.log(1 + 3 / (1 + np.array([3, 1, 1, 1, 1])))
        np.testing.assert_allclose(layer.idf_weights[1:], expected, rtol=1e-6)


def test_callables_see_arrays_of_str():
    layer = layers.TextVectorization(
        standardize=np.strings.upper, split=lambda texts: [text.split("-") for text in texts]
    )
    layer.adapt(["a-b", "a-c"])
    assert layer.get_vocabulary() == ["", "[UNK]", "A", "C", "B"]
    assert layer([["c-a"], ["b"]]).tolist() == [[3, 2], [4, 0]]


def test_texts_in_many_blocks_are_as_in_one(monkeypatch):
    texts = [f"w{i} w{i % 7} {'long' * i}" for i in range(40)]
    whole = layers.TextVectorization()
    whole.adapt(texts)
    expected = whole(texts)
    from cornu.layers.preprocessing.text import splitting

    blocks = splitting.blocks
    monkeypatch.setattr(splitting, "blocks", lambda texts: blocks(texts, 100))
    parts = layers.TextVectorization()
    parts.adapt(texts)
    assert parts.get_vocabulary() == whole.get_vocabulary()
    np.testing.assert_array_equal(parts(texts), expected)


@pytest.mark.parametrize("kind", ["list", "str", "object", "bytes", "pandas", "polars", "arrow"])
def test_strings_come_in_many_forms(kind):
    words = ["b", "é", "a"]
    layer = layers.StringLookup(vocabulary=["a", "b", "é"])
    data = {
        "list": lambda: words,
        "str": lambda: np.array(words),
        "object": lambda: np.array(words, dtype=object),
        "bytes": lambda: np.array([w.encode() for w in words]),
        "pandas": lambda: pytest.importorskip("pandas").Series(words),
        "polars": lambda: pytest.importorskip("polars").Series(words),
        "arrow": lambda: pytest.importorskip("pyarrow").chunked_array([words]),
    }[kind]()
    assert layer(data).tolist() == [2, 3, 1]


def test_adapt_takes_batches_and_the_number_of_steps():
    layer = layers.TextVectorization()
    layer.adapt((np.array([word]) for word in "a b b c".split()), steps=3)
    assert layer.get_vocabulary() == ["", "[UNK]", "b", "a"]


def test_a_vocabulary_file_has_one_word_a_line(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("a\nb\n")
    assert layers.StringLookup(vocabulary=str(path))(["b"]).tolist() == [2]


def test_words_with_line_breaks_survive_a_file(tmp_path):
    layer = layers.TextVectorization(split="character", standardize=None)
    layer.adapt(["a\nb\r"])
    layer.save_assets(str(tmp_path))
    again = layers.TextVectorization.from_config(layer.get_config())
    again.load_assets(str(tmp_path))
    assert again.get_vocabulary() == layer.get_vocabulary()


ERRORS = {
    "unknown mode": (lambda: layers.StringLookup(output_mode="ints"), "output_mode"),
    "unknown split": (lambda: layers.TextVectorization(split="words"), "split must be"),
    "unknown standardize": (lambda: layers.TextVectorization(standardize="up"), "standardize"),
    "ragged": (lambda: layers.TextVectorization(ragged=True), "output_sequence_length"),
    "sparse": (
        lambda: layers.StringLookup(output_mode="count", sparse=True),
        "sparse=True is not supported",
    ),
    "repeated words": (lambda: layers.StringLookup(vocabulary=["a", "a"]), "more than once"),
    "reserved word": (
        lambda: layers.StringLookup(vocabulary=["a", "m"], mask_token="m"),
        "mask_token",
    ),
    "too many words": (
        lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2),
        "max_tokens allows 2",
    ),
    "empty vocabulary": (lambda: layers.StringLookup(vocabulary=[]), "empty"),
    "not adapted": (lambda: layers.TextVectorization()(["a"]), "Call `adapt`"),
    "adapt with vocabulary": (
        lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]),
        "nothing to adapt",
    ),
    "adapt without data": (lambda: layers.StringLookup().adapt([]), "no data"),
    "numbers for strings": (lambda: layers.StringLookup(vocabulary=["a"])(np.ones(2)), "strings"),
    "missing value": (lambda: layers.StringLookup(vocabulary=["a"])(["a", None]), "sample 1"),
    "bytes in another encoding": (
        lambda: layers.StringLookup(vocabulary=["a"])([b"a", b"\xff"]),
        "sample 1 is not text",
    ),
    "unknown word without a number": (
        lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]),
        "'b' is not in the vocabulary",
    ),
    "strings for integers": (lambda: layers.IntegerLookup(vocabulary=[1])(["a"]), "StringLookup"),
    "several columns": (lambda: layers.TextVectorization(vocabulary=["a"])([["a", "b"]]), "splits"),
    "missing file": (lambda: layers.StringLookup(vocabulary="none.txt"), "no vocabulary file"),
    "path in a config": (
        lambda: layers.StringLookup.from_config({"vocabulary": "/etc/passwd"}),
        "not read",
    ),
    "no bins": (lambda: layers.Hashing(0), "num_bins"),
    "one feature": (lambda: layers.HashedCrossing(3)([["a"]]), "at least two"),
    "bins and boundaries": (lambda: layers.Discretization([0.0], num_bins=2), "either"),
    "symbolic floats": (
        lambda: layers.TextVectorization(vocabulary=["a"])(keras.Input((1,))),
        "dtype='string'",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_to_do(name):
    call, message = ERRORS[name]
    with pytest.raises((ValueError, TypeError, RuntimeError), match=message):
        call()


words = st.lists(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=20),
    min_size=1,
    max_size=30,
    unique=True,
).filter(lambda found: "[UNK]" not in found)


@settings(max_examples=60, deadline=None)
@given(words)
def test_lookup_and_inverse_lookup_give_the_strings_back(vocabulary):
    numbers = layers.StringLookup(vocabulary=vocabulary)(vocabulary)
    found = layers.StringLookup(vocabulary=vocabulary, invert=True)(numbers)
    assert numbers.tolist() == list(range(1, len(vocabulary) + 1))
    assert [str(word) for word in found] == vocabulary


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("aB,é\t \n-x"), max_size=30), min_size=1, max_size=8))
def test_tokens_are_those_of_plain_python(texts):
    plain = [text.encode().lower().translate(None, b",-").split() for text in texts]
    layer = layers.TextVectorization(vocabulary=["ab", "é", "x"])
    numbers = {b"ab": 2, "é".encode(): 3, b"x": 4}
    width = max(map(len, plain))
    expected = [[numbers.get(w, 1) for w in row] + [0] * (width - len(row)) for row in plain]
    assert layer(texts).tolist() == expected
