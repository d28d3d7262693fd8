"""Folders of images: which files, in which order, as which arrays."""

import fsspec
import numpy as np
import pytest
from PIL import Image

import cornu as keras
from cornu.data.directories.resize import INTERPOLATIONS, resize_image
from cornu.utils import image_dataset_from_directory

NAMES = (
    *("cat/a.png", "cat/b.PNG", "cat/in/c.png"),
    *("dog/a.png", "dog/b.bmp", "dog/c.gif", "dog/d.jpg", "dog/e.jpeg"),
)


@pytest.fixture
def folder(tmp_path):
    """Eight images of one color each, the number of the file, in two classes."""
    for number, name in enumerate(NAMES):
        save(tmp_path / name, np.full((4, 6, 3), number))
    (tmp_path / "dog" / "notes.txt").write_text("no image")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def save(path, pixels):
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels.astype("uint8")).save(path)


def numbers(dataset, epoch=0):
    """The files' numbers in an epoch."""
    found = []
    for batch in dataset.iterate(epoch):
        images = batch[0] if isinstance(batch, tuple) else batch
        found += np.round(images.reshape(len(images), -1).mean(1)).astype(int).tolist()
    return found


def made(folder, **arguments):
    return image_dataset_from_directory(
        folder, **{"verbose": False, "image_size": (2, 3), "batch_size": 3, **arguments}
    )


def test_classes_are_folders_and_files_come_by_name(folder, capsys):
    dataset = made(folder, shuffle=False, verbose=True)
    assert "8 image files in 2 classes" in capsys.readouterr().out
    assert dataset.class_names == ["cat", "dog"]
    assert [path[len(str(folder)) + 1 :] for path in dataset.file_paths][:4] == [
        "cat/a.png",
        "cat/b.PNG",
        "cat/in/c.png",
        "dog/a.png",
    ]
    assert numbers(dataset) == list(range(8))
    assert np.concatenate([y for _, y in dataset]).tolist() == [0] * 3 + [1] * 5
    x, y = next(iter(dataset))
    assert (x.shape, x.dtype, y.dtype, len(dataset)) == ((3, 2, 3, 3), np.float32, np.int32, 3)


def test_label_modes(folder):
    y = next(iter(made(folder, label_mode="categorical", batch_size=8, shuffle=False)))[1]
    assert (y.dtype, y.tolist()) == (np.float32, [[1, 0]] * 3 + [[0, 1]] * 5)
    y = next(iter(made(folder, label_mode="binary", batch_size=8, shuffle=False)))[1]
    assert (y.dtype, y.tolist()) == (np.float32, [[0]] * 3 + [[1]] * 5)
    assert next(iter(made(folder, label_mode=None))).shape == (3, 2, 3, 3)


def test_labels_and_class_names_can_be_said(folder):
    dataset = made(folder, labels=[5, 3, 5, 5, 5, 5, 5, 9], shuffle=False, batch_size=8)
    assert next(iter(dataset))[1].tolist() == [5, 3, 5, 5, 5, 5, 5, 9]
    assert dataset.class_names == ["3", "5", "9"]
    dataset = made(folder, class_names=["dog", "cat"], shuffle=False)
    assert numbers(dataset) == [3, 4, 5, 6, 7, 0, 1, 2]
    assert next(iter(dataset))[1].tolist() == [0, 0, 0]
    dataset = made(folder, labels=None)
    assert dataset.class_names is None
    assert sorted(numbers(dataset)) == list(range(8))


def test_each_epoch_has_an_order_of_its_own(folder):
    dataset = made(folder, seed=1)
    orders = [tuple(numbers(dataset, epoch)) for epoch in range(4)]
    assert len(set(orders)) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(range(8))}
    assert [tuple(numbers(made(folder, seed=1), epoch)) for epoch in range(4)] == orders


def test_without_a_seed_that_of_the_data_set_says_all(folder):
    first, second = made(folder), made(folder)
    second.seed = first.seed
    assert numbers(first, 3) == numbers(second, 3)


def test_splits_are_those_of_keras(folder):
    # The names in the order that NumPy's RandomState(7) gives them, the last two for validation.
    order = np.arange(8)
    np.random.RandomState(7).shuffle(order)
    train, validation = made(folder, validation_split=0.3, subset="both", seed=7)
    assert set(numbers(train)) == set(order[:6].tolist())
    assert numbers(validation) == order[6:].tolist()
    alone = made(folder, validation_split=0.3, subset="validation", seed=7)
    assert set(numbers(alone)) == set(order[6:].tolist())
    ordered = made(folder, validation_split=0.25, subset="training", shuffle=False)
    assert numbers(ordered) == list(range(6))


def test_samples_without_batches(folder):
    dataset = made(folder, batch_size=None, shuffle=False)
    x, y = next(iter(dataset))
    assert (x.shape, int(y), len(dataset)) == ((2, 3, 3), 0, 8)


