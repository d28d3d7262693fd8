"""`ImageDataGenerator` and its functions beside Keras's: the same numbers for the same seed."""

import itertools
import multiprocessing.pool  # noqa: F401 (Keras uses it without importing it)

import numpy as np
import pytest
from keras.src.legacy.preprocessing import image as oracle

from cornu.preprocessing import image as ours

IMAGES = np.random.default_rng(0).uniform(0, 255, (7, 9, 9, 3)).astype("float32")
LABELS = np.arange(7)
LAST = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
FIRST = {"row_axis": 1, "col_axis": 2, "channel_axis": 0}
TURNED = {"row_axis": 1, "col_axis": 0, "channel_axis": 2}

pytestmark = pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")

MAPS = {
    "rotated": {"theta": 30},
    "quarter turn": {"theta": 90},
    "half turn": {"theta": 180, "zx": 0.5},
    "shifted": {"tx": 2.3, "ty": -40.2},
    "sheared and zoomed": {"shear": 20, "zx": 1.7, "zy": 0.3},
    "all": {"theta": -50, "tx": 1, "ty": 2.5, "shear": 10, "zx": 0.8, "zy": 1.1},
}


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("fill_mode", ["nearest", "constant", "reflect", "wrap"])
def test_affine_transform(fill_mode, order):
    rng = np.random.default_rng(1)
    shapes = [(7, 9, 3), (8, 8, 1), (1, 5, 3), (5, 1, 4)]
    for shape, axes, map_ in itertools.product(shapes, [LAST, FIRST, TURNED], MAPS.values()):
        x = rng.uniform(0, 255, shape)
        arguments = {**map_, **axes, "fill_mode": fill_mode, "cval": 3.0, "order": order}
        np.testing.assert_allclose(
            ours.apply_affine_transform(x, **arguments),
            oracle.apply_affine_transform(x, **arguments),
            rtol=0,
            atol=0 if order == 0 else 1e-9,
            err_msg=str((shape, arguments)),
        )


@pytest.mark.parametrize("dtype, atol", [("float32", 1e-3), ("uint8", 1), ("int32", 1)])
def test_affine_transform_keeps_the_dtype(dtype, atol):
    x = IMAGES[0].astype(dtype)
    a = ours.apply_affine_transform(x, theta=30, fill_mode="constant", **LAST)
    b = oracle.apply_affine_transform(x, theta=30, fill_mode="constant", **LAST)
    assert a.dtype == b.dtype
    np.testing.assert_allclose(a.astype(float), b.astype(float), atol=atol)


FUNCTIONS = [
    ("random_rotation", (40,), LAST),
    ("random_shift", (0.3, 0.4), LAST),
    ("random_shear", (30,), LAST),
    ("random_zoom", ((0.5, 1.5),), LAST),
    ("random_zoom", ((1, 1),), LAST),
    ("random_channel_shift", (50.0,), {"channel_axis": 2}),
    ("random_brightness", ((0.2, 1.8),), {}),
    ("random_brightness", ((0.2, 1.8),), {"scale": False}),
]


@pytest.mark.parametrize("name, arguments, options", FUNCTIONS)
def test_random_functions(name, arguments, options):
    np.random.seed(3)  # noqa: NPY002 (Keras draws from it)
    a = getattr(ours, name)(IMAGES[0], *arguments, **options)
    np.random.seed(3)  # noqa: NPY002 (Keras draws from it)
    b = getattr(oracle, name)(IMAGES[0], *arguments, **options)
    np.testing.assert_allclose(a, b, atol=1e-3)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("offset", [0, -100, 100])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_brightness_shift(channels, offset, scale):
    x = np.random.default_rng(2).uniform(0, 255, (4, 5, channels)).astype("float32") + offset
    for brightness in (0.0, 0.37, 1.0, 2.9):
        np.testing.assert_allclose(
            ours.apply_brightness_shift(x, brightness, scale),
            oracle.apply_brightness_shift(x, brightness, scale),
            rtol=1e-6,
            atol=1e-4,
        )


GENERATORS = {
    "rotation": {"rotation_range": 40},
    "float shifts": {"width_shift_range": 0.3, "height_shift_range": 2.5},
    "int shifts": {"width_shift_range": 3, "height_shift_range": 2},
    "list shifts": {"width_shift_range": [1, 4], "height_shift_range": [0.1, 0.3]},
    "shear": {"shear_range": 25},
    "zoom": {"zoom_range": 0.4},
    "zoom pair": {"zoom_range": [0.5, 0.9]},
    "flips": {"horizontal_flip": True, "vertical_flip": True},
    "channel shift": {"channel_shift_range": 60.0},
    "brightness": {"brightness_range": (0.2, 1.9)},
    "scale": {"rescale": 1 / 255, "preprocessing_function": np.sqrt},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True},
    "nearest pixels": {"rotation_range": 40, "interpolation_order": 0, "horizontal_flip": True},
    "splines": {"rotation_range": 40, "interpolation_order": 3, "vertical_flip": True},
    "all": {
        "rotation_range": 40,
        "width_shift_range": 0.2,
        "height_shift_range": 0.2,
        "shear_range": 10,
        "zoom_range": 0.2,
        "channel_shift_range": 20.0,
        "brightness_range": (0.5, 1.5),
        "horizontal_flip": True,
        "vertical_flip": True,
        "fill_mode": "constant",
        "cval": 7.0,
        "rescale": 1 / 255,
    },
}


