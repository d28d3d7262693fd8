"""Numbers in a config that would take memory, and members that would take disk, are only claims."""

import json
import tracemalloc
import zipfile

import pytest

import cornu as keras
from tests.attacks.files import config_of, members, small_model, with_config, write

layers = keras.layers
HUGE = 2 * 10**9


def sequential(shape, layer, dtype="float32"):
    return keras.Sequential([keras.Input(shape, dtype=dtype), layer])


# The model, and what its layer is made to claim.
CLAIMS = {
    "units": (lambda: sequential((4,), layers.Dense(2)), {"units": HUGE}),
    "ids": (lambda: sequential((4,), layers.Embedding(5, 2)), {"input_dim": HUGE}),
    "filters": (lambda: sequential((4, 4, 1), layers.Conv2D(2, 1)), {"filters": HUGE}),
    "words out of the vocabulary": (
        lambda: sequential((1,), layers.StringLookup(vocabulary=["a", "b"]), "string"),
        {"num_oov_indices": HUGE},
    ),
    "numbers out of the vocabulary": (
        lambda: sequential((1,), layers.IntegerLookup(vocabulary=[1, 2]), "int64"),
        {"num_oov_indices": HUGE},
    ),
    "n-grams": (
        lambda: sequential((1,), layers.TextVectorization(vocabulary=["a", "b"]), "string"),
        {"ngrams": 10**8},
    ),
    "windows": (
        lambda: sequential((8, 8, 3), layers.AdaptiveAveragePooling2D(2)),
        {"output_size": [10**7, 10**7]},
    ),
    "maxima": (lambda: sequential((8, 3), layers.AdaptiveMaxPooling1D(2)), {"output_size": [HUGE]}),
    "frames": (
        lambda: sequential((400, 1), layers.STFTSpectrogram(frame_length=64, frame_step=32)),
        {"frame_length": HUGE, "fft_length": 2**31},
    ),
}


def refused(path, place):
    """The error of loading, during which no memory to speak of was taken."""
    tracemalloc.start()
    try:
        with pytest.raises(keras.saving.LoadError, match=place) as caught:
            keras.saving.load_model(path)
        assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    finally:
        tracemalloc.stop()
    return str(caught.value)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_size_that_a_layer_claims_is_not_allocated(tmp_path, name):
    make, claim = CLAIMS[name]
    path = tmp_path / "model.keras"
    make().save(path)
    config = config_of(path)
    config["config"]["layers"][1]["config"].update(claim)
    with_config(path, config)
    assert "limits=" in refused(path, "memory")


def test_thresholds_of_a_metric_are_not_allocated(tmp_path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    config = config_of(path)
    auc = {"module": "keras.metrics", "class_name": "AUC", "config": {"num_thresholds": HUGE}}
    config["compile_config"]["metrics"] = [auc | {"registered_name": None}]
    with_config(path, config)
    refused(path, "num_thresholds")


def test_a_hundred_thousand_layers_are_refused(tmp_path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    config = config_of(path)
    first, layer = config["config"]["layers"]
    copies = [layer | {"config": layer["config"] | {"name": f"d{i}"}} for i in range(100_000)]
    config["config"]["layers"] = [first, *copies]
    with_config(path, config)
    with pytest.raises(keras.saving.LoadError, match="objects"):
        keras.saving.load_model(path)


@pytest.mark.slow
def test_two_hundred_thousand_empty_members_are_refused(tmp_path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    write(path, members(path) | {f"assets/{i}": b"" for i in range(200_000)})
    with pytest.raises(keras.saving.LoadError, match="members"):
        keras.saving.load_model(path)


def test_members_beyond_the_limit_are_refused(tmp_path):
    path = tmp_path / "model.keras"
    small_model().save(path)
    write(path, members(path) | {f"assets/{i}": b"" for i in range(300)})
    with pytest.raises(keras.saving.LoadError, match="members"):
        keras.saving.load_model(path, limits=keras.saving.Limits(members=200))


def test_assets_that_no_layer_asks_for_are_not_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    small_model().save(path)
    content = members(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
        archive.writestr("assets/unwanted.bin", bytes(2**26))
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    written = []
    open_member = zipfile.ZipFile.open

    def watched(archive, name, *args, **kwargs):
        written.append(getattr(name, "filename", name))
        return open_member(archive, name, *args, **kwargs)

    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    keras.saving.load_model(path)
    assert "assets/unwanted.bin" not in written


def test_a_heap_that_points_at_itself_is_refused(tmp_path):
    """HDF5's library walks such a heap of texts without end."""
    path = tmp_path / "model.h5"
    small_model().save(path)
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL")
    content[heap + 16 + 8 : heap + 16 + 16] = bytes(8)  # the size of the first object
    path.write_bytes(content)
    with pytest.raises(keras.saving.LoadError, match="a heap of texts is damaged"):
        keras.saving.load_model(path)


def test_json_of_a_text_is_as_strict_as_that_of_a_file():
    text = small_model().to_json()
    for new, problem in [("NaN", "no number"), ('2, "units": 1', "twice")]:
        with pytest.raises(keras.saving.LoadError, match=problem):
            keras.models.model_from_json(text.replace('"units": 1', f'"units": {new}'))


def test_a_text_claims_no_memory_either():
    config = json.loads(small_model().to_json())
    config["config"]["layers"][1]["config"]["units"] = HUGE
    with pytest.raises(keras.saving.LoadError, match="memory"):
        keras.models.model_from_json(json.dumps(config))
