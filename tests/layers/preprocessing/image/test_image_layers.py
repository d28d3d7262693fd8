"""What every layer on images does, and what each does by itself."""

import json

import numpy as np
import pytest

import cornu as keras
from tests.contracts.catalog import image_layers

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, (2, 6, 8, 3)).astype("float32")
BOXES = np.array([[[1, 1, 4, 5], [0, 0, 8, 6]]] * 2, "float32")
LABELS = np.array([[1, 2], [3, 4]])

SETTINGS = {
    "CenterCrop": {"height": 4, "width": 6},
    "ContrastLimitedAdaptiveHistogramEqualization": {"tile_grid_size": (2, 2)},
    "MaxNumBoundingBoxes": {"max_number": 3},
    "RandomBrightness": {"factor": 0.2},
    "RandomColorDegeneration": {"factor": 0.5},
    "RandomColorJitter": {"brightness_factor": 0.2, "saturation_factor": 0.7},
    "RandomContrast": {"factor": 0.2},
    "RandomCrop": {"height": 4, "width": 6},
    "RandomHue": {"factor": 0.2},
    "RandomPosterization": {"factor": 3},
    "RandomRotation": {"factor": 0.2},
    "RandomSaturation": {"factor": 0.7},
    "RandomSharpness": {"factor": 0.8},
    "RandomShear": {"x_factor": 0.2},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": (-0.1, 0.3)},
    "RandomZoom": {"height_factor": 0.2},
    "Resizing": {"height": 4, "width": 6},
}
RESIZING = ("CenterCrop", "RandomCrop", "Resizing")
ALWAYS = (
    "AutoContrast",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "Equalization",
    "RandomCrop",
    "Resizing",
)
EVERY_LAYER = pytest.mark.parametrize("name", image_layers())


def make(name, /, **settings):
    return getattr(keras.layers, name)(**{**SETTINGS.get(name, {}), **settings})


@EVERY_LAYER
def test_values_are_finite_in_the_range_and_of_the_compute_dtype(name):
    result = np.asarray(make(name)(IMAGES, training=True))
    assert result.shape == (2, 4, 6, 3) if name in RESIZING else IMAGES.shape
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert result.min() >= -1e-3
    assert result.max() <= 255 + 1e-3


@EVERY_LAYER
def test_config_goes_through_json_and_back(name):
    layer = make(name, name="layer")
    config = json.loads(json.dumps(layer.get_config()))
    assert json.loads(json.dumps(type(layer).from_config(config).get_config())) == config


@pytest.mark.parametrize("name", [name for name in image_layers() if name not in ALWAYS])
def test_outside_of_training_nothing_changes(name):
    np.testing.assert_array_equal(
        make(name)(IMAGES.astype("uint8"), training=False), IMAGES.astype("uint8")
    )


@EVERY_LAYER
def test_symbolic_shapes_are_those_of_values(name):
    shape = make(name).compute_output_shape((None, 6, 8, 3))
    assert tuple(shape) == ((None, 4, 6, 3) if name in RESIZING else (None, 6, 8, 3))


NOTHING = {
    "RandomBrightness": {"factor": 0.0},
    "RandomColorDegeneration": {"factor": 0.0},
    "RandomContrast": {"factor": 0.0},
    "RandomErasing": {"factor": 0.0},
    "RandomGaussianBlur": {"factor": 0.0},
    "RandomGrayscale": {"factor": 0.0},
    "RandomInvert": {"factor": 0.0},
    "RandomPerspective": {"factor": 0.0},
    "RandomRotation": {"factor": 0.0},
    "RandomSharpness": {"factor": (0.5, 0.5)},
    "RandomShear": {"x_factor": 0.0},
    "RandomTranslation": {"height_factor": 0.0, "width_factor": 0.0},
    "RandomZoom": {"height_factor": 0.0},
    "Solarization": {"threshold_factor": (1.0, 1.0)},
}


@pytest.mark.parametrize("name", NOTHING)
def test_strength_zero_changes_nothing(name):
    result = make(name, **NOTHING[name])(IMAGES, training=True)
    np.testing.assert_allclose(result, IMAGES, rtol=1e-5, atol=1e-3)


# One of each kind, since a layer costs a compilation for each layout and kind of data.
KINDS = ("RandomRotation", "RandomBrightness", "RandomErasing", "RandomCrop", "RandomFlip")


@pytest.mark.parametrize("name", KINDS)
def test_channels_first_gives_the_same_images(name):
    last = make(name, seed=3)(IMAGES, training=True)
    first = make(name, seed=3, data_format="channels_first")(
        IMAGES.transpose(0, 3, 1, 2), training=True
    )
    if name != "RandomErasing":  # its noise is drawn in the order of the layout
        np.testing.assert_allclose(np.moveaxis(first, 1, -1), last, rtol=1e-5)
    assert first.shape == (2, 3, *last.shape[1:3])


@pytest.mark.parametrize("name", KINDS)
def test_a_single_image_is_a_batch_of_one(name):
    single = make(name, seed=3)(IMAGES[0], training=True)
    batch = make(name, seed=3)(IMAGES[:1], training=True)
    np.testing.assert_allclose(single, batch[0], rtol=1e-6)


