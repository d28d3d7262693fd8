"""Model selection: how good a model is, and which one to take."""

from cornu.model_selection.cross_validation import (
    CrossValidation,
    Fold,
    GridSearch,
    NestedCrossValidation,
    RandomSearch,
    cross_val_predict,
    cross_validate,
    nested_cross_validate,
)
from cornu.model_selection.imbalance import (
    BalancedBatches,
    BalancedStream,
    class_counts,
    class_weights,
    initial_bias,
)
from cornu.model_selection.parts import ValidationSplit, train_val_test_split
from cornu.model_selection.reports import (
    ClassificationReport,
    RegressionReport,
    evaluate_report,
    regression_report,
)
from cornu.model_selection.splitters import make_splitter, split_indices

__all__ = [
    "ClassificationReport",
    "BalancedBatches",
    "BalancedStream",
    "CrossValidation",
    "Fold",
    "GridSearch",
    "NestedCrossValidation",
    "RandomSearch",
    "RegressionReport",
    "ValidationSplit",
    "class_counts",
    "class_weights",
    "cross_val_predict",
    "cross_validate",
    "initial_bias",
    "make_splitter",
    "nested_cross_validate",
    "regression_report",
    "split_indices",
    "train_val_test_split",
]
