"""`SKLearnTransformer`: a model whose outputs are features for the next step of a pipeline."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.wrappers.base import SKLearnEstimator, sklearn_base


class SKLearnTransformer(sklearn_base.TransformerMixin, SKLearnEstimator):
    """A scikit-learn transformer that trains a Cornu model; nothing to do with attention.

    Args:
        model: a compiled `Model`, of which each `fit` trains a copy with new weights; or a function
            that returns a compiled model. The function is given `X`, `y` of shape
            `(samples, outputs)` and `model_kwargs`, as far as it has parameters of these names.
        warm_start: whether `fit` goes on from the last one, or from the weights of the model given.
        model_kwargs: arguments for the function; a search sets one of them as
            `model_kwargs__name`.
        fit_kwargs: arguments for the model's `fit`, silent by default; likewise.

    Attributes:
        model_: the trained model.
        history_: the `History` of the last fit.
        n_features_in_: number of features.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> model.compile("sgd", "mse")
    >>> transformer = keras.wrappers.SKLearnTransformer(model)
    >>> transformer.fit_transform(np.zeros((4, 3)), np.zeros((4, 2))).shape
    (4, 2)
    """

    def transform(self, X: Any) -> np.ndarray:
        """The model's outputs `(samples, ...)`.

        Args:
            X: inputs, as for `fit`.
        """
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """The model's outputs, as `transform` gives them; here since Keras has it.

        Args:
            X: inputs, as for `fit`.
        """
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.target_tags.multi_output = True
        return tags