def test_the_same_seed_draws_the_same_and_each_call_draws_anew():
    first, second = (keras.layers.RandomTranslation(0.5, 0.5, seed=5) for _ in range(2))
    once = first(IMAGES)
    np.testing.assert_array_equal(once, second(IMAGES))
    assert np.abs(once - first(IMAGES)).max() > 1


def test_a_call_equals_one_inside_of_a_compiled_program():
    compiled, eager = (keras.layers.RandomRotation(0.2, seed=5) for _ in range(2))
    state = [v.value for v in compiled.non_trainable_variables]
    outputs, _ = compiled.stateless_call([], state, IMAGES, training=True)
    np.testing.assert_allclose(outputs, eager(IMAGES, training=True), rtol=1e-5)


def test_changing_a_setting_changes_the_next_call():
    layer = keras.layers.RandomBrightness((0.1, 0.1))
    layer(np.zeros((1, 2, 2, 1), "float32"))
    layer.factor = (0.2, 0.2)
    np.testing.assert_allclose(layer(np.zeros((1, 2, 2, 1), "float32")), 51.0)


class Darker(keras.layers.RandomBrightness):
    """A user's layer, which looks at values."""

    def transform_images(self, images, transformation, training=True):
        assert float(np.asarray(images).max()) > 0
        return super().transform_images(images, transformation, training) / 2


def test_a_subclass_sees_values_outside_of_compiled_programs():
    np.testing.assert_allclose(Darker((0.0, 0.0))(IMAGES), IMAGES / 2, rtol=1e-6)


def test_half_precision_is_kept():
    layer = keras.layers.RandomRotation(0.1, dtype="float16")
    assert layer(IMAGES).dtype == "float16"


def test_images_of_another_rank_are_refused():
    with pytest.raises(ValueError, match="rank 3"):
        keras.layers.RandomFlip()(np.ones((2, 2)))


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("RandomRotation", {"factor": 2.0}, "factor"),
        ("RandomRotation", {"factor": 0.1, "fill_mode": "mirror"}, "fill_mode"),
        ("RandomZoom", {"height_factor": (-1.0, 0.0)}, "above -1"),
        ("RandomFlip", {"mode": "diagonal"}, "mode"),
        ("RandomBrightness", {"factor": (0.1, 0.2, 0.3)}, "two of them"),
        ("RandomBrightness", {"factor": 0.1, "value_range": 255}, "value_range"),
        ("RandomGaussianBlur", {"kernel_size": 2}, "odd"),
        ("RandomGrayscale", {"factor": 1.5}, "factor"),
        ("Resizing", {"height": 2, "width": 2, "interpolation": "cubic"}, "interpolation"),
    ],
)
def test_wrong_arguments_are_named(name, settings, message):
    with pytest.raises(ValueError, match=message):
        getattr(keras.layers, name)(**settings)


# --- single layers -------------------------------------------------------------------------------


def test_flips_are_drawn_for_each_image_and_direction():
    corner = np.zeros((200, 2, 2, 1), "float32")
    corner[:, 0, 0] = 1
    flipped = np.asarray(keras.layers.RandomFlip(seed=1)(corner))
    shares = flipped.mean(axis=0).ravel()
    np.testing.assert_allclose(shares, 0.25, atol=0.1)


def test_rotation_angles_are_spread_over_the_range():
    layer = keras.layers.RandomRotation((-0.25, 0.5), seed=1)
    maps = layer.get_random_transformation(np.zeros((500, 4, 4, 1)))["maps"]
    turns = np.arctan2(maps[:, 3], maps[:, 0]) / (2 * np.pi)
    assert -0.25 <= turns.min() < -0.2
    assert 0.45 < turns.max() <= 0.5


def test_random_crop_takes_one_place_for_the_batch():
    ramp = np.tile(np.arange(8.0, dtype="float32")[None, :, None, None], (3, 1, 8, 1))
    layer = keras.layers.RandomCrop(2, 8, seed=1)
    firsts = {tuple(np.asarray(layer(ramp))[:, 0, 0, 0].tolist()) for _ in range(20)}
    assert len(firsts) > 3
    assert all(len(set(first)) == 1 for first in firsts)


def test_posterization_keeps_bits():
    values = np.arange(256, dtype="float32").reshape(1, 16, 16, 1)
    assert len(np.unique(keras.layers.RandomPosterization(3)(values))) == 8


def test_equalization_makes_ranks():
    values = np.array([3, 3, 7, 200], "float32").reshape(1, 2, 2, 1)
    expected = [0, 0, 128, 255]  # round((rank - 2) * 255 / 2)
    np.testing.assert_array_equal(keras.layers.Equalization()(values).ravel(), expected)


def test_mix_up_and_labels_agree():
    images = np.eye(4, dtype="float32").reshape(4, 2, 2, 1)
    mixed = keras.layers.MixUp(1.0, seed=2)({"images": images, "labels": np.eye(4)})
    np.testing.assert_allclose(mixed["images"].reshape(4, 4), mixed["labels"], atol=1e-6)


