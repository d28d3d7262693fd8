"""Classes of very different size: weights, samplers, thresholds, calibration."""

from cornu.model_selection.imbalance.batches import BalancedBatches
from cornu.model_selection.imbalance.calibration import (
    Calibration,
    IsotonicCalibration,
    TemperatureScaling,
    calibration_curve,
)
from cornu.model_selection.imbalance.curves import Curve, precision_recall_curve, roc_curve
from cornu.model_selection.imbalance.frequencies import class_counts, class_weights, initial_bias
from cornu.model_selection.imbalance.stream import BalancedStream
from cornu.model_selection.imbalance.thresholds import Threshold, decide, tune_threshold

__all__ = [
    "BalancedBatches",
    "BalancedStream",
    "Calibration",
    "Curve",
    "IsotonicCalibration",
    "TemperatureScaling",
    "Threshold",
    "calibration_curve",
    "class_counts",
    "class_weights",
    "decide",
    "initial_bias",
    "precision_recall_curve",
    "roc_curve",
    "tune_threshold",
]
