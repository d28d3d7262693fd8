"""Files made to harm: each is refused with a clear error, and nothing in it runs."""

import pickle
import zipfile

import numpy as np
import pytest

import cornu as keras
from tests.attacks.files import members, small_model, with_config, with_weights, write


class Tripwire:
    """Raises when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('a pickle was run')",))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    return path


@pytest.mark.parametrize(
    ("module", "name"), [("os", "system"), ("subprocess", "Popen"), ("builtins", "eval")]
)
def test_a_class_of_another_module_is_not_imported(saved, module, name):
    with_config(saved, {"module": module, "class_name": name, "config": {"args": "true"}})
    with pytest.raises(TypeError, match="Cannot find the class"):
        keras.saving.load_model(saved)


def test_a_lambda_needs_consent(tmp_path):
    layer = keras.layers.Lambda(lambda x: 2 * x)
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((2,)), layer]).save(path)
    with pytest.raises(keras.saving.LoadError, match="safe_mode=False"):
        keras.saving.load_model(path)


def test_a_pickle_stays_bytes(saved):
    pickled = np.void(pickle.dumps(Tripwire()))

    def change(file):
        del file["layers/dense/vars/0"]
        file["layers/dense/vars/0"] = pickled

    with_weights(saved, change)
    with pytest.raises(keras.saving.LoadError, match="do not fit the file"):
        keras.saving.load_model(saved)


@pytest.mark.parametrize("name", ["assets/../../evil.txt", "../evil.txt", "/evil.txt"])
def test_a_member_that_leaves_the_archive_is_refused(saved, name):
    write(saved, members(saved) | {name: b"evil"})
    with pytest.raises(keras.saving.LoadError, match="refused"):
        keras.saving.load_model(saved)
    assert not (saved.parent.parent / "evil.txt").exists()


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_missing_member_is_named(saved, name):
    write(saved, {key: value for key, value in members(saved).items() if key != name})
    with pytest.raises(keras.saving.LoadError, match=name):
        keras.saving.load_model(saved)


def test_an_archive_that_unpacks_to_far_more_is_refused(saved):
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (10 * 2**20))
    with pytest.raises(keras.saving.LoadError, match="10,485,760 bytes of memory"):
        keras.saving.load_model(saved, limits=keras.saving.Limits(memory=2**20))


def test_a_file_that_is_no_archive_is_named(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"nonsense")
    with pytest.raises(keras.saving.LoadError, match=r"not a \.keras archive"):
        keras.saving.load_model(path)
