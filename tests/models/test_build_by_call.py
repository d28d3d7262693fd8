"""Models and layers that leave their building to the layers inside."""

import numpy as np
import pytest

import cornu as keras
from cornu import layers

X = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)


@keras.saving.register_keras_serializable("test_build_by_call")
class Blocks(keras.Model):
    """Layers in nested containers, one of which holds itself."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.blocks = [(layers.Dense(4), layers.Dense(4))]
        self.blocks.append(self.blocks)
        self.head = layers.Dense(2)

    def call(self, x):
        for layer in self.blocks[0]:
            x = layer(x)
        return self.head(x)


@keras.saving.register_keras_serializable("test_build_by_call")
class TwoInputs(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.table, self.head = layers.Embedding(5, 3), layers.Dense(1)

    def call(self, words, numbers):
        return self.head(layers.concatenate([self.table(words), numbers]))


@pytest.mark.parametrize(
    ("made", "values"), [(Blocks, (X,)), (TwoInputs, (np.array([1, 4]), X))], ids=["one", "two"]
)
def test_a_subclassed_model_is_loaded_with_its_weights(made, values, tmp_path):
    model = made()
    expected = model(*values)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.built
    np.testing.assert_array_equal(again(*values), expected)


def test_the_optimizer_of_a_subclassed_model_is_loaded(tmp_path):
    model = Blocks()
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    for one in (model, again):
        one.fit(X, X[:, :2], verbose=0)
    for got, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_build_makes_the_weights_of_the_layers_inside():
    model = Blocks()
    model.build((None, 4))
    assert model.count_params() == 20 + 20 + 10


def test_build_of_a_dict_of_shapes():
    class Named(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = layers.Dense(1)

        def call(self, x):
            return self.head(x["a"])

    model = Named()
    model.build({"a": (None, 4)})
    assert model.count_params() == 5


def test_a_call_that_needs_values_is_named_as_the_reason():
    class Values(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.head = layers.Dense(1)

        def call(self, x):
            return self.head(x) if float(keras.ops.sum(x)) > 0 else x

    with pytest.raises(Exception) as caught:
        Values(name="values").build((None, 4))
    assert any("'values' has no `build`" in note for note in caught.value.__notes__)
