"""Models saved by Keras load here with equal predictions, and the other way round."""

import h5py
import keras
import numpy as np
import pytest

import cornu


def perceptron(k):
    return k.Sequential([k.Input((4,)), k.layers.Dense(3, "relu"), k.layers.Dense(2)])


def normalized(k):
    layers = k.layers
    return k.Sequential(
        [
            k.Input((4,)),
            layers.Dense(6),
            layers.BatchNormalization(),
            layers.LayerNormalization(),
            layers.GroupNormalization(groups=2),
            layers.Dropout(0.3),
        ]
    )


def convolutional(k):
    layers = k.layers
    return k.Sequential(
        [
            k.Input((8, 8, 2)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.DepthwiseConv2D(3),
            layers.SeparableConv2D(3, 3, padding="same"),
            layers.Conv2DTranspose(2, 2),
            layers.MaxPooling2D(),
            layers.UpSampling2D(),
            layers.ZeroPadding2D(1),
            layers.Cropping2D(1),
            layers.GlobalAveragePooling2D(),
        ]
    )


def recurrent(k):
    layers = k.layers
    x = k.Input((5, 3))
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    y = layers.GRU(3, return_sequences=True)(y)
    y = layers.TimeDistributed(layers.Dense(3))(y)
    y = layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], return_sequences=True)(y)
    return k.Model(x, layers.SimpleRNN(2)(y))


def attentive(k):
    layers = k.layers
    x = k.Input((5, 8))
    y = layers.MultiHeadAttention(2, 4)(x, x)
    y = layers.Attention()([y, x])
    return k.Model(x, layers.Add()([x, y]))


def embedded(k):
    layers = k.layers
    return k.Sequential(
        [
            k.Input((6,), dtype="int32"),
            layers.Embedding(2, 4, mask_zero=True),
            layers.LSTM(3),
        ]
    )


def with_operations(k):
    x = k.Input((4,))
    y = k.ops.relu(k.layers.Dense(4)(x) + x)
    y = k.ops.concatenate([y, x], axis=-1)
    return k.Model(x, k.layers.Dense(1)(y))


def nested(k):
    inner = k.Sequential([k.Input((4,)), k.layers.Dense(3), k.layers.Dense(3)])
    x = k.Input((4,))
    shared = k.layers.Dense(3)
    y = k.layers.Concatenate()([inner(x), shared(x), shared(x)])
    return k.Model(x, [k.layers.Dense(1)(y), k.layers.Dense(2)(y)])


MODELS = [
    perceptron,
    normalized,
    convolutional,
    recurrent,
    attentive,
    embedded,
    with_operations,
    nested,
]


def data_for(model):
    shape = (3, *model.inputs[0].shape[1:])
    data = np.random.default_rng(0).uniform(size=shape)
    return data.astype(model.inputs[0].dtype)


def randomize(model):
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.1, 0.5, w.shape) for w in model.get_weights()])


def predictions(model, x):
    return [np.asarray(y) for y in cornu.tree.flatten(model.predict(x, verbose=0))]


def assert_same_predictions(one, other):
    x = data_for(one)
    for a, b in zip(predictions(one, x), predictions(other, x), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-5)


def arrays_in(file):
    """Shape and layer's name of each array, by path; empty groups hold nothing to be read."""
    found = {}

    def note(path, item):
        if isinstance(item, h5py.Dataset):
            found[path] = (item.shape, item.parent.attrs.get("name"))

    file.visititems(note)
    return found


def check(source, target, make, path):
    model = make(source)
    randomize(model)
    model.save(path)
    assert_same_predictions(model, target.saving.load_model(path))


@pytest.mark.parametrize("make", MODELS)
def test_a_model_saved_by_keras_predicts_the_same_here(make, tmp_path):
    check(keras, cornu, make, tmp_path / "model.keras")


@pytest.mark.parametrize("make", MODELS)
def test_a_legacy_file_of_keras_predicts_the_same_here(make, tmp_path):
    check(keras, cornu, make, tmp_path / "model.h5")


@pytest.mark.parametrize("make", MODELS)
def test_a_model_saved_here_predicts_the_same_in_keras(make, tmp_path):
    check(cornu, keras, make, tmp_path / "model.keras")


@pytest.mark.parametrize("make", MODELS)
def test_a_legacy_file_written_here_predicts_the_same_in_keras(make, tmp_path):
    check(cornu, keras, make, tmp_path / "model.h5")


@pytest.mark.parametrize("make", MODELS)
def test_weights_have_the_same_paths_and_shapes(make, tmp_path):
    for module, file in ((keras, "theirs.weights.h5"), (cornu, "ours.weights.h5")):
        module.utils.clear_session(free_memory=False)
        make(module).save_weights(tmp_path / file)
    with (
        h5py.File(tmp_path / "theirs.weights.h5") as theirs,
        h5py.File(tmp_path / "ours.weights.h5") as ours,
    ):
        expected, result = arrays_in(theirs), arrays_in(ours)
    assert list(result.items()) == list(expected.items())


def test_the_state_of_a_trained_optimizer_crosses_over(tmp_path):
    x, y = np.ones((4, 4), "float32"), np.zeros((4, 2), "float32")
    model = perceptron(keras)
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = cornu.saving.load_model(tmp_path / "model.keras")
    for ours, theirs in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-6)
    loaded.fit(x, y, verbose=0)
    model.fit(x, y, verbose=0)
    assert_same_predictions(model, loaded)
