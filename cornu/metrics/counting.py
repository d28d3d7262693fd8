"""True and false positives and negatives at many thresholds, in one pass over the predictions."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from cornu.losses.tensors import align_weights, as_dtype, same_rank

# Up to here every prediction is compared with every threshold; beyond, predictions are sorted
# into the gaps between thresholds, which costs the same for any number of them.
FEW_THRESHOLDS = 16
LOWEST = -1e10


class Counts(NamedTuple):
    """Weighted counts of shape (thresholds,), or (thresholds, labels)."""

    true_positives: jax.Array
    false_positives: jax.Array
    true_negatives: jax.Array
    false_negatives: jax.Array


def count(
    y_true: Any,
    y_pred: Any,
    thresholds: Any,
    sample_weight: Any = None,
    dtype: str = "float32",
    top_k: int | None = None,
    class_id: int | None = None,
    by_label: bool = False,
) -> Counts:
    """Count what lies above and below each threshold.

    Args:
        y_true: targets 0 or 1, tensor of any shape.
        y_pred: predictions of the same shape; above the threshold means positive.
        thresholds: list of numbers.
        sample_weight: a number, or a tensor shaped like the first axes of `y_pred`.
        dtype: dtype of the counts.
        top_k: predictions not among the k highest along the last axis count as negative.
        class_id: index along the last axis, if only one class is to be counted.
        by_label: whether the entries of the last axis are counted apart.

    Raises:
        ValueError: if the shapes differ, or there is no such class.
    """
    y_true, y_pred = same_rank(as_dtype(y_true, dtype), as_dtype(y_pred, dtype))
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "This metric takes targets and predictions of the same shape; got "
            f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}. Turn class indices to one column "
            "per class with `keras.utils.to_categorical`, or use a metric that takes class indices."
        )
    weights = jnp.ones((), dtype)
    if sample_weight is not None:
        weights = align_weights(as_dtype(sample_weight, dtype), y_pred)
    weights = jnp.broadcast_to(weights, y_pred.shape)
    if top_k is not None:
        y_pred = _only_highest(y_pred, top_k)
    if class_id is not None:
        classes = y_pred.shape[-1] if y_pred.ndim else 0
        if not 0 <= class_id < classes:
            raise ValueError(
                f"class_id is {class_id}, but the predictions, of shape {tuple(y_pred.shape)}, "
                f"have classes 0 to {classes - 1}."
            )
        y_true, y_pred, weights = (x[..., class_id] for x in (y_true, y_pred, weights))
    labels = y_pred.shape[-1] if by_label else 1
    y_true, y_pred, weights = (x.reshape(-1, labels) for x in (y_true, y_pred, weights))
    positive = jnp.where(y_true != 0, weights, 0)
    negative = jnp.where(y_true != 0, 0, weights)
    above = _above(y_pred, jnp.stack([positive, negative], axis=-1), np.asarray(thresholds, dtype))
    true_positives, false_positives = above[..., 0], above[..., 1]
    counts = Counts(
        true_positives,
        false_positives,
        jnp.sum(negative, axis=0) - false_positives,
        jnp.sum(positive, axis=0) - true_positives,
    )
    return counts if by_label else Counts(*(c[:, 0] for c in counts))


def _only_highest(y_pred: jax.Array, k: int) -> jax.Array:
    k = min(k, y_pred.shape[-1])
    _, index = jax.lax.top_k(y_pred, k)
    chosen = jnp.sum(jax.nn.one_hot(index, y_pred.shape[-1], dtype="int32"), axis=-2) > 0
    return jnp.where(chosen, y_pred, LOWEST)


def _above(y_pred: jax.Array, weights: jax.Array, thresholds: np.ndarray) -> jax.Array:
    """Sum of the weights (n, labels, 2) whose prediction (n, labels) exceeds each threshold."""
    if len(thresholds) <= FEW_THRESHOLDS:
        exceeds = (y_pred > thresholds[:, None, None]).astype(weights.dtype)
        return jnp.einsum("tnl,nlc->tlc", exceeds, weights, precision="highest")
    order = np.argsort(thresholds, kind="stable")
    # `left`: a prediction equal to a threshold does not exceed it.
    gap = jnp.searchsorted(thresholds[order], y_pred, side="left")
    size, labels = len(thresholds) + 1, y_pred.shape[1]
    place = gap * labels + jnp.arange(labels)
    sums = jax.ops.segment_sum(weights.reshape(-1, 2), place.reshape(-1), size * labels)
    sums = sums.reshape(size, labels, 2)
    exceeding = jnp.cumsum(sums[::-1], axis=0)[::-1][1:]
    return exceeding[np.argsort(order)]


def parse_thresholds(owner: str, thresholds: Any, default: float = 0.5) -> list[float]:
    """The thresholds as a list, after a check.

    Raises:
        ValueError: if one is no number in [0, 1].
    """
    if thresholds is None:
        return [default]
    values = np.asarray(thresholds, dtype=object).reshape(-1).tolist()
    if not values or any(not _is_share(value) for value in values):
        raise ValueError(f"{owner}: thresholds must lie in [0, 1]; got {thresholds!r}.")
    return [float(value) for value in values]


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and 0 <= value <= 1


def ratio(part: Any, whole: Any) -> jax.Array:
    """`part / whole`, 0 where the whole is 0."""
    return jnp.where(whole == 0, 0, part / jnp.where(whole == 0, 1, whole))
