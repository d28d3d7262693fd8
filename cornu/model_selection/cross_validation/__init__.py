"""Cross-validation: a new model for each fold, one compiled program for all of them."""

from cornu.model_selection.cross_validation.nested import (
    NestedCrossValidation,
    nested_cross_validate,
)
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.result import CrossValidation
from cornu.model_selection.cross_validation.search import GridSearch, RandomSearch
from cornu.model_selection.cross_validation.validate import cross_val_predict, cross_validate

__all__ = [
    "CrossValidation",
    "Fold",
    "GridSearch",
    "NestedCrossValidation",
    "RandomSearch",
    "cross_val_predict",
    "cross_validate",
    "nested_cross_validate",
]
