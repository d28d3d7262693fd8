"""From names and configs to metrics, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import losses
from cornu.core import registry
from cornu.core.identifiers import resolve
from cornu.engine.names import to_snake_case
from cornu.metrics import (
    accuracy,
    auc,
    by_class,
    confusion,
    confusion_matrix,
    correlation,
    fbeta,
    iou,
    mean,
    probabilistic,
    regression,
    tradeoff,
)
from cornu.metrics.base import Metric

CLASSES = {
    cls.__name__: cls
    for cls in (
        Metric,
        mean.Mean,
        mean.Sum,
        mean.MeanMetricWrapper,
        accuracy.Accuracy,
        accuracy.BinaryAccuracy,
        accuracy.CategoricalAccuracy,
        accuracy.SparseCategoricalAccuracy,
        accuracy.TopKCategoricalAccuracy,
        accuracy.SparseTopKCategoricalAccuracy,
        probabilistic.BinaryCrossentropy,
        probabilistic.CategoricalCrossentropy,
        probabilistic.SparseCategoricalCrossentropy,
        probabilistic.KLDivergence,
        probabilistic.Poisson,
        probabilistic.Hinge,
        probabilistic.SquaredHinge,
        probabilistic.CategoricalHinge,
        regression.MeanSquaredError,
        regression.MeanAbsoluteError,
        regression.MeanAbsolutePercentageError,
        regression.MeanSquaredLogarithmicError,
        regression.RootMeanSquaredError,
        regression.CosineSimilarity,
        regression.LogCoshError,
        confusion.TruePositives,
        confusion.FalsePositives,
        confusion.TrueNegatives,
        confusion.FalseNegatives,
        confusion.Precision,
        confusion.Recall,
        tradeoff.SensitivityAtSpecificity,
        tradeoff.SpecificityAtSensitivity,
        tradeoff.PrecisionAtRecall,
        tradeoff.RecallAtPrecision,
        auc.AUC,
        by_class.PrecisionByClass,
        by_class.RecallByClass,
        by_class.F1ByClass,
        confusion_matrix.ConfusionMatrix,
        confusion_matrix.BalancedAccuracy,
        confusion_matrix.MatthewsCorrelation,
        confusion_matrix.CohenKappa,
        fbeta.FBetaScore,
        fbeta.F1Score,
        iou.IoU,
        iou.BinaryIoU,
        iou.MeanIoU,
        iou.OneHotIoU,
        iou.OneHotMeanIoU,
        correlation.PearsonCorrelation,
        correlation.ConcordanceCorrelation,
        correlation.R2Score,
    )
}
FUNCTIONS = {
    function.__name__: function
    for function in (
        accuracy.binary_accuracy,
        accuracy.categorical_accuracy,
        accuracy.sparse_categorical_accuracy,
        accuracy.top_k_categorical_accuracy,
        accuracy.sparse_top_k_categorical_accuracy,
        correlation.pearson_correlation,
        correlation.concordance_correlation,
    )
}
SHORT = {
    "mse": regression.MeanSquaredError,
    "mae": regression.MeanAbsoluteError,
    "mape": regression.MeanAbsolutePercentageError,
    "msle": regression.MeanSquaredLogarithmicError,
    "rmse": regression.RootMeanSquaredError,
    "bce": probabilistic.BinaryCrossentropy,
    "kld": probabilistic.KLDivergence,
    "log_cosh": regression.LogCoshError,
    "logcosh": regression.LogCoshError,
    "cosine_similarity": regression.CosineSimilarity,
}
# Losses without a metric of their own serve as functions, whose mean is taken.
LOSSES = ("huber", "dice", "tversky", "binary_focal_crossentropy", "categorical_focal_crossentropy")
BY_NAME = {
    **{name: getattr(losses, name) for name in LOSSES},
    **FUNCTIONS,
    **CLASSES,
    **{to_snake_case(name): cls for name, cls in CLASSES.items()},
    "fbeta_score": fbeta.FBetaScore,
    **SHORT,
    **{name.upper(): cls for name, cls in SHORT.items()},
}


def get(identifier: Any) -> Callable | None:
    """The metric that an identifier means.

    Args:
        identifier: a name such as `"mse"` or `"AUC"`, a metric, its class or config, a function,
            or None.

    Raises:
        ValueError: for anything else; the message lists names close to it.

    >>> keras.metrics.get("mse")
    <MeanSquaredError name=mean_squared_error>
    """
    return resolve(identifier, "metric", BY_NAME, (Metric, losses.Loss))


def serialize(metric: Any) -> dict:
    """The metric's class and config, or the function's name, as plain values.

    Args:
        metric: a metric or metric function.

    >>> keras.metrics.serialize(keras.metrics.Mean())["class_name"]
    'Mean'
    """
    return registry.serialize(metric)


def deserialize(config: Any, custom_objects: dict | None = None) -> Any:
    """The metric that `serialize` wrote.

    Args:
        config: a config or a name.
        custom_objects: dict from name to class or function, for this call.

    Raises:
        ValueError: for an unknown name.

    >>> keras.metrics.deserialize("mae")
    <MeanAbsoluteError name=mean_absolute_error>
    """
    with registry.CustomObjectScope(custom_objects):
        return get(config)


registry.publish("keras", {"Metric": Metric})
registry.publish("keras.metrics", {**CLASSES, **FUNCTIONS})
