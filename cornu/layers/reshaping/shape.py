"""Layers that give the values of each sample another shape or order."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.engine import config, dtypes
from cornu.layers.checks import check_positive
from cornu.ops import KerasTensor


class Flatten(Layer):
    """Make each sample a vector; the batch axis stays.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; in the latter case the channels are
            put last first, so that the vector does not depend on the layout.
        **kwargs: `name`, `dtype`.

    >>> keras.layers.Flatten()(keras.ops.ones((2, 3, 4))).shape
    (2, 12)
    """

    moves_values_only = True
    takes_strings = True

    _settings = ("data_format",)

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The vectors, shape (batch, features)."""
        if self.data_format == "channels_first" and inputs.ndim > 1:
            inputs = jnp.moveaxis(inputs, 1, -1)
        return inputs.reshape(inputs.shape[0], prod(inputs.shape[1:]))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """(batch, features)."""
        sizes = input_shape[1:]
        known = all(n is not None for n in sizes) or 0 in sizes
        return (input_shape[0], prod(n or 0 for n in sizes) if known else None)

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """The symbolic output."""
        return same_dtype(self, inputs)


class Reshape(Layer):
    """Give each sample another shape of the same size.

    Args:
        target_shape: shape without the batch; one size may be -1, which is then found.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if the sizes do not fit.

    >>> keras.layers.Reshape((3, -1))(keras.ops.ones((2, 12))).shape
    (2, 3, 4)
    """

    moves_values_only = True
    takes_strings = True

    _settings = ("target_shape",)

    def __init__(self, target_shape: Sequence[int], **kwargs: Any):
        super().__init__(**kwargs)
        target_shape = tuple(target_shape)
        if sum(n == -1 or n is None for n in target_shape) > 1:
            raise ValueError(
                f"Reshape {self.name!r} can find only one size by itself; got several in the "
                f"target_shape {target_shape}."
            )
        self.target_shape = target_shape

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """(batch, *target_shape), its -1 replaced if the sizes are known."""
        sizes, target = input_shape[1:], [-1 if n is None else n for n in self.target_shape]
        if any(n is None for n in sizes):
            return (input_shape[0], *(None if n == -1 else n for n in target))
        total, known = prod(sizes), prod(n for n in target if n != -1)
        fits = total % known == 0 if -1 in target and known else total == known
        if not fits:
            raise ValueError(
                f"Reshape {self.name!r} cannot give a sample of shape {tuple(sizes)}, which has "
                f"{total} values, the shape {self.target_shape}."
            )
        return (input_shape[0], *(total // known if n == -1 else n for n in target))

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """The symbolic output."""
        return same_dtype(self, inputs)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The reshaped samples."""
        return inputs.reshape(self.compute_output_shape(inputs.shape))


class Permute(Layer):
    """Put the axes of each sample into another order.

    Args:
        dims: for each axis of the output, which axis of the input it is; axes count from 1, after
            the batch. `(2, 1)` exchanges the two.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: if `dims` is no permutation of 1 to n.

    >>> keras.layers.Permute((2, 1))(keras.ops.ones((2, 3, 4))).shape
    (2, 4, 3)
    """

    moves_values_only = True
    takes_strings = True

    _settings = ("dims",)

    def __init__(self, dims: Sequence[int], **kwargs: Any):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute {self.name!r} needs the numbers 1 to {len(self.dims)} in some order as "
                f"dims; got {self.dims}."
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The transposed samples."""
        return jnp.transpose(inputs, (0, *self.dims))


class RepeatVector(Layer):
    """Make a sequence of each vector by repeating it.

    Args:
        n: how often.
        **kwargs: `name`, `dtype`.

    Input shape (batch, features), output shape (batch, n, features).

    >>> keras.layers.RepeatVector(3)(keras.ops.ones((2, 4))).shape
    (2, 3, 4)
    """

    _settings = ("n",)

    def __init__(self, n: int, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise TypeError(f"RepeatVector {self.name!r} needs an int; got n={n!r}.")
        check_positive(self, n=n)
        self.n = n
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The sequences."""
        batch, features = inputs.shape
        return jnp.broadcast_to(inputs[:, None], (batch, self.n, features))


def same_dtype(layer: Layer, inputs: KerasTensor) -> KerasTensor:
    """The symbolic output of a layer that changes the shape only."""
    dtype = layer.compute_dtype if dtypes.is_float(inputs.dtype) else inputs.dtype
    return KerasTensor(layer.compute_output_shape(inputs.shape), dtype)
