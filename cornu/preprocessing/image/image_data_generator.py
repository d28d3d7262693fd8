"""`ImageDataGenerator`: batches of randomly transformed images, as in Keras 1 and 2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cornu.engine import config
from cornu.engine.user_warnings import warn
from cornu.preprocessing.image.array_iterator import NumpyArrayIterator, check_images
from cornu.preprocessing.image.dataframe_iterator import DataFrameIterator
from cornu.preprocessing.image.directory_iterator import DirectoryIterator
from cornu.preprocessing.image.random_transforms import global_generator, pair
from cornu.preprocessing.image.transform_batch import draw_transform, transform_batch


class ImageDataGenerator:
    """Transforms images at random and standardizes them, a batch at a time.

    Its results for a seed are Keras's, including that `height_shift_range` moves images sideways
    and `width_shift_range` up and down. New code is better off with layers such as
    `RandomRotation` and `Rescaling`, and `utils.image_dataset_from_directory`.

    Args:
        featurewise_center: whether to subtract the mean of each channel, found by `fit`.
        samplewise_center: whether to subtract each image's mean.
        featurewise_std_normalization: whether to divide by each channel's standard deviation,
            found by `fit`.
        samplewise_std_normalization: whether to divide by each image's standard deviation.
        zca_whitening: whether to whiten, by what `fit` found.
        zca_epsilon: added to the standard deviations in whitening.
        rotation_range: the largest angle, in degrees.
        width_shift_range: the largest shift: a part of the size below 1, pixels above; an int
            or a list gives the shifts to choose from, forward or back.
        height_shift_range: likewise.
        brightness_range: pair of the smallest and largest factor, or None.
        shear_range: the largest angle of shearing, in degrees.
        zoom_range: pair of the smallest and largest factor, or a number `z` for
            `(1 - z, 1 + z)`; below 1 enlarges.
        channel_shift_range: the largest shift of all values.
        fill_mode: what lies outside of an image: `"nearest"`, `"constant"`, `"reflect"` or
            `"wrap"`.
        cval: the value outside for `"constant"`.
        horizontal_flip: whether to turn half of the images round sideways.
        vertical_flip: whether to turn half of the images upside down.
        rescale: factor for all values, after the transforms; None for none.
        preprocessing_function: function of one image, applied before `rescale`, or None.
        data_format: `"channels_last"`, `"channels_first"`, or None for the global setting.
        validation_split: part of the samples, the first, that is the validation subset.
        interpolation_order: 0 takes the nearest pixel, 1 interpolates linearly, up to 5 by
            splines.
        dtype: dtype of the images; None for the default float type.

    Raises:
        ValueError: for ranges that are no pairs, or a `validation_split` outside of 0 to 1.

    >>> from cornu.preprocessing.image import ImageDataGenerator
    >>> augment = ImageDataGenerator(rotation_range=20, horizontal_flip=True, rescale=1 / 255)
    >>> x, y = np.full((8, 16, 16, 3), 255.0), np.arange(8)
    >>> images, labels = augment.flow(x, y, batch_size=4, seed=1)[0]
    >>> images.shape, float(images.max().round(5))
    ((4, 16, 16, 3), 1.0)
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        zca_epsilon: float = 1e-6,
        rotation_range: float = 0,
        width_shift_range: float | int | Sequence = 0.0,
        height_shift_range: float | int | Sequence = 0.0,
        brightness_range: Sequence[float] | None = None,
        shear_range: float = 0.0,
        zoom_range: float | Sequence[float] = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable | None = None,
        data_format: str | None = None,
        validation_split: float = 0.0,
        interpolation_order: int = 1,
        dtype: str | None = None,
    ):
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.zca_epsilon = zca_epsilon
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.brightness_range = brightness_range and pair(brightness_range, "brightness_range")
        self.shear_range = shear_range
        if isinstance(zoom_range, float | int):
            zoom_range = (1 - zoom_range, 1 + zoom_range)
        self.zoom_range = list(pair(zoom_range, "zoom_range"))
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.data_format = config.standardize_data_format(data_format)
        first = self.data_format == "channels_first"
        self.channel_axis, self.row_axis, self.col_axis = (1, 2, 3) if first else (3, 1, 2)
        if validation_split and not 0 < validation_split < 1:
            raise ValueError(f"validation_split must lie between 0 and 1; got {validation_split}.")
        self._validation_split = validation_split
        self.interpolation_order = interpolation_order
        self.dtype = dtype or config.floatx()
        self.mean: np.ndarray | None = None
        self.std: np.ndarray | None = None
        self.zca_whitening_matrix: np.ndarray | None = None
        self._settle()

    def _settle(self) -> None:
        """Set what other arguments imply, and say so."""
        implied = (
            ("zca_whitening", "featurewise_center", True),
            ("zca_whitening", "featurewise_std_normalization", False),
            ("featurewise_std_normalization", "featurewise_center", True),
            ("samplewise_std_normalization", "samplewise_center", True),
        )
        for cause, name, value in implied:
            if getattr(self, cause) and bool(getattr(self, name)) is not value:
                warn(f"ImageDataGenerator: {cause}=True sets {name}={value}.")
                setattr(self, name, value)

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        ignore_class_split: bool = False,
        subset: str | None = None,
    ) -> NumpyArrayIterator:
        """Batches of transformed images of an array; arguments as of `NumpyArrayIterator`."""
        return NumpyArrayIterator(
            x,
            y,
            self,
            batch_size=batch_size,
            shuffle=shuffle,
            sample_weight=sample_weight,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            ignore_class_split=ignore_class_split,
            dtype=self.dtype,
        )

    def flow_from_directory(
        self,
        directory: str,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
    ) -> DirectoryIterator:
        """Batches of transformed images of a folder; arguments as of `DirectoryIterator`."""
        return DirectoryIterator(
            directory,
            self,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            follow_links=follow_links,
            subset=subset,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
            dtype=self.dtype,
        )

    def flow_from_dataframe(
        self,
        dataframe: Any,
        directory: str | None = None,
        x_col: str = "filename",
        y_col: str | Sequence[str] = "class",
        weight_col: str | None = None,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        validate_filenames: bool = True,
    ) -> DataFrameIterator:
        """Batches of transformed images that a table lists; arguments as of `DataFrameIterator`."""
        return DataFrameIterator(
            dataframe,
            directory,
            self,
            x_col=x_col,
            y_col=y_col,
            weight_col=weight_col,
            target_size=target_size,
            color_mode=color_mode,
            classes=classes,
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            data_format=self.data_format,
            save_to_dir=save_to_dir,
            save_prefix=save_prefix,
            save_format=save_format,
            subset=subset,
            interpolation=interpolation,
            dtype=self.dtype,
            validate_filenames=validate_filenames,
        )

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Find the statistics that `featurewise_*` and `zca_whitening` need.

        Args:
            x: images of shape (samples, height, width, channels), or channels-first.
            augment: whether to take randomly transformed images.
            rounds: how many transformed ones of each.
            seed: an int, or None.
        """
        x = np.array(x, dtype=self.dtype)
        check_images(x, self.data_format, "ImageDataGenerator.fit")
        if self.rescale:
            x *= self.rescale
        if augment:
            rng = generator(seed)
            shape = x.shape[1:]
            x = np.concatenate(
                [
                    transform_batch(self, x, [self._draw(shape, rng) for _ in x])
                    for _ in range(rounds)
                ]
            )
        axes = (0, self.row_axis, self.col_axis)
        # Sums of many images are inexact in single precision.
        if self.featurewise_center:
            self.mean = x.mean(axes, dtype="float64", keepdims=True)[0].astype(self.dtype)
            x -= self.mean
        if self.featurewise_std_normalization:
            self.std = x.std(axes, dtype="float64", keepdims=True)[0].astype(self.dtype)
            x /= self.std + 1e-6
        if self.zca_whitening:
            u, s, _ = np.linalg.svd(x.reshape(len(x), -1).T, full_matrices=False)
            self.zca_whitening_matrix = (u * (np.sqrt(len(x)) / (s + self.zca_epsilon))) @ u.T

    def standardize(self, x: Any) -> np.ndarray:
        """Apply `preprocessing_function`, `rescale`, centering, scaling and whitening.

        Args:
            x: one image; or several, of which `samplewise_*` then takes common statistics.

        Returns:
            A new array of the same shape.
        """
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        x = np.asarray(x)
        return self._normalized(x.astype(x.dtype if x.dtype.kind == "f" else self.dtype), None)

    def get_random_transform(self, img_shape: tuple, seed: int | None = None) -> dict[str, Any]:
        """Draw the parameters of a transform.

        Args:
            img_shape: shape of the image.
            seed: an int, or None for NumPy's global generator.

        Returns:
            Dict with `theta`, `tx`, `ty`, `shear`, `zx`, `zy`, `flip_horizontal`,
            `flip_vertical`, `channel_shift_intensity` and `brightness`.
        """
        return self._draw(img_shape, generator(seed))

    def apply_transform(self, x: Any, transform_parameters: dict[str, Any]) -> np.ndarray:
        """Transform one image.

        Args:
            x: image in the generator's layout.
            transform_parameters: as `get_random_transform` returns; what is left out does nothing.

        Returns:
            Array of the same shape.
        """
        x = np.asarray(x)
        if x.ndim != 3:
            raise ValueError(
                "apply_transform expects one image, of shape (height, width, channels); got "
                f"{x.shape}."
            )
        return transform_batch(self, x[None], [transform_parameters])[0]

    def random_transform(self, x: Any, seed: int | None = None) -> np.ndarray:
        """Transform one image at random.

        Args:
            x: image in the generator's layout.
            seed: an int, or None for NumPy's global generator.

        Returns:
            Array of the same shape.
        """
        return self.apply_transform(x, self.get_random_transform(np.shape(x), seed))

    def _draw(self, shape: tuple, rng: Any) -> dict[str, Any]:
        return draw_transform(self, shape, rng)

    def _transformed_batch(self, images: np.ndarray, parameters: list[dict]) -> np.ndarray:
        """Transform and standardize; the array given may be written to."""
        images = transform_batch(self, images, parameters)
        if self.preprocessing_function is not None:
            images = np.stack([self.preprocessing_function(image) for image in images])
        return self._normalized(images.astype(self.dtype, copy=False), (1, 2, 3))

    def _normalized(self, x: np.ndarray, axes: tuple | None) -> np.ndarray:
        """`x` scaled, centered and whitened, in place; an image's own statistics over `axes`."""
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, axes, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, axes, keepdims=True) + 1e-6
        if self.featurewise_center and self._has_fitted("mean", "featurewise_center"):
            x -= self.mean
        if self.featurewise_std_normalization and self._has_fitted(
            "std", "featurewise_std_normalization"
        ):
            x /= self.std + 1e-6
        if self.zca_whitening and self._has_fitted("zca_whitening_matrix", "zca_whitening"):
            x = (x.reshape(-1, len(self.zca_whitening_matrix)) @ self.zca_whitening_matrix).reshape(
                x.shape
            )
        return x

    def _has_fitted(self, statistic: str, cause: str) -> bool:
        if getattr(self, statistic) is not None:
            return True
        warn(
            f"ImageDataGenerator has {cause}=True but no statistics, so it does nothing. Call "
            "`fit(images)` first."
        )
        return False


def generator(seed: int | None) -> Any:
    """NumPy's global generator, or one of its kind for a seed."""
    return global_generator if seed is None else np.random.RandomState(seed)
