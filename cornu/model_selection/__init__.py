"""Model selection: how good a model is, and which one to take."""

from cornu.model_selection.calibration import (
    Calibration,
    IsotonicCalibration,
    TemperatureScaling,
    calibration_curve,
)
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
from cornu.model_selection.curves import Curve, precision_recall_curve, roc_curve
from cornu.model_selection.imbalance import (
    BalancedBatches,
    BalancedStream,
    Threshold,
    class_counts,
    class_weights,
    decide,
    initial_bias,
    tune_threshold,
)
from cornu.model_selection.parts import ValidationSplit, train_val_test_split
from cornu.model_selection.reports import (
    ClassificationReport,
    RegressionReport,
    SegmentationReport,
    SeveralReports,
    evaluate_report,
    regression_report,
)
from cornu.model_selection.splitters import make_splitter, split_indices

__all__ = [
    "BalancedBatches",
    "BalancedStream",
    "Calibration",
    "ClassificationReport",
    "CrossValidation",
    "Curve",
    "Fold",
    "GridSearch",
    "IsotonicCalibration",
    "NestedCrossValidation",
    "RandomSearch",
    "RegressionReport",
    "SegmentationReport",
    "SeveralReports",
    "TemperatureScaling",
    "Threshold",
    "ValidationSplit",
    "calibration_curve",
    "class_counts",
    "class_weights",
    "cross_val_predict",
    "cross_validate",
    "decide",
    "evaluate_report",
    "initial_bias",
    "make_splitter",
    "nested_cross_validate",
    "precision_recall_curve",
    "regression_report",
    "roc_curve",
    "split_indices",
    "train_val_test_split",
    "tune_threshold",
]
