"""Losses for classes of very different size, from the number of training samples in each class.

All three are cross-entropies with other weights or other logits. The predictions of two classes may
also be one column, as a sigmoid gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import ops
from cornu.engine import config
from cornu.losses.base import FunctionLoss
from cornu.losses.targets import compares
from cornu.losses.tensors import as_dtype, class_indices, float_tensor
from cornu.ops.nn.origin import logits_of

FORMS = ("softmax", "sigmoid", "focal")


@compares("class indices", "one-hot", "binary")
def class_balanced_crossentropy(
    y_true: Any,
    y_pred: Any,
    class_counts: Sequence[float],
    beta: float = 0.999,
    form: str = "softmax",
    gamma: float = 2.0,
    from_logits: bool = False,
) -> jax.Array:
    """Cross-entropy times `(1 - beta) / (1 - beta^n)`, n the number of samples of the class.

    `(1 - beta^n) / (1 - beta)` is the effective number of samples: the more there are, the more of
    them repeat what others show. The weights are scaled so that they sum to the number of classes.

    Args:
        y_true: class indices (batch, ...), or one-hot targets (batch, ..., classes).
        y_pred: probabilities, or logits, of shape (batch, ..., classes); or (batch, ..., 1) for two
            classes.
        class_counts: number of training samples in each class, positive.
        beta: from 0 (no weights) towards 1 (weights `1 / n`).
        form: `"softmax"`, or `"sigmoid"`, a binary cross-entropy for each class, added up, or
            `"focal"`, the same with factors `(1 - p)^gamma`.
        gamma: how much less easy examples count, for `"focal"`.
        from_logits: whether `y_pred` holds logits.

    Returns:
        Tensor of shape (batch, ...).

    Raises:
        ValueError: for counts that are not positive, or of another number than the classes.

    References:
        Cui et al., 2019, https://arxiv.org/abs/1901.05555

    >>> loss = keras.losses.class_balanced_crossentropy([1], [[0.5, 0.5]], [90, 10], beta=0.9)
    >>> round(loss.item(), 4)
    0.8395
    """
    counts = checked_counts("class_balanced_crossentropy", class_counts)
    activation = "softmax" if form == "softmax" else "sigmoid"
    logits, target = logits_and_target(y_true, y_pred, counts, from_logits, activation)
    weights = jnp.asarray(class_balanced_weights(counts, beta), logits.dtype)
    weight = jnp.sum(target * weights, axis=-1)
    if form == "softmax":
        return weight * softmax_crossentropy(target, logits)
    # The logit towards the truth of each binary question.
    signed = jnp.where(target > 0, logits, -logits)
    values = -jax.nn.log_sigmoid(signed)
    if form == "focal":
        values = values * jax.nn.sigmoid(-signed) ** gamma
    values = jnp.sum(values, axis=-1)
    # One column is one question, though it stands here twice.
    return weight * (values / 2 if np.shape(y_pred)[-1] == 1 else values)


@compares("class indices", "one-hot", "binary")
def logit_adjusted_crossentropy(
    y_true: Any,
    y_pred: Any,
    class_counts: Sequence[float],
    tau: float = 1.0,
    from_logits: bool = False,
) -> jax.Array:
    """Cross-entropy of the softmax of `logits + tau * log(fraction of each class)`.

    Common classes have a head start in training, which the model's own outputs lack when it
    predicts: their largest value is then the class that balanced accuracy asks for.

    Args:
        y_true: class indices (batch, ...), or one-hot targets (batch, ..., classes).
        y_pred: probabilities, or logits, of shape (batch, ..., classes); or (batch, ..., 1) for two
            classes.
        class_counts: number of training samples in each class, positive.
        tau: strength; 0 gives the cross-entropy.
        from_logits: whether `y_pred` holds logits.

    Returns:
        Tensor of shape (batch, ...).

    Raises:
        ValueError: for counts that are not positive, or of another number than the classes.

    References:
        Menon et al., 2021, https://arxiv.org/abs/2007.07314

    >>> loss = keras.losses.logit_adjusted_crossentropy([1], [[0.5, 0.5]], [90, 10])
    >>> round(loss.item(), 4)
    2.3026
    """
    counts = checked_counts("logit_adjusted_crossentropy", class_counts)
    logits, target = logits_and_target(y_true, y_pred, counts, from_logits, "softmax")
    logits = logits + jnp.asarray(tau * np.log(counts / counts.sum()), logits.dtype)
    return softmax_crossentropy(target, logits)


@compares("class indices", "one-hot", "binary")
def label_distribution_aware_margin(
    y_true: Any,
    y_pred: Any,
    class_counts: Sequence[float],
    max_margin: float = 0.5,
    scale: float = 1.0,
    from_logits: bool = False,
) -> jax.Array:
    """Cross-entropy in which the logit of the target is lowered by `C / n^(1/4)`.

    n is the number of samples of the class: rare classes are kept farther from the boundary.

    Args:
        y_true: class indices (batch, ...), or one-hot targets (batch, ..., classes).
        y_pred: probabilities, or logits, of shape (batch, ..., classes); or (batch, ..., 1) for two
            classes.
        class_counts: number of training samples in each class, positive.
        max_margin: the margin of the rarest class, which sets C.
        scale: factor of the logits after the margin; around 30 where the logits are cosines.
        from_logits: whether `y_pred` holds logits.

    Returns:
        Tensor of shape (batch, ...).

    Raises:
        ValueError: for counts that are not positive, or of another number than the classes.

    References:
        Cao et al., 2019, https://arxiv.org/abs/1906.07413

    >>> loss = keras.losses.label_distribution_aware_margin([1], [[0.5, 0.5]], [90, 10])
    >>> round(loss.item(), 4)
    0.9741
    """
    counts = checked_counts("label_distribution_aware_margin", class_counts)
    logits, target = logits_and_target(y_true, y_pred, counts, from_logits, "softmax")
    margins = max_margin * (counts / counts.min()) ** -0.25
    logits = scale * (logits - target * jnp.asarray(margins, logits.dtype))
    return softmax_crossentropy(target, logits)


def softmax_crossentropy(target: jax.Array, logits: jax.Array) -> jax.Array:
    """Cross-entropy (batch, ...) of one-hot targets and the softmax of logits."""
    return -jnp.sum(target * jax.nn.log_softmax(logits), axis=-1)


def class_balanced_weights(class_counts: Any, beta: float) -> np.ndarray:
    """`(1 - beta) / (1 - beta^n)` for each class, scaled to sum to the number of classes."""
    counts = np.asarray(class_counts, "float64")
    # expm1 and log keep 1 - beta^n exact where beta^n rounds to 1.
    effective = counts if beta == 1 else -np.expm1(counts * np.log(beta)) if beta else counts**0
    weights = 1.0 / effective
    return weights * len(counts) / weights.sum()


def checked_counts(owner: str, class_counts: Any) -> np.ndarray:
    """Samples of each class as float64 `(classes,)`.

    Raises:
        ValueError: for fewer than two classes, or one that has no samples.
    """
    counts = np.asarray(class_counts, "float64")
    if counts.ndim != 1 or len(counts) < 2 or not (counts > 0).all() or np.isinf(counts).any():
        raise ValueError(
            f"{owner}: class_counts must be the number of training samples in each of at least two "
            f"classes, all above 0; got {class_counts!r}. Leave a class without samples out of the "
            "model's outputs, or merge it with another."
        )
    return counts


def logits_and_target(
    y_true: Any, y_pred: Any, counts: np.ndarray, from_logits: bool, activation: str
) -> tuple[jax.Array, jax.Array]:
    """Logits and one-hot targets, both (batch, ..., classes)."""
    y_pred = float_tensor(y_pred)
    columns = y_pred.shape[-1] if y_pred.shape else 0
    binary = columns == 1 and len(counts) == 2
    if columns != len(counts) and not binary:
        raise ValueError(
            f"class_counts has {len(counts)} entries, but the predictions have shape "
            f"{tuple(y_pred.shape)}, that is {columns} classes."
        )
    logits = _logits(y_pred, from_logits, "sigmoid" if binary else activation)
    y_true = ops.convert_to_tensor(y_true)
    if binary:
        # softmax([0, z]) is (1 - sigmoid(z), sigmoid(z)); for one question per class, (-z, z).
        logits = jnp.concatenate(
            [jnp.zeros_like(logits) if activation == "softmax" else -logits, logits], axis=-1
        )
        positive = y_true if y_true.ndim == y_pred.ndim else y_true[..., None]
        positive = as_dtype(positive, logits.dtype)
        return logits, jnp.concatenate([1 - positive, positive], axis=-1)
    if y_true.shape == y_pred.shape:
        return logits, as_dtype(y_true, logits.dtype)
    classes = as_dtype(class_indices(y_true, y_pred), "int32")
    return logits, jax.nn.one_hot(classes, columns, dtype=logits.dtype)


def _logits(y_pred: Any, from_logits: bool, activation: str) -> jax.Array:
    if from_logits:
        return y_pred
    known = logits_of(y_pred, None if activation == "sigmoid" else y_pred.ndim - 1)
    if known is None and activation == "softmax":
        known = logits_of(y_pred, -1)
    if known is not None:
        return known
    y_pred = jnp.clip(y_pred, config.epsilon(), 1.0 - config.epsilon())
    # The softmax does not change when all logits are shifted alike.
    return jnp.log(y_pred) if activation == "softmax" else jnp.log(y_pred) - jnp.log1p(-y_pred)


class ByClassCounts(FunctionLoss):
    """A loss that is a function of the number of training samples in each class.

    Args:
        fn: takes `y_true`, `y_pred`, `class_counts`, `from_logits` and the settings.
        class_counts: see the subclasses, as all that follow.
        from_logits: see there.
        reduction: see there.
        name: see there.
        dtype: see there.
        **settings: further arguments of the function.
    """

    def __init__(
        self,
        fn: Callable,
        class_counts: Sequence[float],
        from_logits: bool,
        reduction: str | None,
        name: str | None,
        dtype: Any,
        **settings: Any,
    ):
        counts = checked_counts(type(self).__name__, class_counts).tolist()
        settings = {"class_counts": counts, "from_logits": from_logits, **settings}
        super().__init__(fn, reduction, name, dtype, **settings)


class ClassBalancedCrossentropy(ByClassCounts):
    """Cross-entropy times `(1 - beta) / (1 - beta^n)`, n the number of samples of the class.

    Args:
        class_counts: number of training samples in each class, positive.
        beta: from 0 (no weights) towards 1 (weights `1 / n`).
        form: `"softmax"`, or `"sigmoid"`, a binary cross-entropy for each class, or `"focal"`,
            the same with factors `(1 - p)^gamma`.
        gamma: how much less easy examples count, for `"focal"`.
        from_logits: whether predictions are logits.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    Raises:
        ValueError: for counts that are not positive, another form, or `beta` outside of [0, 1].

    References:
        Cui et al., 2019, https://arxiv.org/abs/1901.05555

    >>> loss = keras.losses.ClassBalancedCrossentropy([90, 10], beta=0.9)
    >>> round(loss([1], [[0.5, 0.5]]).item(), 4)
    0.8395
    """

    def __init__(
        self,
        class_counts: Sequence[float],
        beta: float = 0.999,
        form: str = "softmax",
        gamma: float = 2.0,
        from_logits: bool = False,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "class_balanced_crossentropy",
        dtype: Any = None,
    ):
        owner = type(self).__name__
        if form not in FORMS:
            raise ValueError(f"{owner}: form must be one of {', '.join(FORMS)}; got {form!r}.")
        if not 0 <= beta <= 1:
            raise ValueError(f"{owner}: beta must lie in [0, 1]; got {beta!r}.")
        common = class_counts, from_logits, reduction, name, dtype
        super().__init__(class_balanced_crossentropy, *common, beta=beta, form=form, gamma=gamma)


class LogitAdjustedCrossentropy(ByClassCounts):
    """Cross-entropy of the softmax of `logits + tau * log(fraction of each class)`.

    Args:
        class_counts: number of training samples in each class, positive.
        tau: strength; 0 gives the cross-entropy.
        from_logits: whether predictions are logits.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    Raises:
        ValueError: for counts that are not positive.

    References:
        Menon et al., 2021, https://arxiv.org/abs/2007.07314

    >>> loss = keras.losses.LogitAdjustedCrossentropy([90, 10])
    >>> round(loss([1], [[0.5, 0.5]]).item(), 4)
    2.3026
    """

    def __init__(
        self,
        class_counts: Sequence[float],
        tau: float = 1.0,
        from_logits: bool = False,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "logit_adjusted_crossentropy",
        dtype: Any = None,
    ):
        common = class_counts, from_logits, reduction, name, dtype
        super().__init__(logit_adjusted_crossentropy, *common, tau=tau)


class LabelDistributionAwareMargin(ByClassCounts):
    """Cross-entropy in which the logit of the target is lowered by `C / n^(1/4)`.

    Args:
        class_counts: number of training samples in each class, positive.
        max_margin: the margin of the rarest class, which sets C.
        scale: factor of the logits after the margin; around 30 where the logits are cosines.
        from_logits: whether predictions are logits.
        reduction: see `keras.Loss`.
        name: its name.
        dtype: see `keras.Loss`.

    Raises:
        ValueError: for counts that are not positive.

    References:
        Cao et al., 2019, https://arxiv.org/abs/1906.07413

    >>> loss = keras.losses.LabelDistributionAwareMargin([90, 10])
    >>> round(loss([1], [[0.5, 0.5]]).item(), 4)
    0.9741
    """

    def __init__(
        self,
        class_counts: Sequence[float],
        max_margin: float = 0.5,
        scale: float = 1.0,
        from_logits: bool = False,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "label_distribution_aware_margin",
        dtype: Any = None,
    ):
        common = class_counts, from_logits, reduction, name, dtype
        super().__init__(
            label_distribution_aware_margin, *common, max_margin=max_margin, scale=scale
        )
