"""Sums, products, means and extremes of several tensors, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import jax
import jax.numpy as jnp

from cornu.layers.merging.base import Merge, symbolic_output
from cornu.ops import KerasTensor


class Add(Merge):
    """Sum of tensors, element by element.

    Shapes broadcast; a tensor of lower rank gets axes of size 1 after its batch axis.

    Args:
        **kwargs: `name`, `dtype`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.Add()([x1, x2]).tolist()
    [[4.0, 6.0]]
    """

    def merge(self, tensors: list[jax.Array]) -> jax.Array:
        """Combine tensors of equal rank."""
        return reduce(jnp.add, tensors)


class Subtract(Merge):
    """Difference of two tensors, element by element.

    Shapes broadcast; a tensor of lower rank gets axes of size 1 after its batch axis.

    Args:
        **kwargs: `name`, `dtype`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 5.0]])
    >>> keras.layers.Subtract()([x1, x2]).tolist()
    [[-2.0, -3.0]]
    """

    exact_inputs = 2

    def merge(self, tensors: list[jax.Array]) -> jax.Array:
        """Combine tensors of equal rank."""
        return jnp.subtract(*tensors)


class Multiply(Merge):
    """Product of tensors, element by element.

    Shapes broadcast; a tensor of lower rank gets axes of size 1 after its batch axis.

    Args:
        **kwargs: `name`, `dtype`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.Multiply()([x1, x2]).tolist()
    [[3.0, 8.0]]
    """

    leaves_masked_out = True

    def merge(self, tensors: list[jax.Array]) -> jax.Array:
        """Combine tensors of equal rank."""
        return reduce(jnp.multiply, tensors)


class Average(Merge):
    """Mean of tensors, element by element.

    Shapes broadcast; a tensor of lower rank gets axes of size 1 after its batch axis.

    Args:
        **kwargs: `name`, `dtype`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.Average()([x1, x2]).tolist()
    [[2.0, 3.0]]
    """

    def merge(self, tensors: list[jax.Array]) -> jax.Array:
        """Combine tensors of equal rank."""
        return reduce(jnp.add, tensors) / len(tensors)

    def compute_output_spec(self, inputs: Any, mask: Any = None) -> KerasTensor:
        """The symbolic output, of a float type."""
        return symbolic_output(self, inputs, float)


class Maximum(Merge):
    """Greatest of tensors, element by element.

    Shapes broadcast; a tensor of lower rank gets axes of size 1 after its batch axis.

    Args:
        **kwargs: `name`, `dtype`.

    >>> x1, x2 = keras.ops.array([[1.0, 5.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.Maximum()([x1, x2]).tolist()
    [[3.0, 5.0]]
    """

    leaves_masked_out = True

    def merge(self, tensors: list[jax.Array]) -> jax.Array:
        """Combine tensors of equal rank."""
        return reduce(jnp.maximum, tensors)


class Minimum(Merge):
    """Least of tensors, element by element.

    Shapes broadcast; a tensor of lower rank gets axes of size 1 after its batch axis.

    Args:
        **kwargs: `name`, `dtype`.

    >>> x1, x2 = keras.ops.array([[1.0, 5.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.Minimum()([x1, x2]).tolist()
    [[1.0, 4.0]]
    """

    leaves_masked_out = True

    def merge(self, tensors: list[jax.Array]) -> jax.Array:
        """Combine tensors of equal rank."""
        return reduce(jnp.minimum, tensors)


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Sum of tensors, element by element.

    Args:
        inputs: list of tensors, symbolic or not.
        **kwargs: of the layer `Add`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.add([x1, x2]).tolist()
    [[4.0, 6.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Difference of two tensors, element by element.

    Args:
        inputs: two tensors, symbolic or not.
        **kwargs: of the layer `Subtract`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 5.0]])
    >>> keras.layers.subtract([x1, x2]).tolist()
    [[-2.0, -3.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Product of tensors, element by element.

    Args:
        inputs: list of tensors, symbolic or not.
        **kwargs: of the layer `Multiply`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.multiply([x1, x2]).tolist()
    [[3.0, 8.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Mean of tensors, element by element.

    Args:
        inputs: list of tensors, symbolic or not.
        **kwargs: of the layer `Average`.

    >>> x1, x2 = keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.average([x1, x2]).tolist()
    [[2.0, 3.0]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Greatest of tensors, element by element.

    Args:
        inputs: list of tensors, symbolic or not.
        **kwargs: of the layer `Maximum`.

    >>> x1, x2 = keras.ops.array([[1.0, 5.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.maximum([x1, x2]).tolist()
    [[3.0, 5.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Least of tensors, element by element.

    Args:
        inputs: list of tensors, symbolic or not.
        **kwargs: of the layer `Minimum`.

    >>> x1, x2 = keras.ops.array([[1.0, 5.0]]), keras.ops.array([[3.0, 4.0]])
    >>> keras.layers.minimum([x1, x2]).tolist()
    [[1.0, 4.0]]
    """
    return Minimum(**kwargs)(inputs)
