"""HDF5 files made to harm, in each of the formats that hold them: nothing but the file is read."""

import io
import os
import pathlib
import struct

import h5py
import numpy as np
import pytest

import cornu as keras
from tests.attacks.files import members, small_model, with_weights

GROUP = "layers/dense/vars"


@pytest.fixture
def secret(tmp_path):
    """Another file of the victim's, with numbers that fit."""
    path = tmp_path / "secret.h5"
    with h5py.File(path, "w") as file:
        file["data"] = np.full((2, 1), 42.0, "float32")
        file["group/0"] = np.full((2, 1), 42.0, "float32")
        file["group/1"] = np.full((1,), 42.0, "float32")
    return path


def external_link(group, secret):
    del group["0"]
    group["0"] = h5py.ExternalLink(str(secret), "/data")


def external_link_of_the_group(group, secret):
    parent, name = group.parent, group.name
    del parent[name]
    parent[name] = h5py.ExternalLink(str(secret), "/group")


def soft_link_behind_an_external_link(group, secret):
    group.file["elsewhere"] = h5py.ExternalLink(str(secret), "/")
    del group["0"]
    group["0"] = h5py.SoftLink("/elsewhere/data")


def soft_link(group, secret):
    del group["0"]
    group["0"] = h5py.SoftLink(group.name + "/1")


def external_storage(group, secret):
    del group["0"]
    group.create_dataset("0", (2, 1), "float32", external=[(str(secret), 0, 8)])


def virtual_storage(group, secret):
    del group["0"]
    layout = h5py.VirtualLayout((2, 1), "float32")
    layout[:] = h5py.VirtualSource(str(secret), "data", (2, 1))
    group.create_virtual_dataset("0", layout)


def foreign_filter(group, secret):
    """A filter of which this process has no plug-in, so that HDF5 would look for one to load."""
    del group["0"]
    settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    settings.set_chunk((2, 1))
    settings.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
    space = h5py.h5s.create_simple((2, 1))
    h5py.h5d.create(group.id, b"0", h5py.h5t.IEEE_F32LE, space, settings)


def references(group, secret):
    del group["0"]
    group.create_dataset("0", (2, 1), h5py.ref_dtype)


def records(group, secret):
    del group["0"]
    group["0"] = np.zeros((2, 1), [("a", "f4"), ("b", "f4")])


def named_type(group, secret):
    del group["0"]
    group["0"] = np.dtype("float32")


def no_values(group, secret):
    del group["0"]
    group["0"] = h5py.Empty("float32")


def foreign_dtype(group, secret):
    del group["0"]
    group["0"] = np.zeros((2, 1), "V4")
    group["0"].attrs["dtype"] = "(1000000000,)f4"


def terabytes_without_data(group, secret):
    del group["0"]
    group.create_dataset("0", (10**6, 10**6), "float32", chunks=(1000, 1000))


def a_chunk_of_gigabytes(group, secret):
    del group["0"]
    group.create_dataset(
        "0", (2, 1), "float32", maxshape=(None, 1), chunks=(2**28, 1), compression=9
    )


ATTACKS = [
    external_link,
    external_link_of_the_group,
    soft_link_behind_an_external_link,
    soft_link,
    external_storage,
    virtual_storage,
    foreign_filter,
    references,
    records,
    named_type,
    no_values,
    foreign_dtype,
    terabytes_without_data,
    a_chunk_of_gigabytes,
]


def in_archive(tmp_path, attack):
    path = tmp_path / "model.keras"
    small_model().save(path)
    with_weights(path, lambda file: attack(file[GROUP]))
    return lambda: keras.saving.load_model(path)


def in_folder(tmp_path, attack):
    path = tmp_path / "model"
    small_model().save(path, zipped=False)
    with h5py.File(path / "model.weights.h5", "r+") as file:
        attack(file[GROUP])
    return lambda: keras.saving.load_model(path)


def in_weights(tmp_path, attack):
    path = tmp_path / "model.weights.h5"
    small_model().save_weights(path)
    with h5py.File(path, "r+") as file:
        attack(file[GROUP])
    return lambda: small_model().load_weights(path, skip_mismatch=True)


def in_shards(tmp_path, attack):
    path = tmp_path / "model.weights.json"
    small_model().save_weights(path, max_shard_size=1)
    with h5py.File(tmp_path / "model_00000.weights.h5", "r+") as file:
        attack(file[GROUP])
    return lambda: small_model().load_weights(path)


