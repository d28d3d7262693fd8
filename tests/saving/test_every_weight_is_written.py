"""Whatever a model is made of, every weight is in every file, and comes back from it."""

import numpy as np
import pytest

import cornu as keras

X = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
SHARD = 100 / 1024**3


def branch(number):
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, name=f"first_{number}")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, name=f"second_{number}")(hidden))


class ThreeBranches(keras.Model):
    def __init__(self):
        super().__init__()
        self.one, self.two = branch(1), branch(2)
        self.others = {"three": [branch(3)]}

    def call(self, x):
        return self.one(x) + self.two(x) + self.others["three"][0](x)


def built():
    model = ThreeBranches()
    model(X)
    return model


@pytest.mark.parametrize("name", ["all.weights.h5", "all.weights.json"])
def test_models_in_a_model_keep_their_weights_in_every_one_of_many_saves(name, tmp_path):
    model, other = built(), built()
    size = SHARD if name.endswith("json") else None
    for number in range(15):
        model.set_weights([np.full(w.shape, number) for w in model.get_weights()])
        model.save_weights(tmp_path / name, max_shard_size=size)
        other.load_weights(tmp_path / name)
        for mine, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_lists_that_a_property_makes_anew_do_not_hide_one_another(tmp_path):
    class Stack(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.inner = [keras.layers.Dense(3) for _ in range(2)]

        @property
        def fresh(self):
            return [*self.inner]

        def call(self, x):
            return self.inner[1](self.inner[0](x))

    model, other = (
        keras.Sequential([keras.Input((3,)), *(Stack() for _ in range(4))]) for _ in range(2)
    )
    for _ in range(15):
        model.save_weights(tmp_path / "m.weights.h5")
        other.set_weights([np.zeros(w.shape) for w in other.get_weights()])
        other.load_weights(tmp_path / "m.weights.h5")
        np.testing.assert_array_equal(model(X), other(X))


class InASet(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.parts = {keras.layers.Dense(3, name="hidden_away")}

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.weights.json"])
def test_a_layer_for_which_files_have_no_name_is_an_error_not_a_loss(name, tmp_path):
    model = keras.Sequential([keras.Input((3,)), InASet()])
    with pytest.raises(ValueError, match=r"hidden_away.*list or dict"):
        if name.endswith("keras"):
            model.save(tmp_path / name)
        else:
            model.save_weights(tmp_path / name, max_shard_size=SHARD if "json" in name else None)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "m.weights.json"])
def test_a_file_that_lost_a_weight_on_its_way_does_not_replace_the_old_one(
    name, tmp_path, monkeypatch
):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, name="dense")])

    def save():
        if name.endswith("keras"):
            model.save(tmp_path / name)
        else:
            model.save_weights(tmp_path / name, max_shard_size=SHARD if "json" in name else None)

    save()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr("cornu.saving.contents.H5Store.update", lambda *_: None)
    with pytest.raises(OSError, match=r"layers/dense/vars/0.*nothing"):
        save()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_half_precision_weight_is_written_as_it_is(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, dtype="bfloat16")])
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert again.weights[0].dtype == "bfloat16"
    np.testing.assert_array_equal(again(X), model(X))


class TwoNames(keras.Model):
    """A model whose encoder has other names too, before or after it was saved."""

    def __init__(self, *names):
        super().__init__()
        encoder = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
        self.parts = [encoder, keras.layers.Dense(1)]
        for name in names:
            setattr(self, name, encoder)
        del self.parts[0]

    def call(self, x):
        encoder = next(v for v in vars(self).values() if isinstance(v, keras.Sequential))
        return self.parts[0](encoder(x))


@pytest.mark.parametrize("name", ["m.weights.h5", "m.weights.json"])
@pytest.mark.parametrize(("then", "now"), [(["b"], ["a", "b"]), (["b"], ["_c", "b", "a"])])
def test_weights_are_found_under_any_name_that_a_part_has(then, now, name, tmp_path):
    model, other = TwoNames(*then), TwoNames(*now)
    model(X), other(X)
    size = SHARD if name.endswith("json") else None
    model.save_weights(tmp_path / name, max_shard_size=size)
    other.load_weights(tmp_path / name)
    np.testing.assert_array_equal(other(X), model(X))


def test_a_layer_of_a_list_that_has_a_second_name(tmp_path):
    class Blocks(keras.Model):
        def __init__(self, names):
            super().__init__()
            blocks = [keras.layers.Dense(3) for _ in range(3)]
            for name in names:
                setattr(self, name, blocks)
            self.count = len(blocks)

        def call(self, x):
            for block in vars(self)["blocks"]:
                x = block(x)
            return x

    model, other = Blocks(["blocks"]), Blocks(["all_blocks", "blocks"])
    model(X), other(X)
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(other(X), model(X))
