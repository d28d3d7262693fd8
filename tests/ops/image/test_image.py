"""Image operations where Keras is wrong or random, and errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from cornu.core.seed_generator import SeedGenerator
from cornu.ops import image

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(size=(2, 20, 18, 3)).astype("float32")


def blur_by_definition(x, size, sigma):
    """Slow reference: a weighted mean of the window around each pixel, 0 outside."""
    weights = [np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / s) ** 2) for n, s in zip(size, sigma)]
    window = np.outer(*[w / w.sum() for w in weights])
    low = [(n - 1) // 2 for n in size]
    padded = np.pad(x, [(p, n - 1 - p) for p, n in zip(low, size)])
    views = np.lib.stride_tricks.sliding_window_view(padded, size)
    return np.einsum("hwij,ij->hw", views, window)


@pytest.mark.parametrize(("size", "sigma"), [((3, 3), (1.0, 1.0)), ((5, 2), (0.7, 2.0))])
def test_blur_is_a_weighted_mean_of_the_window(size, sigma):
    result = image.gaussian_blur(IMAGES, size, sigma)
    expected = blur_by_definition(IMAGES[1, :, :, 2], size, sigma)
    np.testing.assert_allclose(result[1, :, :, 2], expected, rtol=1e-5, atol=1e-6)


def test_blur_keeps_integers_and_the_sum_inside():
    x = np.zeros((9, 9, 1), "uint8")
    x[4, 4] = 200
    result = image.gaussian_blur(x)
    assert result.dtype == "uint8"
    assert abs(int(result.sum()) - 200) <= 4


def test_a_narrow_blur_changes_nothing():
    np.testing.assert_allclose(image.gaussian_blur(IMAGES, (3, 3), (1e-3, 1e-3)), IMAGES)


def test_projective_terms_are_a_division():
    # x' = x / (1 + x): pixel 1 comes from 1/2, pixel 3 from 3/4.
    row = jnp.arange(4.0).reshape(1, 4, 1)
    result = image.affine_transform(row, [1.0, 0, 0, 0, 1, 0, 1, 0])
    np.testing.assert_allclose(result[0, :, 0], [0, 1 / 2, 2 / 3, 3 / 4], rtol=1e-6)


def test_one_transform_serves_a_batch():
    transform = np.array([1, 0, 1, 0, 1, 0, 0, 0], "float32")
    result = image.affine_transform(IMAGES, transform)
    np.testing.assert_allclose(result[:, :, :-1], IMAGES[:, :, 1:], rtol=1e-6)
    corners = np.array([[0, 0], [17, 0], [0, 19], [17, 19]], "float32")
    result = image.perspective_transform(IMAGES, corners, corners + [[-1.0, 0.0]])
    np.testing.assert_allclose(result[:, 1:-1, :-1], IMAGES[:, 1:-1, 1:], rtol=1e-3, atol=1e-3)


def test_slopes_of_one_image_and_of_integers():
    ramp = np.broadcast_to(np.arange(5, dtype="uint8")[:, None, None], (5, 5, 1))
    slopes = image.sobel_edges(ramp)
    assert slopes.shape == (5, 5, 1, 2)
    assert slopes[2, 2, 0].tolist() == [8.0, 0.0]


def test_similarity_of_integers_is_a_float():
    x = (255 * IMAGES).astype("uint8")
    np.testing.assert_allclose(image.ssim(x, x, max_val=255), [1, 1], rtol=1e-5)
    assert float(image.ssim(x, x[::-1], max_val=255)[0]) < 0.5


@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
def test_similarity_in_both_layouts(layout):
    other = IMAGES[::-1]
    moved = [x if layout == "channels_last" else np.moveaxis(x, -1, 1) for x in (IMAGES, other)]
    np.testing.assert_allclose(
        image.ssim(*moved, data_format=layout), image.ssim(IMAGES, other), rtol=1e-5
    )


def displacements(**settings):
    """By how much `elastic_transform` moves the inner pixels, (pixels, 2)."""
    y, x = np.meshgrid(np.arange(96.0), np.arange(96.0), indexing="ij")
    places = np.stack([y, x], axis=-1)
    moved = image.elastic_transform(places, fill_mode="nearest", **settings) - places
    return np.asarray(moved[30:-30, 30:-30]).reshape(-1, 2)


@pytest.mark.parametrize("sigma", [1.0, 3.0])
def test_elastic_displacements_have_the_strength_asked_for(sigma):
    spread = np.concatenate([displacements(alpha=20.0, sigma=sigma, seed=i) for i in range(8)])
    np.testing.assert_allclose(spread.std(axis=0), 0.28 * 20.0, rtol=0.3)
    assert abs(np.corrcoef(spread.T)[0, 1]) < 0.3


def test_elastic_distortion_follows_its_seed():
    first, again = (image.elastic_transform(IMAGES, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    generator = SeedGenerator(3)
    one, two = (image.elastic_transform(IMAGES, seed=generator) for _ in range(2))
    assert (one != two).any()
    assert (image.elastic_transform(IMAGES) != image.elastic_transform(IMAGES)).any()
    assert (displacements(seed=1)[:, 0] != displacements(seed=1)[:, 1]).any()


def test_elastic_distortion_of_integers_keeps_their_dtype():
    assert image.elastic_transform((255 * IMAGES).astype("uint8"), seed=1).dtype == "uint8"


def test_resizing_has_a_gradient_inside_a_compiled_function():
    gradient = jax.jit(jax.grad(lambda x: image.resize(x, (4, 5)).sum()))(IMAGES)
    np.testing.assert_allclose(gradient.sum(), 2 * 4 * 5 * 3, rtol=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image.resize(IMAGES, 4), "size must be a pair"),
        (lambda: image.resize(IMAGES, (4, 4), interpolation="area"), "interpolation"),
        (lambda: image.resize(IMAGES, (4, 4), fill_mode="wrap"), "fill_mode"),
        (lambda: image.resize(IMAGES, (4, 4), "nearest", False, True, True), "not both"),
        (lambda: image.resize(IMAGES[0, 0], (4, 4)), "rank 3"),
        (lambda: image.rgb_to_hsv(np.ones((2, 2, 3), "uint8")), "Divide by 255"),
        (lambda: image.rgb_to_grayscale(np.ones((2, 2, 4))), "3 channels"),
        (lambda: image.affine_transform(IMAGES, np.ones(6)), r"\(8,\)"),
        (lambda: image.affine_transform(IMAGES, np.ones(8), "bicubic"), "interpolation"),
        (lambda: image.perspective_transform(IMAGES, np.ones((4, 2)), np.ones(8)), "start_points"),
        (lambda: image.map_coordinates(IMAGES, np.ones((2, 5)), 1), r"\(4, \.\.\.\)"),
        (lambda: image.map_coordinates(IMAGES, np.ones((4, 5)), 3), "order"),
        (lambda: image.crop_images(IMAGES, 1, 1, 1, 1, 3, 3), "exactly two"),
        (lambda: image.crop_images(IMAGES, 10, 1, 10, 1), "something must remain"),
        (lambda: image.pad_images(IMAGES, 0, 0, target_height=3, target_width=30), "at least 0"),
        (lambda: image.extract_patches(np.ones((4, 4)), 2), "rank 3"),
        (lambda: image.gaussian_blur(IMAGES, (3, 3, 3)), "kernel_size"),
        (lambda: image.ssim(IMAGES, IMAGES[:1]), "same shape"),
        (lambda: image.ssim(IMAGES[:, :5], IMAGES[:, :5]), "filter_size"),
        (lambda: image.elastic_transform(IMAGES, sigma=0), "sigma"),
        (lambda: image.elastic_transform(IMAGES, seed="a"), "seed"),
        (lambda: image.scale_and_translate(IMAGES, (1,), [1], [1], (0,), "nearest"), "method"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