def test_color_modes_and_data_formats(tmp_path):
    save(tmp_path / "x" / "a.png", np.zeros((2, 2, 3)) + [255, 0, 0])
    gray = next(iter(made(tmp_path, color_mode="grayscale", labels=None)))
    assert gray.shape == (1, 2, 3, 1)
    assert np.unique(gray).tolist() == [76]
    rgba = next(iter(made(tmp_path, color_mode="rgba", labels=None, data_format="channels_first")))
    assert rgba[0, :, 0, 0].tolist() == [255, 0, 0, 255]
    assert rgba.shape == (1, 4, 2, 3)


def test_aspect_ratios(tmp_path):
    pixels = np.zeros((2, 6, 3))
    pixels[:, 2:4] = 200
    save(tmp_path / "x" / "a.png", pixels)
    crop = next(iter(made(tmp_path, labels=None, image_size=4, crop_to_aspect_ratio=True)))
    assert np.unique(crop).tolist() == [200]
    pad = next(iter(made(tmp_path, labels=None, image_size=6, pad_to_aspect_ratio=True)))
    assert pad[0, :, 2, 0].tolist() == [0, 0, 200, 200, 0, 0]


def test_links_are_followed_only_if_asked(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    save(elsewhere / "linked" / "z.png", np.full((4, 6, 3), 50))
    (folder / "cat" / "more").symlink_to(elsewhere, target_is_directory=True)
    assert 50 not in numbers(made(folder))
    assert 50 in numbers(made(folder, follow_links=True))


def test_folders_far_away(folder):
    memory = fsspec.filesystem("memory")
    for path in sorted(folder.rglob("*.*g")):
        memory.pipe(f"/far/{path.relative_to(folder)}", path.read_bytes())
    dataset = made("memory://far", shuffle=False)
    assert dataset.class_names == ["cat", "dog"]
    assert numbers(dataset) == [0, 2, 3, 6, 7]


def test_a_damaged_image_is_named(folder):
    path = folder / "dog" / "d.jpg"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ValueError, match=r"d\.jpg"):
        numbers(made(folder))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": "folders"}, "labels must be"),
        ({"labels": [1, 2]}, "labels has 2 entries, but there are 8 image files"),
        ({"labels": None, "class_names": ["cat"]}, "class_names say the order"),
        ({"class_names": ["cow"]}, r"has \['cat', 'dog'\]; got \['cow'\]"),
        ({"class_names": ["cat"], "label_mode": "binary"}, "exactly 2 classes"),
        ({"label_mode": "onehot"}, "label_mode must be"),
        ({"color_mode": "cmyk"}, "color_mode must be"),
        ({"image_size": (3, 3, 3)}, "image_size must be"),
        ({"interpolation": "sinc"}, "interpolation must be"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "Only one of"),
        ({"format": "torch"}, "format must be"),
        ({"validation_split": 2, "subset": "training"}, "between 0 and 1"),
        ({"validation_split": 0.5}, "go together"),
        ({"subset": "both"}, "go together"),
        ({"validation_split": 0.5, "subset": "test"}, "subset must be"),
        ({"validation_split": 0.5, "subset": "both"}, "pass a seed"),
        ({"validation_split": 0.1, "subset": "both", "seed": 1}, "No image files are left"),
    ],
)
def test_nonsense_is_refused(folder, arguments, message):
    with pytest.raises(ValueError, match=message):
        made(folder, **arguments)


def test_folders_without_images_say_what_they_hold(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(ValueError, match=r"There are no image files in .*\.bmp, \.gif"):
        made(tmp_path)
    (tmp_path / "a" / "x.webp").write_bytes(b"")
    (tmp_path / "a" / "y.webp").write_bytes(b"")
    with pytest.raises(ValueError, match=r"holds 2 of \.webp"):
        made(tmp_path)
    with pytest.raises(ValueError, match="without, pass labels=None"):
        made(tmp_path / "a")
    with pytest.raises(FileNotFoundError, match="no folder"):
        made(tmp_path / "b")


@pytest.mark.parametrize(
    "interpolation", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
)
def test_resizing_is_that_of_the_operation(interpolation):
    image = np.random.default_rng(0).integers(0, 255, (7, 5, 3)).astype("uint8")
    for size in ((3, 9), (14, 2)):
        expected = keras.ops.image.resize(
            image.astype("float32"), size, interpolation, antialias=False
        )
        np.testing.assert_allclose(
            resize_image(image, size, interpolation), expected, rtol=1e-4, atol=1e-2
        )


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_an_image_of_one_color_stays_so(interpolation):
    image = np.full((5, 8, 1), 100, "uint8")
    resized = resize_image(image, (11, 3), interpolation)
    assert (resized.shape, resized.dtype) == ((11, 3, 1), np.float32)
    np.testing.assert_allclose(resized, 100, rtol=1e-5)


def test_area_is_the_mean_of_what_a_pixel_covers():
    image = np.arange(16, dtype="uint8").reshape(4, 4, 1)
    assert resize_image(image, (2, 2), "area")[..., 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    row = np.array([0, 3, 6], "uint8").reshape(1, 3, 1)
    np.testing.assert_allclose(resize_image(row, (1, 2), "area").ravel(), [1, 5])
