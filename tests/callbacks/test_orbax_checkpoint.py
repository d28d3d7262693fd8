"""Checkpoints with Orbax: which steps are there, that they load exactly, and what is refused."""

import shutil
import subprocess
import sys

import numpy as np
import pytest

import cornu as keras

pytest.importorskip("orbax.checkpoint")

X = np.linspace(-1, 1, 48, dtype="float32").reshape(12, 4)
Y = X.sum(1, keepdims=True)


def network(units=3):
    layers = [
        keras.Input((4,)),
        keras.layers.Dense(units, "relu"),
        keras.layers.BatchNormalization(),
        keras.layers.Dropout(0.2),
        keras.layers.Dropout(0.1),
        keras.layers.Dense(1),
    ]
    return keras.Sequential(layers)


def compiled(units=3):
    model = network(units)
    model.compile("adam", "mse", metrics=["mae"])
    return model


def small():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def fit(model, directory, epochs=2, more=(), start=0, **settings):
    saver = keras.callbacks.OrbaxCheckpoint(directory, **settings)
    model.fit(
        X, Y, batch_size=4, epochs=epochs, initial_epoch=start, verbose=0, callbacks=[saver, *more]
    )
    return model


def steps(directory):
    return sorted(int(entry.name) for entry in directory.iterdir())


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
        assert a.dtype == b.dtype


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("run")
    return fit(compiled(), directory, epochs=3, max_to_keep=2), directory


def test_the_newest_steps_are_kept(run):
    assert steps(run[1]) == [1, 2]


def test_a_loaded_model_has_the_same_bits_and_trains_on_alike(run):
    model, directory = run
    again = keras.saving.load_model(directory)
    assert_same(model.variables, again.variables)
    assert_same(model.optimizer.variables, again.optimizer.variables)
    kept = [variable.numpy() for variable in model.variables + model.optimizer.variables]
    for one in (model, again):
        one.fit(X, Y, batch_size=4, shuffle=False, verbose=0)
    assert_same(model.variables, again.variables)
    for variable, value in zip(model.variables + model.optimizer.variables, kept):
        variable.assign(value)


def test_weights_load_into_a_model_with_other_automatic_names(run):
    model, directory = run
    again = compiled()
    assert again.layers[0].name != model.layers[0].name
    again.load_weights(directory)
    assert_same(model.variables, again.variables)
    assert_same(model.optimizer.variables, again.optimizer.variables)


def test_frozen_layers_take_their_weights_too(run):
    model, directory = run
    again = network()
    again.layers[0].trainable = False
    again.load_weights(directory)
    assert_same(model.variables, again.variables)


def test_one_step_is_loaded_by_its_folder(run):
    directory = run[1]
    assert int(keras.saving.load_model(directory / "1").optimizer.iterations) == 6
    assert int(keras.saving.load_model(directory / "2").optimizer.iterations) == 9


def test_a_model_that_does_not_fit_is_told_where(run):
    _, directory = run
    with pytest.raises(ValueError, match=r"kernel' has shape \(4, 5\) in the model, \(4, 3\)"):
        compiled(units=5).load_weights(directory)
    with pytest.raises(ValueError, match="other/kernel' is not in the checkpoint"):
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, name="other")]).load_weights(
            directory
        )


def test_skip_mismatch_sets_what_fits(run):
    model, directory = run
    again = network(units=5)
    with pytest.warns(UserWarning, match="were left as they are"):
        again.load_weights(directory, skip_mismatch=True)
    np.testing.assert_array_equal(again.layers[-1].bias.numpy(), model.layers[-1].bias.numpy())


def test_batches_are_counted_over_epochs_and_runs(tmp_path):
    model = fit(small(), tmp_path, save_freq=4, max_to_keep=None)
    fit(model, tmp_path, save_freq=4, max_to_keep=None)
    assert steps(tmp_path) == [4, 10]


def test_weights_only_hold_no_model_and_no_optimizer(tmp_path):
    settings = {"save_weights_only": True, "save_on_background": False}
    model = fit(small(), tmp_path, epochs=1, **settings)
    again = small()
    again.load_weights(tmp_path)
    assert_same(model.variables, again.variables)
    assert not again.optimizer.built
    with pytest.raises(ValueError, match="weights only"):
        keras.saving.load_model(tmp_path)


