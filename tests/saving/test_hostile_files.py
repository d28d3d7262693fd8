"""Files made to harm: each is refused with a clear error, and nothing in it runs."""

import io
import json
import pickle
import zipfile

import h5py
import numpy as np
import pytest

import cornu as keras


class Tripwire:
    """Raises when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('a pickle was run')",))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(path)
    return path


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def with_config(path, config):
    write(path, members(path) | {"config.json": json.dumps(config)})


def with_weight(path, change):
    content = members(path)
    buffer = io.BytesIO(content["model.weights.h5"])
    with h5py.File(buffer, "r+") as file:
        group = file["layers/dense/vars"]
        del group["0"]
        change(group)
    write(path, content | {"model.weights.h5": buffer.getvalue()})


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
    with pytest.raises(ValueError, match="safe_mode=False"):
        keras.saving.load_model(path)


def test_a_pickle_stays_bytes(saved):
    pickled = np.void(pickle.dumps(Tripwire()))
    with_weight(saved, lambda group: group.__setitem__("0", pickled))
    with pytest.raises(ValueError, match="do not fit the file"):
        keras.saving.load_model(saved)


def test_a_claimed_size_without_data_is_refused(saved):
    with_weight(
        saved, lambda group: group.create_dataset("0", (10**6, 10**6), "f4", chunks=(1000, 1000))
    )
    with pytest.raises(ValueError, match="claims shape"):
        keras.saving.load_model(saved)


def test_a_link_into_another_file_is_refused(saved):
    with_weight(
        saved, lambda group: group.__setitem__("0", h5py.ExternalLink("secret.h5", "/data"))
    )
    with pytest.raises(ValueError, match="link into another file"):
        keras.saving.load_model(saved)


@pytest.mark.parametrize("name", ["assets/../../evil.txt", "../evil.txt", "/evil.txt"])
def test_a_member_that_leaves_the_archive_is_refused(saved, name):
    write(saved, members(saved) | {name: b"evil"})
    with pytest.raises(ValueError, match="refused"):
        keras.saving.load_model(saved)
    assert not (saved.parent.parent / "evil.txt").exists()


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_missing_member_is_named(saved, name):
    write(saved, {key: value for key, value in members(saved).items() if key != name})
    with pytest.raises(ValueError, match=name):
        keras.saving.load_model(saved)


def test_an_archive_that_unpacks_to_far_more_is_refused(saved):
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (100 * 2**20))
    with pytest.raises(ValueError, match="would unpack"):
        keras.saving.load_model(saved)


def test_a_file_that_is_no_archive_is_named(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match=r"not a \.keras archive"):
        keras.saving.load_model(path)
