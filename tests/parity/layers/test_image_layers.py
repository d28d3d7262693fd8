"""Layers on images against Keras, where a fixed strength leaves nothing to chance."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, compare_config

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, (2, 5, 8, 3)).astype("float32")
SMALL = IMAGES / 255
UNIT = {"value_range": (0, 1)}

VALUES = {
    "rotation, reflect": ("RandomRotation", {"factor": (0.1, 0.1)}, IMAGES),
    "rotation, constant": (
        "RandomRotation",
        {"factor": (-0.2, -0.2), "fill_mode": "constant", "fill_value": 9.0},
        IMAGES,
    ),
    "rotation, nearest pixel": (
        "RandomRotation",
        {"factor": (0.07, 0.07), "fill_mode": "wrap", "interpolation": "nearest"},
        IMAGES,
    ),
    "zoom in": ("RandomZoom", {"height_factor": (-0.3, -0.3)}, IMAGES),
    "zoom out": (
        "RandomZoom",
        {"height_factor": (0.4, 0.4), "width_factor": (0.1, 0.1), "fill_mode": "nearest"},
        IMAGES,
    ),
    "translation": (
        "RandomTranslation",
        {"height_factor": (0.3, 0.3), "width_factor": (-0.21, -0.21), "fill_mode": "wrap"},
        IMAGES,
    ),
    "brightness": ("RandomBrightness", {"factor": (0.3, 0.3)}, IMAGES),
    "half turn of hue": ("RandomHue", {"factor": (1.0, 1.0)}, IMAGES),
    "saturation": ("RandomSaturation", {"factor": (0.3, 0.3), **UNIT}, SMALL),
    "sharpness": ("RandomSharpness", {"factor": (0.8, 0.8)}, IMAGES),
    "degeneration": ("RandomColorDegeneration", {"factor": (0.4, 0.4)}, IMAGES),
    "grayscale": ("RandomGrayscale", {"factor": 1.0}, IMAGES),
    "inversion": ("RandomInvert", {"factor": (1.0, 1.0)}, IMAGES),
    "posterization": ("RandomPosterization", {"factor": (3, 3), **UNIT}, SMALL),
    "solarization": ("Solarization", {}, IMAGES),
    "contrast": ("AutoContrast", {}, IMAGES),
    "equalization of one image": ("Equalization", {}, IMAGES[:1].round()),
    "tiles": (
        "ContrastLimitedAdaptiveHistogramEqualization",
        {"tile_grid_size": (2, 3)},
        IMAGES.round(),
    ),
    "resizing": ("Resizing", {"height": 3, "width": 6}, IMAGES),
    "resizing, crop": (
        "Resizing",
        {"height": 4, "width": 4, "crop_to_aspect_ratio": True},
        IMAGES,
    ),
    "resizing, padding": (
        "Resizing",
        {"height": 6, "width": 6, "pad_to_aspect_ratio": True, "interpolation": "nearest"},
        IMAGES,
    ),
    "resizing of bytes": ("Resizing", {"height": 3, "width": 6}, IMAGES.astype("uint8")),
    "center": ("CenterCrop", {"height": 3, "width": 5}, IMAGES),
    "center of a small image": ("CenterCrop", {"height": 7, "width": 5}, IMAGES),
}


@pytest.mark.parametrize("case", VALUES)
def test_values(case):
    name, settings, images = VALUES[case]
    expected = getattr(keras.layers, name)(**settings)(images, training=True)
    result = getattr(cornu.layers, name)(**settings)(images, training=True)
    assert_same(result, expected, case, tolerance=2e-4)


CONFIGS = {
    "AugMix": {"factor": 0.4, "seed": 1},
    "AutoContrast": {"value_range": (0, 1)},
    "CenterCrop": {"height": 2, "width": 3},
    "ContrastLimitedAdaptiveHistogramEqualization": {},
    "CutMix": {"factor": 0.5},
    "Equalization": {"bins": 16},
    "MixUp": {"alpha": 0.3},
    "RandAugment": {"num_ops": 1},
    "RandomBrightness": {"factor": 0.1, "bounding_box_format": "xyxy"},
    "RandomColorDegeneration": {"factor": (0.1, 0.2)},
    "RandomColorJitter": {"hue_factor": 0.2},
    "RandomContrast": {"factor": (0.1, 0.2)},
    "RandomCrop": {"height": 2, "width": 3, "seed": 1},
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "RandomFlip": {"mode": "vertical"},
    "RandomGaussianBlur": {"kernel_size": 5},
    "RandomGrayscale": {"factor": 0.3},
    "RandomHue": {"factor": 0.2},
    "RandomInvert": {"factor": (0.2, 0.4)},
    "RandomPerspective": {"scale": 0.5},
    "RandomPosterization": {"factor": (2, 5)},
    "RandomRotation": {"factor": 0.2},
    "RandomSaturation": {"factor": (0.1, 0.2)},
    "RandomSharpness": {"factor": 0.2},
    "RandomShear": {"x_factor": (0.1, 0.2), "data_format": "channels_first"},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": (0.1, 0.2)},
    "RandomZoom": {"height_factor": 0.2},
    "Resizing": {"height": 2, "width": 3, "antialias": True},
    "Solarization": {"threshold_factor": 0.2},
}


@pytest.mark.parametrize("name", CONFIGS)
def test_configs(name):
    compare_config(f"layers.{name}", CONFIGS[name])


# --- bounding boxes ------------------------------------------------------------------------------

BOXES = np.array([[[2, 3, 9, 7], [0, 1, 4, 5], [5, 5, 30, 30]]], "float32")
LABELS = np.array([[1, 2, 3]])
FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)


def same(function, *arguments, **settings):
    expected = getattr(keras.utils.bounding_boxes, function)(*arguments, **settings)
    result = getattr(cornu.utils.bounding_boxes, function)(*arguments, **settings)
    assert_same(result, expected, function, tolerance=1e-4)


@pytest.mark.parametrize("target", FORMATS)
def test_formats_of_boxes(target):
    for source in ("xyxy", "center_yxhw", "rel_xywh", "rel_yxyx"):
        same("convert_format", BOXES, source, target, 10, 20)


def test_geometry_of_boxes():
    one = np.ones(1, "float32")
    turn = (30 * one, 0.1 * one, -0.2 * one, 0.9 * one, 10 * one, 5 * one, 20, 30)
    same("affine_transform", BOXES, *turn)
    same("affine_transform", BOXES, *turn, center_x=0.2, center_y=0.9)
    same("clip_to_image_size", {"boxes": BOXES - 4, "labels": LABELS}, 10, 12)
    same("crop", BOXES, 2, 3, 5, 6)
    same("pad", BOXES, 2, 3)


def test_overlaps_of_boxes():
    same("compute_iou", BOXES, BOXES[:, ::-1] + 1, "xyxy")
    same("compute_iou", BOXES[0], BOXES[0] - 20, "xywh", use_masking=True)
    same("compute_ciou", BOXES, BOXES[:, ::-1] + 1, "center_xywh")


@pytest.mark.parametrize("encoding", ["center_xywh", "center_yxhw"])
def test_boxes_as_differences_from_anchors(encoding):
    anchors, variance = BOXES[0] + 1, [0.1, 0.1, 0.2, 0.2]
    settings = {"variance": variance, "image_shape": (30, 40, 3)}
    same("encode_box_to_deltas", anchors, BOXES, "xyxy", "xywh", encoding, **settings)
    same("decode_deltas_to_boxes", anchors, BOXES / 9, "xyxy", "rel_xywh", encoding, **settings)