def test_cut_mix_labels_follow_the_area():
    images = np.ones((2, 20, 20, 1), "float32") * np.array([0, 1], "float32")[:, None, None, None]
    mixed = keras.layers.CutMix(seed=1)({"images": images, "labels": np.eye(2)})
    np.testing.assert_allclose(mixed["images"].mean((1, 2, 3)), mixed["labels"][:, 1], atol=0.12)


def test_policies_change_images_and_depend_on_the_seed():
    results = [keras.layers.RandAugment(seed=seed)(IMAGES) for seed in range(3)]
    assert len({np.asarray(result).tobytes() for result in results}) == 3


def test_a_pipeline_is_its_layers_in_turn_and_comes_back_from_its_config():
    layers = keras.layers
    pipeline = layers.Pipeline([layers.RandomBrightness((0.1, 0.1)), layers.Rescaling(1 / 255)])
    again = layers.Pipeline.from_config(json.loads(json.dumps(pipeline.get_config())))
    expected = np.clip(IMAGES + 25.5, 0, 255) / 255
    for one in (pipeline, again):
        np.testing.assert_allclose(one(IMAGES, training=True), expected, rtol=1e-5)
    assert [type(layer).__name__ for layer in again.layers] == ["RandomBrightness", "Rescaling"]


# --- what belongs to images ----------------------------------------------------------------------


def parts(**more):
    boxes = {"boxes": BOXES, "labels": LABELS}
    masks = IMAGES[..., :1] > 100
    data = {"images": IMAGES, "bounding_boxes": boxes, "segmentation_masks": masks.astype("int32")}
    return {**data, **more}


def test_masks_and_boxes_move_with_the_image():
    layer = keras.layers.RandomTranslation(
        (0.5, 0.5), (0.25, 0.25), fill_mode="constant", bounding_box_format="xyxy"
    )
    result = layer(parts(path="a.png"))
    assert result["path"] == "a.png"
    np.testing.assert_allclose(result["images"][:, 3:, 2:], IMAGES[:, :3, :6], rtol=1e-5)
    masks = parts()["segmentation_masks"]
    np.testing.assert_array_equal(result["segmentation_masks"][:, 3:, 2:], masks[:, :3, :6])
    boxes = result["bounding_boxes"]["boxes"]
    np.testing.assert_allclose(boxes[0], [[3, 4, 6, 6], [2, 3, 8, 6]], atol=1e-4)


def test_boxes_outside_of_the_image_lose_their_label():
    layer = keras.layers.RandomTranslation((1.0, 1.0), 0, bounding_box_format="xyxy")
    assert (layer(parts())["bounding_boxes"]["labels"] == -1).all()


def test_flipped_boxes():
    layer = keras.layers.RandomFlip("horizontal", bounding_box_format="xyxy")
    transformation = layer.get_random_transformation(IMAGES)
    transformation["horizontal"] = np.array([True, False])
    boxes = layer.transform_bounding_boxes(parts()["bounding_boxes"], transformation)["boxes"]
    np.testing.assert_allclose(boxes[0], [[4, 1, 7, 5], [0, 0, 8, 6]], atol=1e-5)
    np.testing.assert_allclose(boxes[1], BOXES[1], atol=1e-5)


def test_boxes_need_a_format():
    with pytest.raises(ValueError, match="bounding_box_format"):
        keras.layers.RandomFlip()(parts())


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [1, 4 / 6, 4, 20 / 6]),
        ({"crop_to_aspect_ratio": True}, [0.0, 4 / 6, 2.0, 20 / 6]),
        ({"pad_to_aspect_ratio": True}, [0.5, 1.0, 2.0, 3.0]),
    ],
)
def test_resized_boxes(settings, expected):
    layer = keras.layers.Resizing(4, 4, bounding_box_format="xyxy", **settings)
    if not settings:
        layer = keras.layers.Resizing(4, 8, bounding_box_format="xyxy")
    boxes = layer(parts())["bounding_boxes"]["boxes"]
    np.testing.assert_allclose(boxes[0, 0], expected, atol=1e-5)


def test_lists_of_boxes_are_filled_up():
    data = {
        "images": IMAGES,
        "bounding_boxes": {"boxes": [[[0, 0, 1, 1]], []], "labels": [[1], []]},
    }
    boxes = keras.layers.MaxNumBoundingBoxes(2)(data)["bounding_boxes"]
    assert boxes["boxes"].shape == (2, 2, 4)
    assert boxes["labels"].tolist() == [[1, -1], [-1, -1]]


# --- in models -----------------------------------------------------------------------------------


def test_a_model_with_augmentation_learns_and_comes_back_from_a_file(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((6, 8, 3)),
            keras.layers.RandomFlip("horizontal", seed=1),
            keras.layers.RandomRotation(0.1, seed=2),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="sgd", loss="mse")
    model.fit(IMAGES, np.ones((2, 1)), epochs=2, batch_size=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        again.predict(IMAGES, verbose=0), model.predict(IMAGES, verbose=0), rtol=1e-5
    )
