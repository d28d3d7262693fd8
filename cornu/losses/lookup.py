"""From names and configs to losses, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.core import registry
from cornu.core.identifiers import resolve
from cornu.losses import (
    crossentropy,
    divergence,
    focal,
    imbalance,
    margins,
    overlap,
    regression,
    sequences,
    similarity,
)
from cornu.losses.base import Loss

FUNCTIONS = {
    function.__name__: function
    for function in (
        crossentropy.binary_crossentropy,
        crossentropy.categorical_crossentropy,
        crossentropy.sparse_categorical_crossentropy,
        focal.binary_focal_crossentropy,
        focal.categorical_focal_crossentropy,
        imbalance.class_balanced_crossentropy,
        imbalance.logit_adjusted_crossentropy,
        imbalance.label_distribution_aware_margin,
        divergence.kl_divergence,
        divergence.poisson,
        divergence.categorical_generalized_cross_entropy,
        regression.mean_squared_error,
        regression.mean_absolute_error,
        regression.mean_absolute_percentage_error,
        regression.mean_squared_logarithmic_error,
        regression.huber,
        regression.log_cosh,
        regression.cosine_similarity,
        margins.hinge,
        margins.squared_hinge,
        margins.categorical_hinge,
        overlap.dice,
        overlap.tversky,
        similarity.circle,
        sequences.ctc,
    )
}
CLASSES = {
    cls.__name__: cls
    for cls in (
        Loss,
        crossentropy.BinaryCrossentropy,
        crossentropy.CategoricalCrossentropy,
        crossentropy.SparseCategoricalCrossentropy,
        focal.BinaryFocalCrossentropy,
        focal.CategoricalFocalCrossentropy,
        imbalance.ClassBalancedCrossentropy,
        imbalance.LogitAdjustedCrossentropy,
        imbalance.LabelDistributionAwareMargin,
        divergence.KLDivergence,
        divergence.Poisson,
        divergence.CategoricalGeneralizedCrossEntropy,
        regression.MeanSquaredError,
        regression.MeanAbsoluteError,
        regression.MeanAbsolutePercentageError,
        regression.MeanSquaredLogarithmicError,
        regression.Huber,
        regression.LogCosh,
        regression.CosineSimilarity,
        margins.Hinge,
        margins.SquaredHinge,
        margins.CategoricalHinge,
        overlap.Dice,
        overlap.Tversky,
        similarity.Circle,
        sequences.CTC,
    )
}
SHORT = {
    "mse": regression.mean_squared_error,
    "mae": regression.mean_absolute_error,
    "mape": regression.mean_absolute_percentage_error,
    "msle": regression.mean_squared_logarithmic_error,
    "bce": crossentropy.binary_crossentropy,
    "kld": divergence.kl_divergence,
    "logcosh": regression.log_cosh,
}
BY_NAME = {**CLASSES, **FUNCTIONS, **SHORT, **{name.upper(): fn for name, fn in SHORT.items()}}


def get(identifier: Any) -> Callable | None:
    """The loss that an identifier means.

    Args:
        identifier: a name such as `"mse"` (gives a function) or `"Huber"` (gives an instance), a
            loss, its class or config, a function, or None.

    Raises:
        ValueError: for anything else; the message lists names close to it.

    >>> keras.losses.get("mse") is keras.losses.mean_squared_error
    True
    """
    return resolve(identifier, "loss", BY_NAME, (Loss,))


def serialize(loss: Any) -> dict:
    """The loss's class and config, or the function's name, as plain values.

    Args:
        loss: a loss or loss function.

    >>> keras.losses.serialize(keras.losses.Huber())["class_name"]
    'Huber'
    """
    return registry.serialize(loss)


def deserialize(name: Any, custom_objects: dict | None = None) -> Any:
    """The loss that `serialize` wrote.

    Args:
        name: a config or a name.
        custom_objects: dict from name to class or function, for this call.

    Raises:
        ValueError: for an unknown name.

    >>> keras.losses.deserialize("mae") is keras.losses.mean_absolute_error
    True
    """
    with registry.CustomObjectScope(custom_objects):
        return get(name)


registry.publish("keras", {"Loss": Loss})
registry.publish("keras.losses", {**CLASSES, **FUNCTIONS})
