"""Classes of very different size: weights, samplers, thresholds, calibration."""

from cornu.model_selection.imbalance.batches import BalancedBatches
from cornu.model_selection.imbalance.frequencies import class_counts, class_weights, initial_bias
from cornu.model_selection.imbalance.stream import BalancedStream

__all__ = ["BalancedBatches", "BalancedStream", "class_counts", "class_weights", "initial_bias"]
