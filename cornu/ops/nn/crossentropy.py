"""Cross-entropies of targets and predictions.

Probabilities are clipped to [epsilon, 1 - epsilon] before the logarithm, as Keras does. Where they
come straight from a softmax or sigmoid (see `origin`), the logarithm is taken from the logits and
clipped to the same limits; the gradient is then that of the unclipped loss, so that a confident
wrong prediction still learns.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from cornu import kernels
from cornu.engine import config
from cornu.ops.nn.origin import logits_of
from cornu.ops.op import as_array, as_float, op


@op
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> jax.Array:
    """`-sum(target * log(output))` along the class axis.

    Args:
        target: class probabilities, tensor of the shape of `output`.
        output: predicted probabilities, which are divided by their sum first, or logits.
        from_logits: whether `output` holds logits.
        axis: the class axis.

    Returns:
        Tensor without the class axis.

    Raises:
        ValueError: if the shapes differ.

    >>> loss = keras.ops.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
    >>> round(loss.item(), 4)
    0.6931
    """
    target, output = as_array(target), as_float(output)
    if target.shape != output.shape or not output.ndim:
        raise ValueError(
            "categorical_crossentropy takes targets and predictions of the same shape, of rank 1 "
            f"or more; got {tuple(target.shape)} and {tuple(output.shape)}. For integer classes "
            "use sparse_categorical_crossentropy."
        )
    target = target.astype(jnp.promote_types(target.dtype, output.dtype))
    if from_logits:
        logits, classes = jnp.moveaxis(output, axis, -1), jnp.moveaxis(target, axis, -1)
        return kernels.softmax_cross_entropy(logits, classes).astype(target.dtype)
    logits = logits_of(output, axis % output.ndim)
    if logits is None:
        logs = jnp.log(clip(output / jnp.sum(output, axis=axis, keepdims=True)))
    else:
        logs = _clip_log(jax.nn.log_softmax(logits, axis=axis))
    return -jnp.sum(target * logs, axis=axis)


@op
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> jax.Array:
    """Minus the logarithm of the probability predicted for the target class.

    Args:
        target: class indices, of the shape of `output` without the class axis, which may be there
            with size 1. A number that is no class gives 0.
        output: predicted probabilities, which are divided by their sum first, or logits.
        from_logits: whether `output` holds logits.
        axis: the class axis.

    Returns:
        Tensor without the class axis.

    Raises:
        ValueError: if the shapes do not fit together.

    >>> loss = keras.ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]])
    >>> round(loss.item(), 4)
    0.6931
    """
    target, output = as_array(target), as_float(output)
    if target.ndim == output.ndim and target.ndim and target.shape[axis] == 1:
        target = jnp.squeeze(target, axis)
    expected = list(output.shape)
    if output.ndim:
        del expected[axis]
    if not output.ndim or target.shape != tuple(expected):
        raise ValueError(
            "sparse_categorical_crossentropy takes class indices of the shape of the predictions "
            f"without the class axis {axis}; got targets of shape {tuple(target.shape)} and "
            f"predictions of shape {tuple(output.shape)}. For one-hot targets use "
            "categorical_crossentropy."
        )
    target = target.astype("int32")
    if from_logits:
        return kernels.softmax_cross_entropy_with_integer_labels(
            jnp.moveaxis(output, axis, -1), target
        )
    logits = logits_of(output, axis % output.ndim)
    known = (target >= 0) & (target < output.shape[axis])
    if logits is not None:
        loss = kernels.softmax_cross_entropy_with_integer_labels(
            jnp.moveaxis(logits, axis, -1), target
        )
        return jnp.where(known, -_clip_log(-loss), 0)
    # Only the target's probability needs a logarithm.
    index = lax.broadcasted_iota("int32", output.shape, axis % output.ndim)
    chosen = jnp.where(index == jnp.expand_dims(target, axis), output, 0)
    probability = jnp.sum(chosen, axis=axis) / jnp.sum(output, axis=axis)
    return jnp.where(known, -jnp.log(clip(probability)), 0)


@op
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> jax.Array:
    """`-target * log(output) - (1 - target) * log(1 - output)`, element by element.

    Args:
        target: probabilities, tensor of the shape of `output`.
        output: predicted probabilities, or logits.
        from_logits: whether `output` holds logits.

    Returns:
        Tensor of the shape of `output`.

    Raises:
        ValueError: if the shapes differ.

    >>> round(keras.ops.binary_crossentropy([1.0], [0.5]).item(), 4)
    0.6931
    """
    target, output = as_array(target), as_float(output)
    if target.shape != output.shape:
        raise ValueError(
            "binary_crossentropy takes targets and predictions of the same shape; got "
            f"{tuple(target.shape)} and {tuple(output.shape)}."
        )
    target = target.astype(jnp.promote_types(target.dtype, output.dtype))
    if from_logits:
        positive, negative = jax.nn.log_sigmoid(output), jax.nn.log_sigmoid(-output)
        return -target * positive - (1 - target) * negative
    low, high = limits(output.dtype)
    logits = logits_of(output)
    if logits is None:
        output = jnp.clip(output, low, high)
        # In 16 bits 1 - epsilon is 1, whose complement has no logarithm.
        complement = jnp.maximum(1 - output, low)
        return -target * jnp.log(output) - (1 - target) * jnp.log(complement)
    positive = _clip_value(jax.nn.log_sigmoid(logits), np.log(low), np.log(high))
    negative = _clip_value(jax.nn.log_sigmoid(-logits), np.log(max(1 - high, low)), np.log(1 - low))
    return -target * positive - (1 - target) * negative


def limits(dtype: Any) -> tuple[float, float]:
    """Where probabilities are clipped: epsilon and 1 - epsilon, as the dtype represents them."""
    epsilon = config.epsilon()
    low = float(np.asarray(epsilon, dtype)) or float(jnp.finfo(dtype).tiny)
    return low, float(np.asarray(1 - epsilon, dtype))


def clip(probabilities: jax.Array) -> jax.Array:
    """The probabilities between the limits of their dtype."""
    return jnp.clip(probabilities, *limits(probabilities.dtype))


def _clip_log(x: jax.Array) -> jax.Array:
    """Logarithms of probabilities, clipped as the probabilities would be."""
    low, high = limits(x.dtype)
    return _clip_value(x, np.log(low), np.log(high))


def _clip_value(x: jax.Array, low: float, high: float) -> jax.Array:
    """`x` between the limits, with the gradient of `x`."""
    return x + lax.stop_gradient(jnp.clip(x, low, high) - x)
