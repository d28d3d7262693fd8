"""What all estimators share: the model is made, trained and asked in scikit-learn's manner."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.engine.extras import require
from cornu.models import Model, clone_model

sklearn_base = require("sklearn.base", "select")
validation = require("sklearn.utils.validation", "select")

# Parameters that are dicts; a search may set one entry of them: `model_kwargs__units`.
DICTS = ("model_kwargs", "fit_kwargs")


class SKLearnEstimator(sklearn_base.BaseEstimator):
    """A Cornu model as an estimator; subclasses say what targets and outputs mean.

    Args:
        model: a compiled `Model`, of which each `fit` trains a copy with new weights; or a function
            that returns a compiled model. The function is given `X`, `y` and `model_kwargs`, as far
            as it has parameters of these names.
        warm_start: whether `fit` goes on from the last one, or from the weights of the model given.
        model_kwargs: arguments for the function.
        fit_kwargs: arguments for the model's `fit`: `epochs`, `batch_size`, `callbacks`, ...
    """

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: dict | None = None,
        fit_kwargs: dict | None = None,
    ):
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **kwargs: Any) -> SKLearnEstimator:
        """Train the model.

        Args:
            X: inputs `(samples, features)`, or with more axes.
            y: targets.
            sample_weight: one weight per sample.
            **kwargs: arguments for the model's `fit`, before those of `fit_kwargs`.

        Returns:
            The estimator itself.

        Raises:
            TypeError: if `model` is neither a model nor a function that returns one.
            ValueError: for data or a model that will not do.
        """
        goes_on = bool(self.warm_start) and hasattr(self, "model_")
        X, y = self._checked(X, y, reset=not goes_on)
        if sample_weight is not None:
            sample_weight = validation._check_sample_weight(sample_weight, X)
            if not np.any(sample_weight):
                raise ValueError("All sample weights are zero, so there is nothing to learn from.")
        targets = self._encoded(y, reset=not goes_on)
        model = self.model_ if goes_on else self._new_model(X, targets)
        fit = {"verbose": 0, **(self.fit_kwargs or {}), **kwargs}
        history = model.fit(X, self._for_model(targets, model), sample_weight=sample_weight, **fit)
        self.model_ = model
        self.history_ = history
        self.n_epochs_ = getattr(self, "n_epochs_", 0) * goes_on + len(history.epoch)
        return self

    @property
    def epoch_(self) -> int:
        """Number of epochs the model was trained for."""
        return getattr(self, "n_epochs_", 0)

    def set_params(self, **params: Any) -> SKLearnEstimator:
        """Set parameters, or entries of the dicts among them: `model_kwargs__units=8`.

        Args:
            **params: new values by name.

        Returns:
            The estimator itself.
        """
        entries: dict[str, dict] = {}
        for key in list(params):
            name, _, entry = key.partition("__")
            if entry and name in DICTS:
                entries.setdefault(name, {})[entry] = params.pop(key)
        super().set_params(**params)
        for name, values in entries.items():
            setattr(self, name, {**(getattr(self, name) or {}), **values})
        return self

    def _outputs(self, X: Any) -> np.ndarray:
        """The model's outputs for inputs that are checked here."""
        validation.check_is_fitted(self)
        X = validation.validate_data(self, X, reset=False, allow_nd=True)
        batch_size = (self.fit_kwargs or {}).get("batch_size")
        outputs = self.model_.predict(X, batch_size=batch_size, verbose=0)
        if not isinstance(outputs, np.ndarray):
            raise ValueError(
                f"Model {self.model_.name!r} has several outputs; {type(self).__name__} takes "
                "models with one."
            )
        return outputs

    def _checked(self, X: Any, y: Any, reset: bool) -> tuple[np.ndarray, np.ndarray]:
        return validation.validate_data(
            self, X, y, reset=reset, allow_nd=True, multi_output=True, y_numeric=True
        )

    def _encoded(self, y: np.ndarray, reset: bool) -> np.ndarray:
        """Targets as numbers `(samples, outputs)`."""
        if not reset and y.ndim != self._target_ndim:
            raise ValueError(
                f"{type(self).__name__} goes on (warm_start=True) from targets with "
                f"{self._target_ndim} axes, and got some with {y.ndim}."
            )
        self._target_ndim = y.ndim
        return y[:, None] if y.ndim == 1 else y

    def _for_model(self, targets: np.ndarray, model: Any) -> np.ndarray:
        """Targets in the form that the model's loss takes."""
        return targets

    def _new_model(self, X: np.ndarray, y: np.ndarray) -> Any:
        if isinstance(self.model, Model):
            check_compiled(self.model, "The model")
            return self.model if self.warm_start else clone_model(self.model)
        if not callable(self.model):
            raise TypeError(
                f"model must be a compiled Cornu model, or a function that returns one; got "
                f"{self.model!r} of type {type(self.model).__name__}."
            )
        arguments = {"X": X, "y": y, **(self.model_kwargs or {})}
        model = self.model(**accepted(self.model, arguments, self.model_kwargs or {}))
        if not isinstance(model, Model):
            raise TypeError(
                f"The function passed as `model` must return a compiled Cornu model; it returned "
                f"{model!r} of type {type(model).__name__}."
            )
        check_compiled(model, "The function's model")
        return model

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        tags.target_tags.required = True
        return tags


def accepted(function: Callable, arguments: dict, needed: dict) -> dict:
    """Those of the arguments that the function has parameters for, and all needed ones."""
    known = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in known):
        return arguments
    names = {p.name for p in known} | set(needed)
    return {key: value for key, value in arguments.items() if key in names}


def check_compiled(model: Any, what: str) -> None:
    """Refuse a model that cannot be trained."""
    if not model.compiled or not model.loss or model.optimizer is None:
        raise ValueError(
            f"{what} {model.name!r} must be compiled with an optimizer and a loss: "
            "model.compile(optimizer=..., loss=...)."
        )