def in_legacy(tmp_path, attack):
    path = tmp_path / "model.h5"
    small_model().save(path)
    with h5py.File(path, "r+") as file:
        layer = file["model_weights/dense"]
        names = list(layer.attrs["weight_names"])
        layer.attrs["weight_names"] = [b"vars/0", b"vars/1"]
        for number, name in enumerate(names):
            layer[f"vars/{number}"] = layer[name][()]
        attack(layer["vars"])
    return lambda: keras.saving.load_model(path)


@pytest.mark.parametrize("place", [in_archive, in_folder, in_weights, in_shards, in_legacy])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_other_file_is_read_and_nothing_is_claimed(tmp_path, secret, attack, place):
    load = place(tmp_path, lambda group: attack(group, secret))
    with pytest.raises(keras.saving.LoadError) as caught:
        load()
    assert len(str(caught.value).splitlines()) <= 10


def test_the_weights_of_a_legacy_file_are_no_link(tmp_path):
    path, other = tmp_path / "model.h5", tmp_path / "other.h5"
    small_model().save(path)
    small_model().save(other)
    with h5py.File(path, "r+") as file:
        del file["model_weights"]
        file["model_weights"] = h5py.ExternalLink(str(other), "/model_weights")
    with pytest.raises(keras.saving.LoadError, match="ExternalLink"):
        keras.saving.load_model(path)
    with pytest.raises(keras.saving.LoadError, match="ExternalLink"):
        small_model().load_weights(path)


def test_names_that_share_one_long_text_are_not_read(tmp_path):
    path = tmp_path / "model.h5"
    small_model().save(path)
    with h5py.File(path, "r+") as file:
        names = np.array(["n" * 200_000, *"x" * 2000], object)
        file["model_weights"].attrs["layer_names"] = names
    content = path.read_bytes()
    # Each name is kept as its length, the address of a heap, and a number there: 16 bytes.
    place = content.index(struct.pack("<I", 200_000), 8)
    while content[place + 16 : place + 20] != struct.pack("<I", 1):
        place = content.index(struct.pack("<I", 200_000), place + 1)
    long_text = content[place : place + 16]
    path.write_bytes(content[:place] + long_text * 2001 + content[place + 16 * 2001 :])
    with pytest.raises(keras.saving.LoadError, match="attribute 'layer_names'"):
        keras.saving.load_model(path)


def test_one_dataset_under_many_names_is_counted_each_time(tmp_path):
    path = tmp_path / "model.weights.h5"
    wide = keras.Sequential([keras.Input((1000,)), keras.layers.Dense(256, use_bias=False)])
    wide.save_weights(path)
    layers = [keras.layers.Dense(1000, use_bias=False) for _ in range(20)]
    model = keras.Sequential([keras.Input((1000,)), *layers])
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = np.ones((1000, 1000), "float32")
        for number in range(1, 20):
            file[f"layers/dense_{number}/vars/0"] = file["layers/dense/vars/0"]
    with pytest.raises(keras.saving.LoadError, match="bytes of memory"):
        model.load_weights(path, limits=keras.saving.Limits(memory=0))


def test_a_shard_that_is_a_link_is_refused(tmp_path):
    path = tmp_path / "model.weights.json"
    small_model().save_weights(path, max_shard_size=1)
    shard = tmp_path / "model_00000.weights.h5"
    shard.rename(tmp_path / "elsewhere.h5")
    shard.symlink_to(tmp_path / "elsewhere.h5")
    with pytest.raises(keras.saving.LoadError, match="is a link"):
        small_model().load_weights(path)


@pytest.mark.parametrize("member", ["model.weights.h5", "config.json", "assets"])
def test_a_folder_with_a_link_is_refused(tmp_path, member):
    path = tmp_path / "model"
    small_model().save(path, zipped=False)
    outside = tmp_path / "outside"
    outside.mkdir()
    if (path / member).exists():
        os.rename(path / member, outside / member)
        (path / member).symlink_to(outside / member)
    else:
        (path / member).symlink_to(outside)
    with pytest.raises(keras.saving.LoadError, match="a link"):
        keras.saving.load_model(path)


def test_what_is_compressed_and_unusual_but_honest_is_read(tmp_path):
    path = tmp_path / "model.weights.h5"
    model = small_model()
    model.save_weights(path)
    kernel = np.array([[1.0], [2.0]], "float32")
    with h5py.File(path, "r+") as file:
        del file[GROUP]["0"]
        file[GROUP].create_dataset(
            "0", data=kernel, compression="gzip", shuffle=True, fletcher32=True
        )
    model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], kernel)


def test_an_open_file_is_read_as_a_path_is(tmp_path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    model = keras.saving.load_model(io.BytesIO(pathlib.Path(path).read_bytes()))
    assert model.count_params() == 3 and "config.json" in members(path)
