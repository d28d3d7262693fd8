"""Reports: how good a model is, where it errs, and how sure one can be of its predictions."""

from cornu.model_selection.reports.classification import ClassificationReport
from cornu.model_selection.reports.evaluate import evaluate_report
from cornu.model_selection.reports.regression import RegressionReport, regression_report
from cornu.model_selection.reports.segmentation import SegmentationReport
from cornu.model_selection.reports.several import SeveralReports

__all__ = [
    "ClassificationReport",
    "RegressionReport",
    "SegmentationReport",
    "SeveralReports",
    "evaluate_report",
    "regression_report",
]
