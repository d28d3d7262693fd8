"""A copy or a pickle of a model is that model: it predicts the same, and goes on training the same.

Each way of copying is tried on each kind of model, in the middle of its training.
"""

import copy
import io
import pickle
import subprocess
import sys

import cloudpickle
import joblib
import numpy as np
import pytest

import cornu as keras

X = np.linspace(-1, 1, 96, dtype="float32").reshape(32, 3)
Y = X.sum(axis=1, keepdims=True)
WORDS = np.array([["good film"], ["bad film"], ["good"], ["bad"]] * 8, dtype=object)


def by_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


WAYS = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "cloudpickle": lambda model: cloudpickle.loads(cloudpickle.dumps(model)),
    "joblib": by_joblib,
}


def sequential():
    return keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, "tanh", kernel_regularizer="l2", kernel_constraint="max_norm"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )


def with_operations():
    inputs = keras.Input((3,))
    hidden = keras.ops.relu(keras.layers.Dense(4)(inputs) * 2 + 1)
    shared = keras.layers.Dense(4)
    hidden = keras.ops.concatenate([shared(hidden), shared(hidden[:, ::-1])], axis=-1)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))


def deep():
    inputs = outputs = keras.Input((3,))
    for _ in range(120):
        outputs = outputs + 0.01 * keras.layers.Dense(3)(outputs)
    return keras.Model(inputs, keras.layers.Dense(1)(outputs))


class Nested(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = {"first": [sequential()], "second": with_operations()}
        self.seeds = keras.random.SeedGenerator(3)
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, x, training=False):
        if training:
            x = x + keras.random.normal(keras.ops.shape(x), seed=self.seeds)
        return self.scale * (self.parts["first"][0](x) + self.parts["second"](x))


def unbuilt():
    return keras.Sequential([keras.layers.Dense(4, "relu"), keras.layers.Dense(1)])


MODELS = {f.__name__: f for f in (sequential, with_operations, Nested, unbuilt)}
CASES = [*((make, way) for make in MODELS for way in ("deepcopy", "pickle"))]
CASES += [("Nested", "cloudpickle"), ("with_operations", "joblib")]


def trained(make, optimizer="adam"):
    keras.utils.set_random_seed(0)
    model = make()
    model.compile(optimizer, "mse", metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0, validation_data=(X, Y))
    return model


def go_on(model):
    """What two more epochs give, in full: logs, weights, and the optimizer's state."""
    keras.utils.set_random_seed(1)
    history = model.fit(X, Y, epochs=2, verbose=0).history
    state = [np.asarray(v) for v in (*model.variables, *model.optimizer.variables)]
    return history, state, model.predict(X, verbose=0)


def assert_equal(one, other):
    assert one[0] == other[0]
    for mine, theirs in zip(one[1], other[1], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(one[2], other[2])


@pytest.mark.parametrize(("make", "way"), CASES)
def test_a_copy_goes_on_training_to_the_same_bits(make, way):
    model = trained(MODELS[make])
    twin = WAYS[way](model)
    assert type(twin).__name__ == type(model).__name__
    assert twin.name == model.name
    np.testing.assert_array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))
    before = [np.array(w) for w in model.weights]
    ahead = go_on(twin)
    for mine, kept in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(mine, kept)
    assert_equal(go_on(model), ahead)


OPTIMIZERS = {
    "accumulating": lambda: keras.optimizers.SGD(0.1, gradient_accumulation_steps=2, use_ema=True),
    "schedule": lambda: keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(0.1, 100), weight_decay=0.01
    ),
    "scaled": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.1)),
    "several": lambda: keras.optimizers.MultiOptimizer(
        keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.1))
    ),
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_copied_optimizer_knows_the_copied_variables(kind):
    model = trained(sequential, OPTIMIZERS[kind]())
    twin = pickle.loads(pickle.dumps(model))
    assert_equal(go_on(model), go_on(twin))


def test_variables_left_out_of_weight_decay_stay_out_in_a_copy():
    keras.utils.set_random_seed(0)
    model = sequential()
    optimizer = keras.optimizers.AdamW(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[model.layers[0].kernel])
    model.compile(optimizer, "mse")
    twin = copy.deepcopy(model)
    assert_equal(go_on(model), go_on(twin))


@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
def test_a_text_model_is_copied(way):
    inputs = keras.Input((1,), dtype="string")
    words = keras.layers.TextVectorization(
        vocabulary=["good", "bad", "film"], output_sequence_length=2
    )
    hidden = keras.layers.Flatten()(keras.layers.Embedding(6, 4)(words(inputs)))
    model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy")
    targets = np.array([1.0, 0.0, 1.0, 0.0] * 8)
    model.fit(WORDS, targets, verbose=0)
    twin = WAYS[way](model)
    np.testing.assert_array_equal(twin.predict(WORDS, verbose=0), model.predict(WORDS, verbose=0))
    for each in (model, twin):
        each.fit(WORDS, targets, verbose=0, shuffle=False)
    np.testing.assert_array_equal(twin.predict(WORDS, verbose=0), model.predict(WORDS, verbose=0))


def stream():
    while True:
        yield X, Y


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return X, Y


