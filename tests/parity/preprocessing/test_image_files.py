"""Image files and arrays, beside Keras's."""

import io

import keras as oracle
import numpy as np
import pytest

import cornu as keras

PIXELS = np.random.default_rng(0).integers(0, 256, (23, 34, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def file():
    file = io.BytesIO()
    oracle.utils.save_img(file, PIXELS, file_format="png", scale=False)
    return file


@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
@pytest.mark.parametrize(
    "interpolation", ["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"]
)
@pytest.mark.parametrize("color_mode", ["rgb", "grayscale", "rgba"])
def test_load_img(file, color_mode, interpolation, keep_aspect_ratio):
    arguments = (color_mode, (10, 9), interpolation, keep_aspect_ratio)
    ours = keras.utils.load_img(io.BytesIO(file.getvalue()), *arguments)
    theirs = oracle.utils.load_img(io.BytesIO(file.getvalue()), *arguments)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_array_to_img_and_back(channels, scale, data_format):
    x = np.random.default_rng(2).uniform(3, 90, (4, 6, channels)).astype("float32")
    x = np.moveaxis(x, -1, 0) if data_format == "channels_first" else x
    ours = keras.utils.array_to_img(x, data_format, scale)
    theirs = oracle.utils.array_to_img(x, data_format, scale)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))
    ours = keras.utils.img_to_array(ours, data_format)
    theirs = oracle.utils.img_to_array(theirs, data_format)
    np.testing.assert_array_equal(ours, theirs)
    assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("rank", [3, 4])
@pytest.mark.parametrize("size", [(8, 8), (30, 9)])
def test_smart_resize(size, rank, data_format):
    x = np.moveaxis(PIXELS, -1, 0) if data_format == "channels_first" else PIXELS
    x = x.astype("float32") if rank == 3 else x[None].astype("float32")
    arguments = (size, "bilinear", data_format)
    ours = keras.preprocessing.image.smart_resize(x, *arguments)
    theirs = oracle.preprocessing.image.smart_resize(x, *arguments)
    assert isinstance(ours, np.ndarray)
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