@pytest.mark.parametrize("options", GENERATORS.values(), ids=GENERATORS)
def test_two_epochs_by_index(options):
    arguments = {"batch_size": 3, "seed": 5}
    a = ours.ImageDataGenerator(**options).flow(IMAGES, LABELS, **arguments)
    b = oracle.ImageDataGenerator(**options).flow(IMAGES, LABELS, **arguments)
    for _ in range(2):
        for index in range(3):
            assert_same(a[index], b[index])
        a.on_epoch_end()
        b.on_epoch_end()


def test_two_epochs_by_next():
    options = GENERATORS["all"]
    a = ours.ImageDataGenerator(**options).flow(IMAGES, LABELS, batch_size=3, seed=5)
    b = oracle.ImageDataGenerator(**options).flow(IMAGES, LABELS, batch_size=3, seed=5)
    for _ in range(6):
        assert_same(next(a), next(b))


def test_batches_without_a_seed_follow_the_global_generator():
    options = GENERATORS["all"]
    np.random.seed(4)  # noqa: NPY002 (Keras draws from it)
    a = ours.ImageDataGenerator(**options).flow(IMAGES, batch_size=3)
    a = [a[0], a[1], a[2]]
    np.random.seed(4)  # noqa: NPY002 (Keras draws from it)
    b = oracle.ImageDataGenerator(**options).flow(IMAGES, batch_size=3)
    assert_same(a, [b[0], b[1], b[2]])


def test_channels_first():
    options = {"data_format": "channels_first", "rotation_range": 40, "horizontal_flip": True}
    x = np.moveaxis(IMAGES, -1, 1)
    a = ours.ImageDataGenerator(**options).flow(x, batch_size=3, seed=1)
    b = oracle.ImageDataGenerator(**options).flow(x, batch_size=3, seed=1)
    assert_same(a[0], b[0])


def test_one_transform():
    a, b = (module.ImageDataGenerator(**GENERATORS["all"]) for module in (ours, oracle))
    parameters = a.get_random_transform((9, 9, 3), seed=8)
    assert parameters == b.get_random_transform((9, 9, 3), seed=8)
    assert_same(a.apply_transform(IMAGES[0], parameters), b.apply_transform(IMAGES[0], parameters))
    assert_same(a.random_transform(IMAGES[0], seed=2), b.random_transform(IMAGES[0], seed=2))
    partial = {"theta": 20, "brightness": 0.5}
    assert_same(a.apply_transform(IMAGES[0], partial), b.apply_transform(IMAGES[0], partial))


@pytest.mark.parametrize("augment", [False, True])
def test_fitted_statistics(augment):
    options = {"featurewise_center": True, "featurewise_std_normalization": True}
    options |= {"rotation_range": 20, "rescale": 1 / 255}
    a, b = (module.ImageDataGenerator(**options) for module in (ours, oracle))
    for each in (a, b):
        each.fit(IMAGES, augment=augment, rounds=2, seed=1)
    np.testing.assert_allclose(a.mean, b.mean, rtol=1e-5)
    np.testing.assert_allclose(a.std, b.std, rtol=1e-5)
    assert_same(a.standardize(IMAGES[0]), b.standardize(IMAGES[0].copy()))


