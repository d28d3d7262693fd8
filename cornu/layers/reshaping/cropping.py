"""Borders cut off sequences, images and volumes."""

from __future__ import annotations

from typing import Any

import jax

from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine import config
from cornu.layers.reshaping.borders import amounts, pairs, spatial_first


class Cropping(Layer):
    """What the croppings share; they set `rank`."""

    rank: int
    _settings = ("cropping",)

    def __init__(self, cropping: Any, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.cropping = amounts(cropping, self.rank, self, "cropping")
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: tuple) -> None:
        """Check that something is left."""
        first = spatial_first(self.data_format)
        sizes = input_shape[first : first + self.rank]
        for size, pair in zip(sizes, pairs(self.cropping)):
            if size is not None and sum(pair) >= size:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r} would cut everything off: an input of "
                    f"shape {tuple(input_shape)} is too small for cropping={self.cropping}."
                )

    def call(self, inputs: jax.Array) -> jax.Array:
        """The middle of the tensor."""
        self.build(inputs.shape)
        index = [slice(None)] * inputs.ndim
        for axis, (before, after) in enumerate(
            pairs(self.cropping), spatial_first(self.data_format)
        ):
            index[axis] = slice(before, inputs.shape[axis] - after)
        return inputs[tuple(index)]


class Cropping1D(Cropping):
    """Cut steps off both ends of each sequence.

    Args:
        cropping: how many at both ends, or a pair (before, after).
        **kwargs: `name`, `dtype`.

    Input shape (batch, time, channels).

    Raises:
        ValueError: for negative amounts, or if nothing is left.

    >>> keras.layers.Cropping1D((1, 2))(keras.ops.ones((1, 5, 3))).shape
    (1, 2, 3)
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any):
        super().__init__(cropping, "channels_last", **kwargs)


class Cropping2D(Cropping):
    """Cut borders off each image.

    Args:
        cropping: an int for all sides, a pair (height, width), or a pair of pairs
            ((top, bottom), (left, right)).
        data_format: `"channels_last"`, shape (batch, height, width, channels), or
            `"channels_first"`; the global setting by default.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for negative amounts, or if nothing is left.

    >>> keras.layers.Cropping2D(((1, 0), (1, 1)))(keras.ops.ones((1, 4, 4, 3))).shape
    (1, 3, 2, 3)
    """

    rank = 2
    _settings = ("data_format",)

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(Cropping):
    """Cut borders off each volume.

    Args:
        cropping: an int for all sides, three ints, or three pairs (before, after).
        data_format: `"channels_last"`, shape (batch, depth, height, width, channels), or
            `"channels_first"`; the global setting by default.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for negative amounts, or if nothing is left.

    >>> keras.layers.Cropping3D(1)(keras.ops.ones((1, 4, 4, 4, 3))).shape
    (1, 2, 2, 2, 3)
    """

    rank = 3
    _settings = ("data_format",)

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(cropping, data_format, **kwargs)
