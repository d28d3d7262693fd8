"""Reports: how good a model is, where it errs, and how sure one can be of its predictions."""

from cornu.model_selection.reports.classification import ClassificationReport, evaluate_report
from cornu.model_selection.reports.regression import RegressionReport, regression_report

__all__ = [
    "ClassificationReport",
    "RegressionReport",
    "evaluate_report",
    "regression_report",
]
