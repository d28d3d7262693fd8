"""The three ways to make a model, and what each trains to."""

import jax
import numpy as np
import pytest

import cornu as keras

RNG = np.random.default_rng(0)
X = RNG.normal(size=(70, 4)).astype("float32")
Y = (X @ np.array([1.0, -2.0, 0.5, 3.0], "float32") + 0.3).reshape(-1, 1)


def dense_model(**kwargs):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"], **kwargs)
    return model


@pytest.mark.smoke
def test_a_sequential_model_learns_a_linear_map():
    model = dense_model()
    history = model.fit(X, Y, epochs=30, batch_size=16, verbose=0)
    assert history.history["loss"][-1] < 1e-3
    assert set(history.history) == {"loss", "mae"}
    np.testing.assert_allclose(model.predict(X, verbose=0), Y, atol=0.1)


def test_input_dim_gives_the_first_layer_its_shape():
    model = keras.Sequential([keras.layers.Dense(3, input_dim=8)])
    assert model.input_shape == (None, 8)
    assert model.count_params() == 27


def test_a_sequential_model_without_a_shape_is_built_by_its_data():
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    assert [tuple(w.shape) for w in model.weights] == [(4, 3), (3,), (3, 1), (1,)]


def test_evaluate_gives_the_loss_first():
    model = dense_model()
    loss, mae = model.evaluate(X, Y, verbose=0)
    error = model.predict(X, verbose=0) - Y
    np.testing.assert_allclose([loss, mae], [np.mean(error**2), np.mean(np.abs(error))], rtol=1e-5)


def test_two_inputs_two_outputs_and_a_shared_layer():
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    shared = keras.layers.Dense(3, activation="relu")
    joined = keras.ops.concatenate([shared(left), shared(right)], axis=-1)
    value = keras.layers.Dense(1, name="value")(joined)
    kind = keras.layers.Dense(2, activation="softmax", name="kind")(joined * 2.0)
    model = keras.Model([left, right], [value, kind])
    model.compile("adam", loss={"value": "mse", "kind": "sparse_categorical_crossentropy"})
    kinds = (Y[:, 0] > 0).astype("int32")
    history = model.fit([X, X], [Y, kinds], epochs=2, verbose=0)
    assert set(history.history) == {"loss", "value_loss", "kind_loss"}
    assert len(model.weights) == 6
    by_name = model.predict({"left": X, "right": X}, verbose=0)
    by_place = model.predict([X, X], verbose=0)
    np.testing.assert_array_equal(by_name[1], by_place[1])


def test_a_functional_model_survives_its_config():
    x = keras.Input((4,))
    y = keras.layers.Dense(3)(keras.ops.relu(x) + 1.0)
    model = keras.Model(x, keras.ops.expand_dims(y, 1))
    again = keras.Model.from_config(model.get_config())
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(X), again(X))


def test_a_clone_has_the_same_shape_and_other_weights():
    model = dense_model()
    clone = keras.models.clone_model(model)
    assert clone.count_params() == model.count_params()
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])


class Stateful(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer="zeros")

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data[:2]

        def objective():
            return keras.ops.mean((self(x, training=True) - y) ** 2)

        loss, gradients = keras.value_and_grad(objective, self.trainable_variables)()
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}


class Pure(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer="zeros")

    def call(self, x):
        return self.dense(x)

    def train_step(self, state, data):
        trainable, non_trainable, optimizer, metrics = state
        x, y = data[:2]

        def objective(trainable, non_trainable):
            outputs, after = self.stateless_call(trainable, non_trainable, x, training=True)
            return ((outputs - y) ** 2).mean(), after

        gradient = jax.value_and_grad(objective, has_aux=True)
        (loss, non_trainable), gradients = gradient(trainable, non_trainable)
        trainable, optimizer = self.optimizer.stateless_apply(optimizer, gradients, trainable)
        return {"loss": loss}, (trainable, non_trainable, optimizer, metrics)


class Plain(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1, kernel_initializer="zeros")

    def call(self, x):
        return self.dense(x)


def trained(model, **kwargs):
    model.compile(keras.optimizers.SGD(0.1), "mse", **kwargs)
    model.fit(X, Y, epochs=2, batch_size=16, shuffle=False, verbose=0)
    return model.get_weights()[0]


@pytest.mark.parametrize("kind", [Stateful, Pure])
def test_a_train_step_of_ones_own_trains_as_the_built_in_one(kind):
    np.testing.assert_allclose(trained(kind()), trained(Plain()), rtol=1e-5)


def test_an_eager_run_gives_the_compiled_run_s_weights():
    eager, compiled = trained(Plain(), run_eagerly=True), trained(Plain())
    np.testing.assert_allclose(eager, compiled, rtol=1e-5)


def test_an_eager_step_shows_real_values_inside_call():
    seen = []

    class Looking(Plain):
        def call(self, x):
            y = self.dense(x)
            if y.sum() > -1e9:
                seen.append(float(y.sum()))
            return y

    trained(Looking(), run_eagerly=True)
    assert all(np.isfinite(seen)) and len(seen) >= 10


def test_a_condition_on_values_in_compiled_code_is_explained():
    class Branching(Plain):
        def call(self, x):
            y = self.dense(x)
            return y if y.sum() > 0 else -y

    with pytest.raises(TypeError, match="run_eagerly=True"):
        trained(Branching())


def test_batch_hooks_do_not_change_the_result():
    class EveryBatch(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    one, many, hook = dense_model(), dense_model(), EveryBatch()
    keras.utils.set_random_seed(5)
    one.fit(X, Y, epochs=2, batch_size=8, verbose=0, callbacks=[hook])
    keras.utils.set_random_seed(5)
    many.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    assert hook.batches == 18
    np.testing.assert_allclose(one.get_weights()[0], many.get_weights()[0], rtol=1e-5)


def test_arrays_a_user_holds_survive_training():
    model = dense_model()
    held = model.weights[0].value
    model.fit(X, Y, verbose=0)
    assert held.shape == (4, 1) and np.isfinite(np.asarray(held)).all()


def test_fit_before_compile_says_what_to_do():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"model\.compile\("):
        model.fit(X, Y)


def test_data_of_another_width_names_the_input():
    x = keras.Input((4,), name="measured")
    model = keras.Model(x, keras.layers.Dense(2)(x))
    with pytest.raises(ValueError, match=r"'measured' expects shape \(any, 4\), got \(7, 5\)"):
        model.predict(np.ones((7, 5), "float32"), verbose=0)


def test_data_of_another_width_names_the_layer_of_a_sequential():
    with pytest.raises(ValueError, match=r"'dense.*expects size 4 on axis -1, got shape \(7, 5\)"):
        dense_model().predict(np.ones((7, 5), "float32"), verbose=0)


def test_inputs_and_targets_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"70.*69|69.*70"):
        dense_model().fit(X, Y[:-1], verbose=0)


def test_an_input_that_is_missing_from_the_graph_is_named():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    with pytest.raises(ValueError, match="not among its inputs"):
        keras.Model(a, keras.layers.Add()([a, b]))


def test_ids_of_any_integer_type_are_taken_by_an_input_of_64_bits():
    ids = keras.Input((3,), dtype="int64")
    model = keras.Model(ids, keras.layers.Embedding(5, 2)(ids))
    assert model.predict(np.ones((4, 3), "int32"), verbose=0).shape == (4, 3, 2)
