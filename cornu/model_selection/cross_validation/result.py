"""What a cross-validation found: its folds, and what they say together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from cornu import tree
from cornu.engine.atomic import write_figure
from cornu.engine.extras import require
from cornu.model_selection.cross_validation.one_fold import Fold
from cornu.model_selection.cross_validation.table import render, table_of


@dataclass
class CrossValidation:
    """The folds of a cross-validation and their summary; printed, it is a table.

    Attributes:
        folds: list of `Fold`, each with its history, scores, predictions and seed.
        length: number of samples.
        way: how the folds were trained: `"sequential"`, `"together"` or `"processes"`.
        reason: why, where there was something to decide.
        measured: seconds of an epoch of all folds, `"alone"` one by one and `"together"`, where
            they were measured.

    >>> from cornu.model_selection import CrossValidation, Fold
    >>> folds = [
    ...     Fold(1, np.arange(4, 8), np.arange(4), 0, {"loss": [0.9]}, {"loss": 0.5}),
    ...     Fold(2, np.arange(4), np.arange(4, 8), 1, {"loss": [0.8]}, {"loss": 0.7}),
    ... ]
    >>> result = CrossValidation(folds, length=8)
    >>> round(result.mean["loss"], 3), round(result.spread["loss"], 3)
    (0.6, 0.141)
    """

    folds: list[Fold]
    length: int
    way: str = "sequential"
    reason: str = ""
    measured: dict[str, float] = field(default_factory=dict)
    # Above the printed table; not a field.
    title = "Cross-validation"

    @property
    def scores(self) -> dict[str, np.ndarray]:
        """Each measure on the test parts, an array `(folds,)` by name."""
        return gathered([fold.scores for fold in self.folds])

    @property
    def train_scores(self) -> dict[str, np.ndarray] | None:
        """Each measure on the training parts, if asked for with `return_train_score`."""
        found = [fold.train_scores for fold in self.folds]
        return None if None in found else gathered(found)

    @property
    def mean(self) -> dict[str, float]:
        """Mean over the folds of each measure on the test parts."""
        return {name: float(np.mean(values)) for name, values in self.scores.items()}

    @property
    def spread(self) -> dict[str, float]:
        """Sample standard deviation over the folds (NaN for one fold alone)."""
        return {
            name: float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
            for name, values in self.scores.items()
        }

    def interval(self, confidence: float = 0.95) -> dict[str, tuple[float, float]]:
        """Confidence interval of each mean.

        The folds' training parts overlap, so their scores are not independent and the usual
        variance of a mean, `s**2 / k`, is too small. This one is `s**2 * (1 / k + test / train)`,
        with the sizes of the parts, in a t interval with k - 1 degrees of freedom.

        Args:
            confidence: the fraction of such intervals that shall hold the true value, from 0 to 1.

        Returns:
            dict from name to (lower, upper); NaN for one fold alone.

        References:
            - Nadeau and Bengio (2003), "Inference for the Generalization Error", Machine
              Learning 52, 239-281.
            - Bouckaert and Frank (2004), "Evaluating the Replicability of Significance Tests for
              Comparing Learning Algorithms", for repeated k-fold.
        """
        if not 0 < confidence < 1:
            raise ValueError(f"confidence must lie between 0 and 1; got {confidence!r}.")
        count = len(self.folds)
        if count < 2:
            return {name: (float("nan"), float("nan")) for name in self.mean}
        test = np.mean([len(fold.test) for fold in self.folds])
        train = np.mean([len(fold.train) for fold in self.folds])
        widths = stats.t.ppf((1 + confidence) / 2, count - 1) * np.sqrt(1 / count + test / train)
        spread = self.spread
        return {
            name: (float(mean - widths * spread[name]), float(mean + widths * spread[name]))
            for name, mean in self.mean.items()
        }

    @property
    def histories(self) -> list[dict[str, list]]:
        """The history of each fold."""
        return [fold.history for fold in self.folds]

    @property
    def models(self) -> list | None:
        """The trained models, if asked for with `return_models`."""
        found = [fold.model for fold in self.folds]
        return None if None in found else found

    @property
    def predictions(self) -> Any:
        """Out-of-fold predictions `(samples, ...)`, in the order of the data.

        Each sample's is that of the model that did not see it; their mean where it was tested in
        several folds, NaN where in none. None where predictions were not kept.
        """
        if any(fold.predictions is None for fold in self.folds):
            return None
        counts = np.zeros(self.length)
        for fold in self.folds:
            counts[fold.test] += 1

        def assembled(*parts: np.ndarray) -> np.ndarray:
            exact = np.all(counts == 1)
            dtype = parts[0].dtype if exact else np.result_type(parts[0].dtype, np.float32)
            found = np.zeros((self.length, *parts[0].shape[1:]), dtype)
            for fold, part in zip(self.folds, parts):
                found[fold.test] += part
            if not exact:
                shape = (-1,) + (1,) * (found.ndim - 1)
                found /= np.where(counts == 0, np.nan, counts).reshape(shape).astype(dtype)
            return found

        return tree.map_structure(assembled, *(fold.predictions for fold in self.folds))

    def to_frame(self) -> Any:
        """A pandas data frame with one row for each fold (needs pandas)."""
        pandas = require("pandas", None)
        rows = []
        for fold in self.folds:
            row = {"fold": fold.number, "train": len(fold.train), "test": len(fold.test)}
            row |= {"epochs": fold.epochs, "seconds": fold.seconds, **fold.scores}
            row |= {f"train_{name}": value for name, value in (fold.train_scores or {}).items()}
            rows.append(row | (fold.parameters or {}))
        return pandas.DataFrame(rows).set_index("fold")

    def plot(self, path: Any = None) -> Any:
        """Draw the folds: a panel for each measure, with its curve in each fold and its mean.

        Args:
            path: file to write (`.png`, `.svg`, `.pdf`); not written if None.

        Returns:
            The matplotlib figure.
        """
        names = [name for name in self.scores if any(name in fold.history for fold in self.folds)]
        names = names or list(self.scores)
        figure = require("matplotlib.figure", "plot").Figure(
            figsize=(5 * len(names), 4), layout="constrained"
        )
        for axes, name in zip(figure.subplots(1, len(names), squeeze=False)[0], names):
            self._draw(axes, name)
        if path is not None:
            write_figure(figure, path, dpi=120)
        return figure

    def _draw(self, axes: Any, name: str) -> None:
        for fold in self.folds:
            label = f"fold {fold.number}" if len(self.folds) <= 10 else None
            values = fold.history.get(name, [])
            line = axes.plot(np.arange(1, len(values) + 1), values, alpha=0.7, label=label)
            style = {"color": line[0].get_color(), "alpha": 0.7}
            validation = fold.history.get(f"val_{name}", [])
            axes.plot(np.arange(1, len(validation) + 1), validation, "--", **style)
            axes.plot([fold.epochs], [fold.scores[name]], "o", **style)
        axes.axhline(self.mean[name], color="black", linewidth=1, label="mean of the tests")
        axes.set(title=name, xlabel="epoch")
        axes.grid(alpha=0.3)
        axes.legend(fontsize="small")

    def __str__(self) -> str:
        return render(table_of(self))

    def __rich__(self) -> Any:
        return table_of(self)


def gathered(scores: list[dict]) -> dict[str, np.ndarray]:
    return {name: np.array([one[name] for one in scores]) for name in scores[0]}
