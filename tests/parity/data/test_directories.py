"""Folders read as Keras reads them, without TensorFlow: its Grain data sets are the oracle."""

import keras
import numpy as np
import pytest
from PIL import Image

from cornu.utils import image_dataset_from_directory, split_dataset, text_dataset_from_directory


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Images of several kinds and sizes and texts, in three classes."""
    root = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(0)
    for number in range(12):
        inside = root / "abc"[number % 3] / ("sub" if number % 2 else ".")
        inside.mkdir(parents=True, exist_ok=True)
        shape = (5 + number, 14 - number, (3, 4)[number % 2])
        pixels = rng.integers(0, 255, shape).astype("uint8")
        Image.fromarray(pixels).save(inside / f"{number}.png")
        (inside / f"{number}.txt").write_text(f"text {number}")
    return root


def both(ours, theirs, folder, **arguments):
    arguments = {"verbose": False, "format": "grain", "batch_size": None, **arguments}
    return ours(folder, **arguments), theirs(folder, **arguments)


def assert_same(ours, theirs):
    ours, theirs = list(ours), list(theirs)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs):
        for a, b in zip(one, other):
            np.testing.assert_allclose(a, np.asarray(b), rtol=1e-4, atol=1e-2)
            assert np.asarray(a).dtype == np.asarray(b).dtype


IMAGES = (image_dataset_from_directory, keras.utils.image_dataset_from_directory)
TEXTS = (text_dataset_from_directory, keras.utils.text_dataset_from_directory)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"interpolation": "nearest", "label_mode": "categorical"},
        {"interpolation": "bicubic", "data_format": "channels_first"},
        {"interpolation": "lanczos3", "color_mode": "grayscale"},
        {"crop_to_aspect_ratio": True, "color_mode": "rgba"},
        {"pad_to_aspect_ratio": True, "class_names": ["c", "a"], "label_mode": "binary"},
        {"labels": list(range(12))},
    ],
)
def test_images_and_labels(folder, arguments):
    ours, theirs = both(*IMAGES, folder, shuffle=False, image_size=(6, 9), **arguments)
    assert ours.class_names == theirs.class_names
    assert ours.file_paths == theirs.file_paths
    assert_same(ours, theirs)


@pytest.mark.parametrize("subset", ["training", "validation", "both"])
def test_the_files_of_a_split(folder, subset):
    ours, theirs = both(*IMAGES, folder, seed=5, validation_split=0.3, subset=subset)
    parts = zip(ours, theirs) if subset == "both" else [(ours, theirs)]
    for one, other in parts:
        assert one.file_paths == other.file_paths


def test_texts(folder):
    ours, theirs = both(*TEXTS, folder, shuffle=False, max_length=6)
    for (text, label), (expected, number) in zip(ours, theirs, strict=True):
        assert (text, int(label)) == (expected, int(number))


def test_batches(folder):
    ours, theirs = both(*IMAGES, folder, shuffle=False, image_size=(4, 4), batch_size=5)
    assert_same(ours, theirs)


def test_rounding_of_split_sizes():
    # Keras splits arrays with TensorFlow only; its rule for the sizes needs none.
    from keras.src.utils.dataset_utils import _rescale_dataset_split_sizes as oracle

    for left, right in ((0.25, None), (None, 0.33), (3, 0.5), (0.15, 0.85), (2, 5)):
        sizes = [len(part) for part in split_dataset(np.arange(10), left, right)]
        assert sizes == list(oracle(left, right, 10))
