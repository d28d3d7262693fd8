"""The random part of `ImageDataGenerator`: numbers drawn per image, applied to a whole batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.preprocessing.image.affine import affine_maps, warp
from cornu.preprocessing.image.intensity import apply_brightness_shift, shift_channels

# Parameters of the affine map, with the values that leave an image as it is.
AFFINE = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1}


def draw_transform(generator: Any, shape: tuple, rng: Any) -> dict[str, Any]:
    """Draw the parameters of one transform, in the order in which Keras draws them.

    Args:
        generator: the `ImageDataGenerator` whose ranges hold.
        shape: shape of the image.
        rng: `numpy.random`, or a `RandomState`.

    Returns:
        Dict as of `ImageDataGenerator.get_random_transform`.
    """
    angle, shear = generator.rotation_range, generator.shear_range
    parameters = dict(AFFINE)
    if angle:
        parameters["theta"] = rng.uniform(-angle, angle)
    parameters["tx"] = drawn_shift(generator.height_shift_range, shape[generator.row_axis - 1], rng)
    parameters["ty"] = drawn_shift(generator.width_shift_range, shape[generator.col_axis - 1], rng)
    if shear:
        parameters["shear"] = rng.uniform(-shear, shear)
    low, high = generator.zoom_range
    if not low == high == 1:
        parameters["zx"], parameters["zy"] = rng.uniform(low, high, 2)
    # Drawn whether or not it is used, as in Keras, so that the other numbers stay the same.
    parameters["flip_horizontal"] = (rng.random_sample() < 0.5) * generator.horizontal_flip
    parameters["flip_vertical"] = (rng.random_sample() < 0.5) * generator.vertical_flip
    parameters["channel_shift_intensity"] = parameters["brightness"] = None
    if generator.channel_shift_range != 0:
        intensity = generator.channel_shift_range
        parameters["channel_shift_intensity"] = rng.uniform(-intensity, intensity)
    if generator.brightness_range is not None:
        parameters["brightness"] = rng.uniform(*generator.brightness_range)
    return parameters


def drawn_shift(choices: Any, size: int, rng: Any) -> float:
    """A shift in pixels: anywhere in the range of a float, or one of an int's or a list's."""
    if np.ndim(choices) == 0 and not choices:
        return 0
    if isinstance(choices, float | np.floating):
        shift = rng.uniform(-choices, choices)
    else:
        shift = rng.choice(choices) * rng.choice([-1, 1])
    return shift * size if np.max(choices) < 1 else shift


def transform_batch(
    generator: Any, images: np.ndarray, parameters: list[dict[str, Any]]
) -> np.ndarray:
    """Apply each of the transforms to its image.

    Args:
        generator: the `ImageDataGenerator` that has layout, fill mode and interpolation.
        images: batch in the generator's layout.
        parameters: a dict per image; all have the same keys.

    Returns:
        Array of the same shape.
    """
    if not len(images):
        return images
    channels_last = np.moveaxis(images, generator.channel_axis, -1)
    result = geometric(generator, channels_last, parameters)
    if parameters[0].get("channel_shift_intensity") is not None:
        result = shift_channels(
            result, np.array([each["channel_shift_intensity"] for each in parameters])
        )
    if parameters[0].get("brightness") is not None:
        result = np.stack(
            [
                apply_brightness_shift(image, each["brightness"], scale=False)
                for image, each in zip(result, parameters)
            ]
        ).astype(result.dtype)
    return np.moveaxis(result, -1, generator.channel_axis)


def geometric(generator: Any, images: np.ndarray, parameters: list[dict[str, Any]]) -> np.ndarray:
    """The affine maps and the flips."""
    table = np.array(
        [[each.get(name, default) for name, default in AFFINE.items()] for each in parameters],
        dtype="float64",
    )
    flips = np.array(
        [
            [bool(each.get(name, False)) for name in ("flip_vertical", "flip_horizontal")]
            for each in parameters
        ]
    )
    if (table != list(AFFINE.values())).any():
        maps = affine_maps(table, *images.shape[1:3])
        return warp(
            images, maps, generator.fill_mode, generator.cval, generator.interpolation_order, flips
        )
    if flips.any():
        images = images.copy()
        images[flips[:, 0]] = images[flips[:, 0], ::-1]
        images[flips[:, 1]] = images[flips[:, 1], :, ::-1]
    return images