def test_only_a_better_model_is_saved(tmp_path):
    settings = {"save_best_only": True, "monitor": "loss", "max_to_keep": None}
    fit(small(), tmp_path / "never", initial_value_threshold=0.0, **settings)
    assert steps(tmp_path / "never") == []
    fit(small(), tmp_path / "always", initial_value_threshold=1e9, epochs=1, **settings)
    assert steps(tmp_path / "always") == [0]


def test_assets_of_layers_are_saved(tmp_path):
    lookup = keras.layers.IntegerLookup()
    lookup.adapt([7, 7, 9])
    embedding = keras.layers.Embedding(3, 1)
    inputs = keras.Input((4,), dtype="int64")
    outputs = keras.layers.Flatten()(embedding(lookup(inputs)))
    model = keras.Model(inputs, keras.layers.Dense(1)(outputs))
    model.compile("sgd", "mse")
    x = np.array([[7, 9, 1, 7]] * 3)
    saver = keras.callbacks.OrbaxCheckpoint(tmp_path)
    model.fit(x, Y[:3], verbose=0, callbacks=[saver])
    again = keras.saving.load_model(tmp_path)
    assert again.layers[1].get_vocabulary() == lookup.get_vocabulary()
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(ValueError, match="a folder of checkpoints holds"):
        keras.saving.load_model(tmp_path)
    with pytest.raises(ValueError, match="folder with steps"):
        network().load_weights(tmp_path)


def test_a_step_broken_off_is_not_read(run, tmp_path):
    (tmp_path / "0.orbax-checkpoint-tmp").mkdir()
    with pytest.raises(ValueError, match="no finished step"):
        keras.saving.load_model(tmp_path)
    shutil.copytree(run[1] / "1", tmp_path / "1")
    (tmp_path / "2.orbax-checkpoint-tmp").mkdir()
    assert int(keras.saving.load_model(tmp_path).optimizer.iterations) == 6


@pytest.mark.parametrize("lost", ["_CHECKPOINT_METADATA", "pytree", "pytree/_METADATA"])
def test_a_step_of_which_a_part_is_lost_is_refused(run, tmp_path, lost):
    for name in "12":
        shutil.copytree(run[1] / name, tmp_path / name)
    part = tmp_path / "2" / lost
    shutil.rmtree(part) if part.is_dir() else part.unlink()
    with pytest.raises(ValueError, match=r"damaged or incomplete.*the steps are 1, 2"):
        compiled().load_weights(tmp_path)


def test_a_second_run_into_the_same_folder_is_refused_before_it_trains(run):
    model, directory = small(), run[1]
    with pytest.raises(ValueError, match=r"holds step 2 already.*begin with step 0"):
        fit(model, directory)
    assert int(model.optimizer.iterations) == 0
    assert steps(directory) == [1, 2]


class Break(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def test_a_run_taken_up_again_writes_its_last_step_anew(tmp_path):
    directory, backup = tmp_path / "run", tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        fit(small(), directory, more=[Break(), keras.callbacks.BackupAndRestore(backup)])
    assert steps(directory) == [1]
    model = fit(small(), directory, more=[keras.callbacks.BackupAndRestore(backup)])
    assert steps(directory) == [1]
    assert_same(model.variables, keras.saving.load_model(directory).variables)


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"directory": ""}, "directory must be a local folder"),
        ({"directory": "gs://bucket/run"}, "directory must be a local folder"),
        ({"max_to_keep": 0}, "max_to_keep must be a positive number"),
        ({"save_freq": 0}, "OrbaxCheckpoint: save_freq"),
    ],
)
def test_an_argument_of_no_use_is_named(settings, said):
    with pytest.raises(ValueError, match=said):
        keras.callbacks.OrbaxCheckpoint(**{"directory": "run", **settings})


def test_without_orbax_the_extra_is_named(tmp_path):
    code = (
        "import sys; sys.modules['orbax'] = None\n"
        "import cornu as keras\n"
        "try:\n"
        f"    keras.callbacks.OrbaxCheckpoint({str(tmp_path)!r})\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert 'pip install "cornu[orbax]"' in run.stdout
