"""Arrays saved as image files and turned into Pillow's images."""

import io

import numpy as np
import pytest

import cornu as keras

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_what_is_saved_as_png_is_loaded_again(tmp_path, channels):
    x = np.random.default_rng(1).integers(0, 256, (5, 7, channels))
    keras.utils.save_img(tmp_path / "a.png", x, scale=False)
    mode = {1: "grayscale", 3: "rgb", 4: "rgba"}[channels]
    image = keras.utils.load_img(tmp_path / "a.png", color_mode=mode)
    np.testing.assert_array_equal(keras.utils.img_to_array(image), x)


@pytest.mark.parametrize("ending", ["jpg", "JPG", "jpeg", "bmp", "gif", "tif", "ppm"])
def test_format_goes_by_the_end_of_the_path(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    keras.utils.save_img(path, PIXELS)
    assert keras.utils.load_img(path).size == (7, 5)


def test_scaling_of_integers():
    image = keras.utils.array_to_img(np.array([[[10], [20], [30]]]), dtype="int32")
    assert [image.getpixel((n, 0)) for n in range(3)] == [0, 127, 255]


def test_large_gray_values_are_kept():
    image = keras.utils.array_to_img(np.array([[[0], [70000]]]), scale=False)
    assert image.getpixel((1, 0)) == 70000


def test_transparency_is_lost_in_jpeg_with_a_warning():
    with pytest.warns(UserWarning, match="JPEG files have no transparency"):
        keras.utils.save_img(io.BytesIO(), np.zeros((2, 2, 4)), file_format="jpg")


@pytest.mark.parametrize("path", ["picture", "picture.xyz"])
def test_unknown_format_is_refused(tmp_path, path):
    with pytest.raises(ValueError, match="Cannot tell in which format"):
        keras.utils.save_img(tmp_path / path, PIXELS)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 2), (2, 4, 4, 3)])
def test_array_that_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="array_to_img expects"):
        keras.utils.array_to_img(np.zeros(shape))


def test_image_of_another_rank_is_refused():
    with pytest.raises(ValueError, match="img_to_array expects one image"):
        keras.utils.img_to_array(np.zeros((2, 4, 4, 3)))


def test_smart_resize_refuses_other_ranks_and_sizes():
    with pytest.raises(ValueError, match="smart_resize expects images"):
        keras.preprocessing.image.smart_resize(np.zeros((4, 4)), (2, 2))
    with pytest.raises(ValueError, match="size must be a pair"):
        keras.preprocessing.image.smart_resize(np.zeros((4, 4, 3)), (2, 2, 2))