@pytest.mark.parametrize(("source", "way"), [(stream, "deepcopy"), (Batches, "pickle")])
def test_a_model_fitted_on_a_stream_is_copied(source, way):
    keras.utils.set_random_seed(0)
    model = sequential()
    model.compile("adam", "mse")
    data = source()
    model.fit(data, steps_per_epoch=2, verbose=0, validation_data=data, validation_steps=1)
    assert_equal(go_on(WAYS[way](model)), go_on(model))


def test_a_fitted_model_holds_no_data():
    model = sequential()
    model.compile("adam", "mse")
    size = len(pickle.dumps(model))
    x = np.zeros((50_000, 3), "float32")
    seen = keras.callbacks.LambdaCallback()
    seen.data = x
    model.fit(x, x[:, :1], batch_size=10_000, verbose=0, callbacks=[seen])
    model.evaluate(x, x[:, :1], batch_size=10_000, verbose=0)
    model.predict(x, batch_size=10_000, verbose=0)
    assert len(pickle.dumps(model)) < size + 5_000


def test_a_fit_that_fails_leaves_no_data_in_the_model():
    class Broken(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("broken off")

    model = sequential()
    model.compile("adam", "mse")
    with pytest.raises(RuntimeError, match="broken off"):
        model.fit(stream(), steps_per_epoch=1, verbose=0, callbacks=[Broken()])
    assert copy.deepcopy(model).count_params() == model.count_params()


def test_a_copy_in_the_middle_of_training_goes_on_alone():
    class Copies(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.twin = copy.deepcopy(self.model)

    keeper = Copies()
    model = sequential()
    model.compile("adam", "mse")
    model.fit(stream(), steps_per_epoch=2, verbose=0, callbacks=[keeper])
    assert_equal(go_on(keeper.twin), go_on(model))


def test_the_history_is_pickled_without_the_other_callbacks():
    model = sequential()
    model.compile("adam", "mse")
    other = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None)
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[other])
    twin = pickle.loads(pickle.dumps(history))
    assert twin.history == history.history
    assert twin.epoch == [0, 1]


@pytest.mark.parametrize("way", WAYS)
def test_a_deep_model_is_copied(way):
    model = deep()
    np.testing.assert_array_equal(WAYS[way](model)(X), model(X))


def test_the_copy_of_a_layer_takes_no_model_with_it():
    model = deep()
    layer = copy.deepcopy(model.layers[1])
    np.testing.assert_array_equal(layer(X), model.layers[1](X))
    assert len(pickle.dumps(layer)) < 3_000


def test_the_layers_of_a_copied_graph_know_their_tensors():
    model = with_operations()
    twin = copy.deepcopy(model)
    part = keras.Model(twin.input, twin.layers[1].output)
    whole = keras.Model(model.input, model.layers[1].output)
    np.testing.assert_array_equal(part(X), whole(X))
    assert twin.to_json() == model.to_json()


def test_models_that_share_layers_and_tensors_share_them_in_a_copy():
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4)(inputs)
    encoder = keras.Model(inputs, hidden)
    whole = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    for way in WAYS.values():
        first, second = way([encoder, whole])
        assert first.layers[1] is second.layers[1]
        first.set_weights([w + 1 for w in first.get_weights()])
        assert not np.array_equal(second(X), whole(X))
        assert first.to_json() == encoder.to_json()
        assert second.to_json() == whole.to_json()


def test_a_shallow_copy_leaves_the_model_as_it_was():
    model = with_operations()
    text = model.to_json()
    twin = copy.copy(model)
    assert twin.layers[1] is model.layers[1]
    assert model.to_json() == text == twin.to_json()
    np.testing.assert_array_equal(twin(X), model(X))


def test_a_layer_that_knows_its_model_is_pickled():
    model = with_operations()
    model.layers[1].owner = model
    for way in WAYS.values():
        layer = way(model.layers[1])
        assert layer.owner.layers[1] is layer
        np.testing.assert_array_equal(layer.owner(X), model(X))


def test_another_process_goes_on_training_to_the_same_bits(tmp_path):
    inputs = keras.Input((3,))
    hidden = keras.ops.relu(keras.layers.Dense(4)(inputs)) + 1
    hidden = keras.layers.Dropout(0.5)(hidden)
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.compile(keras.optimizers.Adam(0.1), "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    (tmp_path / "model").write_bytes(pickle.dumps(model))
    np.save(tmp_path / "x.npy", X)
    code = (
        "import pickle, sys; import numpy as np; x = np.load('x.npy')\n"
        "model = pickle.load(open('model', 'rb'))\n"
        "model.fit(x, x.sum(axis=1, keepdims=True), epochs=2, verbose=0, shuffle=False)\n"
        "np.savez('result.npz', *model.get_weights())\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    model.fit(X, Y, epochs=2, verbose=0, shuffle=False)
    result = np.load(tmp_path / "result.npz")
    for name, weight in zip(result.files, model.get_weights(), strict=True):
        np.testing.assert_array_equal(result[name], weight)


def test_a_clone_with_the_same_weights_trains_the_same():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    hidden = keras.layers.Dropout(0.5, seed=7)(keras.layers.Dense(4, "relu")(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.compile("adam", "mse", metrics=["mae"])
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    one, other = go_on(model), go_on(twin)
    assert one[0] == other[0]
    np.testing.assert_array_equal(one[2], other[2])
