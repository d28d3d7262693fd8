"""Classes of very different size: counts, weights, samplers, thresholds."""

from cornu.model_selection.imbalance.batches import BalancedBatches
from cornu.model_selection.imbalance.frequencies import class_counts, class_weights, initial_bias
from cornu.model_selection.imbalance.stream import BalancedStream
from cornu.model_selection.imbalance.thresholds import Threshold, decide, tune_threshold

__all__ = [
    "BalancedBatches",
    "BalancedStream",
    "Threshold",
    "class_counts",
    "class_weights",
    "decide",
    "initial_bias",
    "tune_threshold",
]
