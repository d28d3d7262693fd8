"""How to make each loss, metric, optimizer, ...: only what needs arguments has a line."""

from __future__ import annotations

import numpy as np

import cornu as keras

PATH = "tests/contracts/part_table.py"

BASE = "it is the base"

ARGUMENTS = {
    "losses": {
        "ClassBalancedCrossentropy": {"class_counts": [9, 3, 1]},
        "LabelDistributionAwareMargin": {"class_counts": [9, 3, 1]},
        "LogitAdjustedCrossentropy": {"class_counts": [9, 3, 1]},
    },
    "metrics": {
        "IoU": {"num_classes": 3, "target_class_ids": [0, 2]},
        "MeanIoU": {"num_classes": 3},
        "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
        "OneHotMeanIoU": {"num_classes": 3},
        "PrecisionAtRecall": {"recall": 0.5},
        "RecallAtPrecision": {"precision": 0.5},
        "SensitivityAtSpecificity": {"specificity": 0.5},
        "SpecificityAtSensitivity": {"sensitivity": 0.5},
    },
    "optimizers": {
        "LossScaleOptimizer": lambda: {"inner_optimizer": keras.optimizers.SGD(0.1)},
    },
    "optimizers.schedules": {
        "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
        "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 10},
        "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 9, "decay_rate": 0.5},
        "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 9, "decay_rate": 0.5},
        "PiecewiseConstantDecay": {"boundaries": [3], "values": [0.1, 0.01]},
        "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    },
    "initializers": {},
    "regularizers": {},
    "constraints": {},
}

LEFT_OUT = {
    "losses": {"Loss": BASE},
    "metrics": {"Metric": BASE, "MeanMetricWrapper": "it needs a function"},
    "optimizers": {
        "Optimizer": BASE,
        "OptimizerMap": "it is a mapping of optimizers",
        "MultiOptimizer": "its optimizers are chosen by a function",
    },
    "optimizers.schedules": {"LearningRateSchedule": BASE},
    "initializers": {"Initializer": BASE},
    "regularizers": {"Regularizer": BASE},
    "constraints": {"Constraint": BASE},
}

# Four samples of three values or classes, all of them strictly between 0 and 1.
PROBABILITIES = np.array(
    [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.2, 0.5, 0.3]], "float32"
)
ONE_HOT = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
CLASSES = np.array([0, 1, 2, 0], "int32")
VALUES = np.array([[0.5, 0.1, 0.9], [0.2, 0.7, 0.1], [0.4, 0.3, 0.6], [0.1, 0.6, 0.2]], "float32")

_CLASS_NUMBERS = (
    "Accuracy CategoricalGeneralizedCrossEntropy IoU MeanIoU SparseCategoricalAccuracy "
    "SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy"
).split()
_VALUES = (
    "ConcordanceCorrelation CosineSimilarity Huber KLDivergence LogCosh LogCoshError Mean "
    "MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError "
    "PearsonCorrelation Poisson R2Score RootMeanSquaredError Sum"
).split()


def targets_of(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Targets and predictions that suit a loss or metric."""
    if name == "CTC":
        scores = np.tile(PROBABILITIES[:, None], (1, 5, 1))
        return np.array([[1, 2], [2, 1], [1, 1], [2, 2]], "int32"), scores
    if name == "Circle":
        return CLASSES, PROBABILITIES
    if name in ("Accuracy", "IoU", "MeanIoU"):
        return CLASSES, np.array([0, 1, 1, 0], "int32")
    if name in _CLASS_NUMBERS:
        return CLASSES, PROBABILITIES
    return (VALUES if name in _VALUES else ONE_HOT), PROBABILITIES
