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
from cornu.model_selection.parts import ValidationSplit, train_val_test_split
from cornu.model_selection.splitters import make_splitter, split_indices

__all__ = [
    "CrossValidation",
    "Fold",
    "GridSearch",
    "NestedCrossValidation",
    "RandomSearch",
    "ValidationSplit",
    "cross_val_predict",
    "cross_validate",
    "make_splitter",
    "nested_cross_validate",
    "split_indices",
    "train_val_test_split",
]
