"""`SKLearnRegressor`: a model with numbers for outputs, as a scikit-learn regressor."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.wrappers.base import SKLearnEstimator, sklearn_base


class SKLearnRegressor(sklearn_base.RegressorMixin, SKLearnEstimator):
    """A scikit-learn regressor that trains a Cornu model.

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

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), "mse")
    >>> regressor = keras.wrappers.SKLearnRegressor(model, fit_kwargs={"epochs": 150})
    >>> x = np.array([[-1.0], [0.0], [1.0]])
    >>> regressor.fit(x, 2 * x[:, 0] + 1).predict([[2.0]]).round(2).tolist()
    [5.0]
    """

    def predict(self, X: Any) -> np.ndarray:
        """Predictions, shaped like the targets of `fit`.

        Args:
            X: inputs, as for `fit`.
        """
        # scikit-learn expects this precision of a regressor with several outputs.
        outputs = self._outputs(X).astype("float64")
        return outputs.reshape(len(outputs)) if self._target_ndim == 1 else outputs

    def _for_model(self, targets: np.ndarray, model: Any) -> np.ndarray:
        units = model.output_shape[-1] if model.built else targets.shape[1]
        if units != targets.shape[1]:
            raise ValueError(
                f"Model {model.name!r} has {units} outputs, and there are "
                f"{targets.shape[1]} targets."
            )
        return targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.multi_output = True
        return tags
