"""`SKLearnClassifier`: a model with outputs for classes or labels, as a scikit-learn classifier."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from cornu.engine.extras import require
from cornu.wrappers.base import SKLearnEstimator, sklearn_base, validation

multiclass = require("sklearn.utils.multiclass", "select")


class SKLearnClassifier(sklearn_base.ClassifierMixin, SKLearnEstimator):
    """A scikit-learn classifier that trains a Cornu model.

    Labels may be of any kind, strings too. A function that makes the model is given one-hot targets
    `(samples, classes)`, or 0 and 1 `(samples, labels)` for several labels. The model is trained
    with class indices if its loss is a sparse one, or if it has one output, for two classes.

    Args:
        model: a compiled `Model`, of which each `fit` trains a copy with new weights; or a function
            that returns a compiled model. The function is given `X`, `y` and `model_kwargs`, as far
            as it has parameters of these names.
        warm_start: whether `fit` goes on from the last one, or from the weights of the model given.
        model_kwargs: arguments for the function; a search sets one of them as
            `model_kwargs__name`.
        fit_kwargs: arguments for the model's `fit`, silent by default; likewise.

    Attributes:
        model_: the trained model.
        history_: the `History` of the last fit.
        classes_: the labels, in the order of the outputs.
        n_features_in_: number of features.

    >>> def build(X, y):
    ...     layers = keras.layers
    ...     outputs = layers.Dense(y.shape[1], "softmax", kernel_initializer="zeros")
    ...     model = keras.Sequential([layers.Input(X.shape[1:]), outputs])
    ...     model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy")
    ...     return model
    >>> x = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> classifier = keras.wrappers.SKLearnClassifier(build, fit_kwargs={"epochs": 5})
    >>> classifier.fit(x, ["no", "no", "yes", "yes"]).predict([[-3.0], [3.0]]).tolist()
    ['no', 'yes']
    """

    def predict(self, X: Any) -> np.ndarray:
        """The likeliest label of each sample `(samples,)`; for several labels 0 and 1 for each.

        Args:
            X: inputs, as for `fit`.
        """
        probabilities = self.predict_proba(X)
        if self._is_multilabel:
            return (probabilities >= 0.5).astype("int64")
        return self.classes_[np.argmax(probabilities, axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities `(samples, classes)`.

        Args:
            X: inputs, as for `fit`.

        Raises:
            ValueError: if the model's outputs are neither probabilities nor said to be logits by
                its loss.
        """
        outputs = self._outputs(X).astype("float64")
        outputs = outputs.reshape(len(outputs), -1)
        one = outputs.shape[1] == 1 and not self._is_multilabel
        if getattr(self.model_.loss, "settings", {}).get("from_logits"):
            independent = one or self._is_multilabel
            outputs = special.expit(outputs) if independent else special.softmax(outputs, axis=1)
        if outputs.min() < 0 or outputs.max() > 1 + 1e-5:
            raise ValueError(
                f"The outputs of model {self.model_.name!r} reach from {outputs.min():.4g} to "
                f"{outputs.max():.4g}, so they are no probabilities. End it with a softmax or "
                "sigmoid, or compile it with a loss that has from_logits=True."
            )
        if one:
            return np.concatenate([1 - outputs, outputs], axis=1)
        if self._is_multilabel:
            return outputs
        return outputs / np.maximum(outputs.sum(axis=1, keepdims=True), 1e-12)

    def decision_function(self, X: Any) -> np.ndarray:
        """Log-odds of the second of two classes `(samples,)`; otherwise one score per class.

        Args:
            X: inputs, as for `fit`.

        Returns:
            `(samples,)`, above 0 for the second class; or log-probabilities `(samples, classes)`;
            or log-odds `(samples, labels)`.
        """
        probabilities = self.predict_proba(X)
        # Probabilities are of float32, so 0 and 1 are rounded values.
        clipped = np.clip(probabilities, 1e-30, 1.0)
        if self._is_multilabel:
            return np.log(clipped) - np.log(np.clip(1 - probabilities, 1e-30, 1.0))
        if len(self.classes_) == 2:
            return np.log(clipped[:, 1]) - np.log(clipped[:, 0])
        return np.log(clipped)

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        X, y = validation.validate_data(
            self, X, y, reset=reset, allow_nd=True, multi_output=True, dtype="numeric"
        )
        multiclass.check_classification_targets(y)
        if multiclass.type_of_target(y, raise_unknown=True) != "multilabel-indicator":
            y = validation.column_or_1d(y, warn=True)
        return X, y

    def _encoded(self, y: np.ndarray, reset: bool) -> np.ndarray:
        multilabel = y.ndim == 2
        classes = np.arange(y.shape[1]) if multilabel else np.unique(y)
        if reset:
            if len(classes) < 2:
                raise ValueError(
                    f"{type(self).__name__} needs samples of two classes or more; these are of "
                    f"one class, {classes[0]!s}."
                )
            self.classes_, self._is_multilabel = classes, multilabel
        unknown = [label for label in classes.tolist() if label not in self.classes_.tolist()]
        if unknown or multilabel != self._is_multilabel:
            raise ValueError(
                f"{type(self).__name__} goes on (warm_start=True) with classes "
                f"{self.classes_.tolist()}, and got other targets: {unknown or y.shape}."
            )
        if multilabel:
            return y
        return np.eye(len(self.classes_))[np.searchsorted(self.classes_, y)]

    def _for_model(self, targets: np.ndarray, model: Any) -> np.ndarray:
        loss = model.loss
        name = loss if isinstance(loss, str) else getattr(loss, "__name__", None) or loss.name
        units = model.output_shape[-1] if model.built else targets.shape[1]
        if not self._is_multilabel and units == 1 and targets.shape[1] == 2:
            return targets[:, 1:]
        if units != targets.shape[1]:
            raise ValueError(
                f"Model {model.name!r} has {units} outputs, and there are {targets.shape[1]} "
                f"{'labels' if self._is_multilabel else 'classes'}."
            )
        if "sparse" in name and not self._is_multilabel:
            return np.argmax(targets, axis=1)
        return targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        tags.classifier_tags.multi_label = True
        return tags
