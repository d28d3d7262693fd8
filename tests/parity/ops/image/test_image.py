"""Image operations against Keras: values, gradients, dtypes, layouts, symbolic results."""

import numpy as np
import pytest

from tests.parity.oracle import compare_function

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(2, 7, 6, 3)).astype("float32")
BYTES = (255 * IMAGES).astype("uint8")
FIRST = np.moveaxis(IMAGES, -1, 1)
LAYOUTS = [
    (IMAGES, "channels_last"),
    (IMAGES[0], "channels_last"),
    (FIRST, "channels_first"),
    (FIRST[0], "channels_first"),
]
METHODS = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
FILL_MODES = ["constant", "nearest", "wrap", "mirror", "reflect"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("antialias", [False, True])
def test_resize_is_keras(method, antialias):
    settings = {"size": (4, 9), "interpolation": method, "antialias": antialias}
    compare_function("ops.image.resize", IMAGES, **settings)
    compare_function("ops.image.resize", BYTES, **settings)


@pytest.mark.parametrize("ratio", ["crop_to_aspect_ratio", "pad_to_aspect_ratio"])
@pytest.mark.parametrize("size", [(4, 9), (9, 4), (3, 3), (8, 5)])
def test_resize_with_ratio_kept_is_keras(ratio, size):
    settings = {"size": size, ratio: True, "fill_value": 0.3}
    compare_function("ops.image.resize", IMAGES, gradients=False, **settings)


@pytest.mark.parametrize(("x", "data_format"), LAYOUTS)
def test_layouts_are_keras(x, data_format):
    layout = {"data_format": data_format, "gradients": False}
    compare_function("ops.image.resize", x, size=(4, 9), **layout)
    compare_function("ops.image.rgb_to_grayscale", x, **layout)
    compare_function("ops.image.rgb_to_hsv", x, **layout)
    compare_function("ops.image.hsv_to_rgb", x, **layout)
    compare_function("ops.image.crop_images", x, 1, 1, 1, 2, **layout)
    compare_function("ops.image.pad_images", x, 1, 1, 1, 2, **layout)
    compare_function("ops.image.extract_patches", x, 2, **layout)


def test_colors_and_their_gradients_are_keras():
    compare_function("ops.image.rgb_to_grayscale", IMAGES, symbolic=True)
    compare_function("ops.image.rgb_to_grayscale", BYTES)
    compare_function("ops.image.rgb_to_hsv", IMAGES, symbolic=True)
    compare_function("ops.image.hsv_to_rgb", IMAGES, symbolic=True)


def test_grays_black_and_hues_beyond_the_circle_are_keras():
    grays = np.array([[[0.0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [0.5, 0.5, 0.2]]], "float32")
    hues = np.array([[[1.3, 0.3, 0.9], [-0.1, 0.1, 0.8], [1, 1, 1]]], "float32")
    compare_function("ops.image.rgb_to_hsv", grays, gradients=False)
    compare_function("ops.image.hsv_to_rgb", hues, gradients=False)


TRANSFORMS = np.array(
    [[1, 0.1, 0.5, 0.05, 0.9, -0.3, 0, 0], [0.7, -0.2, 1, 0.3, 1.2, 0.4, 0, 0]], "float32"
)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_affine_transform_is_keras(interpolation, fill_mode):
    settings = {"interpolation": interpolation, "fill_mode": fill_mode, "fill_value": 0.2}
    compare_function("ops.image.affine_transform", IMAGES, TRANSFORMS, gradients=False, **settings)


def test_affine_transform_of_one_image_and_of_integers_is_keras():
    compare_function(lambda keras, x: keras.ops.image.affine_transform(x, TRANSFORMS[0]), IMAGES[0])
    compare_function("ops.image.affine_transform", BYTES, TRANSFORMS, gradients=False)


START = np.array([[[0, 0], [5, 0], [0, 6], [5, 6]]] * 2, "float32")
END = START + RNG.uniform(-0.5, 0.5, size=START.shape).astype("float32")


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_perspective_transform_is_keras(interpolation):
    settings = {"interpolation": interpolation, "fill_value": 0.2, "gradients": False}
    compare_function("ops.image.perspective_transform", IMAGES, START, END, **settings)
    compare_function("ops.image.perspective_transform", IMAGES[0], START[0], END[0], **settings)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("fill_mode", FILL_MODES)
def test_map_coordinates_is_keras(order, fill_mode):
    coordinates = RNG.uniform(-9, 15, size=(2, 4, 5)).astype("float32")
    settings = {"order": order, "fill_mode": fill_mode, "fill_value": 0.3}
    compare_function("ops.image.map_coordinates", IMAGES[0, :, :, 0], coordinates, **settings)


PATCHES = [
    {"size": 2},
    {"size": (3, 2), "strides": 1, "padding": "same"},
    {"size": 3, "strides": 2, "padding": "same"},
    {"size": 3, "strides": 1, "dilation_rate": 2},
    {"size": (2, 3), "strides": (2, 3), "padding": "same"},
]


@pytest.mark.parametrize("settings", PATCHES, ids=str)
def test_extract_patches_is_keras(settings):
    compare_function("ops.image.extract_patches", IMAGES, symbolic=True, **settings)


@pytest.mark.parametrize("settings", [{"size": 2}, {"size": (2, 1, 3), "strides": 1}], ids=str)
def test_extract_patches_of_volumes_is_keras(settings):
    volumes = RNG.normal(size=(2, 4, 5, 6, 2)).astype("float32")
    compare_function("ops.image.extract_patches_3d", volumes, gradients=False, **settings)
    compare_function("ops.image.extract_patches_3d", volumes[0], gradients=False, **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"top_cropping": 1, "left_cropping": 2, "target_height": 3, "target_width": 2},
        {"bottom_cropping": 1, "right_cropping": 2, "target_height": 3, "target_width": 2},
        {"top_cropping": 0, "bottom_cropping": 0, "left_cropping": 1, "right_cropping": 3},
    ],
    ids=str,
)
def test_crop_images_is_keras(settings):
    compare_function("ops.image.crop_images", IMAGES, symbolic=True, **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"top_padding": 1, "left_padding": 2, "target_height": 10, "target_width": 11},
        {"bottom_padding": 1, "right_padding": 2, "target_height": 10, "target_width": 11},
        {"top_padding": 0, "bottom_padding": 0, "left_padding": 1, "right_padding": 3},
    ],
    ids=str,
)
def test_pad_images_is_keras(settings):
    compare_function("ops.image.pad_images", IMAGES, symbolic=True, **settings)


@pytest.mark.parametrize("method", ["linear", "bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("antialias", [False, True])
def test_scale_and_translate_is_keras(method, antialias):
    scale, translation = np.array([0.5, 1.6], "float32"), np.array([0.1, -0.7], "float32")
    compare_function(
        lambda keras, x: keras.ops.image.scale_and_translate(
            x, (2, 5, 8, 3), scale, translation, (1, 2), method, antialias
        ),
        IMAGES,
    )


@pytest.mark.parametrize(("x", "data_format"), [LAYOUTS[0], LAYOUTS[2]])
def test_sobel_edges_are_keras(x, data_format):
    compare_function("ops.image.sobel_edges", x, data_format=data_format)


@pytest.mark.parametrize(
    "settings", [{}, {"filter_size": 4, "filter_sigma": 2.0}, {"k1": 0.1, "max_val": 2.0}], ids=str
)
def test_ssim_is_keras(settings):
    a, b = RNG.uniform(size=(2, 2, 12, 13, 3)).astype("float32")
    compare_function("ops.image.ssim", a, b, **settings)
    compare_function("ops.image.ssim", a[0], b[0], gradients=False, **settings)
