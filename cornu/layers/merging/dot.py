"""`Dot`: products of two tensors, sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
from jax import lax

from cornu import ops
from cornu.core.layer import Layer
from cornu.engine import dtypes
from cornu.layers.merging.base import list_of_shapes, symbolic_output
from cornu.ops import KerasTensor


class Dot(Layer):
    """Sum the products of two tensors over one axis of each, for each sample of the batch.

    Args:
        axes: axis of both tensors, or a pair, one for each; not the batch axis 0.
        normalize: whether to scale the vectors along the axes to length 1 first, which gives the
            cosine similarity.
        **kwargs: `name`, `dtype`.

    The output has the batch axis, then the other axes of the first tensor, then those of the
    second; of two matrices it has shape (batch, 1).

    Raises:
        TypeError: if `axes` is no int or pair of ints.
        ValueError: if the shapes do not fit.

    >>> x1, x2 = keras.ops.ones((2, 3, 4)), keras.ops.ones((2, 5, 4))
    >>> keras.layers.Dot(axes=2)([x1, x2]).shape
    (2, 3, 5)
    """

    _settings = ("axes", "normalize")

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(axes, (int, list, tuple)):
            raise TypeError(
                f"Dot {self.name!r} needs an int or a pair of ints as axes; got {axes!r}."
            )
        if not isinstance(axes, int) and (
            len(axes) != 2 or not all(isinstance(a, int) for a in axes)
        ):
            raise ValueError(f"Dot {self.name!r} needs two ints as axes; got {axes!r}.")
        self.axes = axes
        self.normalize = normalize
        self.supports_masking = True

    def _checked(self, input_shape: Any) -> tuple[tuple, tuple, int, int]:
        """Both shapes and the axis of each that is summed, counted from 0."""
        shapes = list_of_shapes(self, input_shape)
        if len(shapes) != 2:
            raise ValueError(f"Dot {self.name!r} takes two inputs; got {len(shapes)}.")
        pair = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        axes = []
        for axis, shape in zip(pair, shapes):
            if not -len(shape) < axis < len(shape) or axis == 0:
                raise ValueError(
                    f"Dot {self.name!r} cannot sum over axis {axis} of an input of shape {shape}: "
                    "it must be one of its axes, and not the batch axis."
                )
            axes.append(axis % len(shape))
        batches = shapes[0][0], shapes[1][0]
        if batches[0] != batches[1] and all(type(n) is int for n in batches):
            raise ValueError(
                f"Dot {self.name!r} needs the same batch size in both inputs; got shapes "
                f"{shapes[0]} and {shapes[1]}."
            )
        one, two = shapes[0][axes[0]], shapes[1][axes[1]]
        if one is not None and two is not None and one != two:
            raise ValueError(
                f"Dot {self.name!r} needs equal sizes on the axes it sums over; got inputs of "
                f"shapes {shapes[0]} and {shapes[1]} with axes={self.axes}."
            )
        return (*shapes, *axes)

    def build(self, input_shape: Any) -> None:
        """Check that the shapes fit."""
        self._checked(input_shape)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """(batch, the first's other axes, the second's other axes)."""
        first, second, i, j = self._checked(input_shape)
        batch = first[0] if first[0] is not None else second[0]
        rest = (*first[1:i], *first[i + 1 :], *second[1:j], *second[j + 1 :])
        return (batch, *(rest or (1,)))

    def compute_output_spec(self, inputs: Any) -> KerasTensor:
        """The symbolic output."""
        return symbolic_output(self, inputs)

    def call(self, inputs: Sequence[jax.Array]) -> jax.Array:
        """The products."""
        x, y = inputs
        *_, i, j = self._checked([x.shape, y.shape])
        if self.normalize:
            x, y = ops.normalize(x, axis=i), ops.normalize(y, axis=j)
        dtype = dtypes.result_type(x.dtype, y.dtype)
        x, y = x.astype(dtype), y.astype(dtype)
        products = lax.dot_general(x, y, (((i,), (j,)), ((0,), (0,))))
        return products if products.ndim > 1 else products[:, None]

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """None: steps of the inputs are not those of the output."""
        return None


def dot(inputs: Sequence[Any], axes: int | Sequence[int] = -1, **kwargs: Any) -> Any:
    """Sum the products of two tensors over one axis of each, for each sample of the batch.

    Args:
        inputs: two tensors, symbolic or not.
        axes: axis of both tensors, or a pair, one for each.
        **kwargs: of the layer `Dot`.

    >>> x1, x2 = keras.ops.ones((2, 3, 4)), keras.ops.ones((2, 5, 4))
    >>> keras.layers.dot([x1, x2]).shape
    (2, 3, 5)
    """
    return Dot(axes=axes, **kwargs)(inputs)