def test_whitening():
    x = np.random.default_rng(3).normal(size=(40, 3, 3, 1)).astype("float32")
    options = {"featurewise_center": True, "zca_whitening": True, "zca_epsilon": 0.1}
    a, b = (module.ImageDataGenerator(**options) for module in (ours, oracle))
    for each in (a, b):
        each.fit(x)
    np.testing.assert_allclose(a.zca_whitening_matrix, b.zca_whitening_matrix, atol=1e-5)
    assert_same(a.flow(x, batch_size=8, seed=1)[0], b.flow(x, batch_size=8, seed=1)[0])


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_subsets_weights_and_other_inputs(subset):
    arguments = {"y": LABELS % 2, "batch_size": 2, "seed": 1, "subset": subset}
    arguments["sample_weight"] = np.linspace(0, 1, 7)
    x = (IMAGES, [LABELS * 10, LABELS * 100])
    # Keras leaves the weights of all samples in place; take those of the subset.
    part = slice(2) if subset == "validation" else slice(2, None)
    a = ours.ImageDataGenerator(validation_split=0.3).flow(x, **arguments)
    del arguments["sample_weight"]
    b = oracle.ImageDataGenerator(validation_split=0.3).flow(x, **arguments)
    assert len(a) == len(b)
    images, labels, weights = a[0]
    assert_same((images, labels), b[0])
    np.testing.assert_array_equal(a.sample_weight, np.linspace(0, 1, 7)[part])
    np.testing.assert_array_equal(weights, a.sample_weight[a.index_array[:2]])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three classes of small images, one of them nested, and a file that is none."""
    root = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(4)
    for place, name in enumerate(["b/1.png", "b/2.jpg", "a/1.png", "a/in/3.bmp", "c/9.PNG"]):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        ours.save_img(root / name, rng.integers(0, 255, (8 + place, 10, 3)))
    (root / "b" / "notes.txt").write_text("no image")
    return root


@pytest.mark.parametrize("class_mode", ["categorical", "binary", "sparse", "input", None])
def test_flow_from_directory(folder, class_mode):
    options = {"rotation_range": 20, "rescale": 1 / 255}
    arguments = {"class_mode": class_mode, "batch_size": 3, "seed": 2, "target_size": (8, 6)}
    a = ours.ImageDataGenerator(**options).flow_from_directory(folder, **arguments)
    b = oracle.ImageDataGenerator(**options).flow_from_directory(folder, **arguments)
    assert_same([a[0], a[1]], [b[0], b[1]])
    assert (a.class_indices, a.filenames) == (b.class_indices, b.filenames)
    assert_same(a.classes, b.classes)
    assert (a.samples, a.num_classes, a.image_shape) == (b.samples, b.num_classes, b.image_shape)


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_flow_from_directory_takes_a_subset_of_named_classes(folder, subset):
    arguments = {"classes": ["b", "a"], "subset": subset, "shuffle": False}
    arguments |= {"color_mode": "grayscale", "target_size": (5, 5), "interpolation": "bilinear"}
    arguments |= {"keep_aspect_ratio": True, "class_mode": "sparse"}
    a = ours.ImageDataGenerator(validation_split=0.5).flow_from_directory(folder, **arguments)
    b = oracle.ImageDataGenerator(validation_split=0.5).flow_from_directory(folder, **arguments)
    assert a.filenames == b.filenames
    assert_same(a[0], b[0])


@pytest.mark.filterwarnings("ignore:.*(invalid image filename|left out)")
@pytest.mark.parametrize(
    "class_mode, y_col",
    [
        ("categorical", "several"),
        ("categorical", "name"),
        ("sparse", "name"),
        ("binary", "pair"),
        ("raw", "number"),
        ("raw", ["number", "other"]),
        ("multi_output", ["number", "name"]),
        ("input", "name"),
        (None, "name"),
    ],
)
def test_flow_from_dataframe(folder, class_mode, y_col):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(
        {
            "file": ["a/1.png", "missing.png", "b/1.png", "b/notes.txt", "b/2.jpg"],
            "name": ["x", "w", "z", "x", "y"],
            "pair": ["q", "p", "p", "p", "q"],
            "several": [["x"], ["x", "y"], ["y", "z"], "x", "z"],
            "number": [1, 2, 3, 4, 5],
            "other": [0.5, 0.25, 0.1, 0.2, 0.3],
            "weight": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )
    arguments = {"x_col": "file", "y_col": y_col, "weight_col": "weight", "target_size": (6, 6)}
    arguments |= {"class_mode": class_mode, "batch_size": 2, "seed": 6, "directory": str(folder)}
    a = ours.ImageDataGenerator().flow_from_dataframe(table, **arguments)
    b = oracle.ImageDataGenerator().flow_from_dataframe(table, **arguments)
    assert a.filenames == b.filenames
    assert_same([a[0], a[1]], [b[0], b[1]])
    assert getattr(a, "class_indices", None) == getattr(b, "class_indices", None)


def test_saved_images_have_keras_names(tmp_path):
    names = []
    for module in (ours, oracle):
        place = tmp_path / module.__name__
        place.mkdir()
        batches = module.ImageDataGenerator(zoom_range=0.2).flow(
            IMAGES, batch_size=4, seed=1, save_to_dir=str(place), save_prefix="p"
        )
        batches[0], batches[1]
        names.append(sorted(path.name for path in place.iterdir()))
    assert names[0] == names[1]
    assert len(names[0]) == 7


def assert_same(a, b):
    """Both are the same structure of nearly the same arrays."""
    if isinstance(a, tuple | list):
        assert len(a) == len(b)
        for one, other in zip(a, b):
            assert_same(one, other)
        return
    assert a.shape == b.shape
    if a.dtype.kind in "fiu":
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-3)
    else:
        np.testing.assert_array_equal(a, b)
