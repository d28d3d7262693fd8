"""Cornu models as scikit-learn estimators, for its pipelines, searches and scores."""

from cornu.wrappers.classifier import SKLearnClassifier
from cornu.wrappers.regressor import SKLearnRegressor
from cornu.wrappers.transformer import SKLearnTransformer

KerasClassifier = SKLearnClassifier
KerasRegressor = SKLearnRegressor
KerasTransformer = SKLearnTransformer

__all__ = [
    "KerasClassifier",
    "KerasRegressor",
    "KerasTransformer",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "SKLearnTransformer",
]
