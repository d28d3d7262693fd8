"""`Concatenate`: tensors one after the other."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.core.layer import Layer
from cornu.layers.merging.base import check_masks, list_of_shapes, symbolic_output
from cornu.ops import KerasTensor, strings


class Concatenate(Layer):
    """Join tensors along an axis.

    Args:
        axis: the axis; the other sizes must be equal.
        **kwargs: `name`, `dtype`.

    >>> x1, x2 = keras.ops.ones((2, 3)), keras.ops.ones((2, 4))
    >>> keras.layers.Concatenate()([x1, x2]).shape
    (2, 7)
    """

    _settings = ("axis",)
    takes_strings = True

    def __init__(self, axis: int = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Check that the shapes fit."""
        self.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """The common shape, with the sum of the sizes on the axis."""
        shapes = list_of_shapes(self, input_shape)
        rank = len(shapes[0])
        if any(len(s) != rank for s in shapes) or not -rank <= self.axis < rank:
            raise self._error(shapes)
        result = []
        for i, sizes in enumerate(zip(*shapes)):
            known = {n for n in sizes if n is not None}
            if i == self.axis % rank:
                result.append(sum(sizes) if None not in sizes else None)
            elif len(known) > 1:
                raise self._error(shapes)
            else:
                result.append(next(iter(known), None))
        return tuple(result)

    def _error(self, shapes: list) -> ValueError:
        return ValueError(
            f"Concatenate {self.name!r} joins tensors along axis {self.axis}; their other sizes "
            f"must be equal. Got shapes {shapes}."
        )

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """The symbolic output."""
        return symbolic_output(self, inputs)

    def call(self, inputs: Sequence[jax.Array]) -> jax.Array:
        """The joined tensor."""
        joined = functools.partial(jnp.concatenate, axis=self.axis)
        return strings.moved(joined, (inputs,)) if strings.are_strings(inputs) else joined(inputs)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The joined masks, for a mask that belongs to the batch and time axes; None without."""
        if mask is None:
            return None
        check_masks(self, inputs, mask)
        if all(m is None for m in mask):
            return None
        full = [_full_mask(x, m) for x, m in zip(inputs, mask)]
        return ops.any(ops.concatenate(full, axis=self.axis), axis=-1)


def _full_mask(x: Any, mask: Any) -> Any:
    """A mask of the tensor's own shape; all True if it has none."""
    if mask is None:
        return ops.ones_like(x, dtype="bool")
    while len(mask.shape) < len(x.shape):
        mask = ops.expand_dims(mask, -1)
    return ops.logical_and(mask, ops.ones_like(x, dtype="bool"))


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Join tensors along an axis.

    Args:
        inputs: list of tensors, symbolic or not.
        axis: the axis; the other sizes must be equal.
        **kwargs: of the layer `Concatenate`.

    >>> x1, x2 = keras.ops.ones((2, 3)), keras.ops.ones((2, 4))
    >>> keras.layers.concatenate([x1, x2]).shape
    (2, 7)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)
