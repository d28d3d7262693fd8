"""How the targets and outputs of a classifier are read: as class indices and probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from cornu.model_selection.reports.predicting import shape_of

KINDS = ("binary", "multiclass", "multilabel")


@dataclass(frozen=True)
class Labels:
    """The kind of a classifier, and how its outputs and targets are meant.

    Attributes:
        kind: `"binary"`, `"multiclass"` or `"multilabel"`.
        names: of the classes or labels, in the order of the outputs.
        columns: number of outputs of a sample.
        from_logits: whether outputs are logits rather than probabilities.
    """

    kind: str
    names: tuple[str, ...]
    columns: int
    from_logits: bool

    def numbers(self, y: np.ndarray) -> np.ndarray:
        """Class indices `(samples,)`; for several labels 0 or 1, `(samples, labels)`.

        Raises:
            ValueError: if the targets do not match the outputs.
        """
        if y.dtype.kind in "OUST":
            return self._numbers_of_names(y)
        if self.kind == "multilabel":
            self._check_indicators(y)
            return y.astype("int64")
        if self.columns > 1 and y.ndim == 2 and y.shape[1] == self.columns:
            self._check_indicators(y)
            if np.any(y.sum(axis=1) != 1):
                raise ValueError(
                    "Some targets are of no class, or of several. Pass kind='multilabel' if the "
                    "outputs are labels that do not exclude one another."
                )
            return np.argmax(y, axis=1)
        if y.ndim > 1 and y.size != len(y):
            raise ValueError(
                f"The targets have shape {shape_of(y)}; a model of {len(self.names)} classes needs "
                f"class indices (samples,)"
                + (f", or one-hot targets (samples, {self.columns})." if self.columns > 1 else ".")
            )
        y = y.reshape(len(y))
        numbers = y.astype("int64")
        wrong = (numbers != y) | (numbers < 0) | (numbers >= len(self.names))
        if wrong.any():
            raise ValueError(
                f"The targets hold {_some(y[wrong])}, but the model's {self.columns} "
                f"{'output stands' if self.columns == 1 else 'outputs stand'} for classes 0 to "
                f"{len(self.names) - 1}."
            )
        return numbers

    def _numbers_of_names(self, y: np.ndarray) -> np.ndarray:
        places = {name: i for i, name in enumerate(self.names)}
        names = [str(v.decode() if isinstance(v, bytes) else v) for v in y.reshape(-1)]
        unknown = sorted({name for name in names if name not in places})
        if unknown or len(names) != len(y):
            raise ValueError(
                f"The targets are strings, among them {unknown[:5]}, that are not in class_names: "
                f"{list(self.names)[:10]}. Pass class_names in the order of the model's outputs."
            )
        return np.array([places[name] for name in names], "int64")

    def _check_indicators(self, y: np.ndarray) -> None:
        if y.shape[1:] != (self.columns,) or not np.isin(y, (0, 1)).all():
            raise ValueError(
                f"Targets of {self.columns} labels must be 0 or 1, of shape (samples, "
                f"{self.columns}); got shape {shape_of(y)} with {_some(y[~np.isin(y, (0, 1))])}."
            )

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Probabilities `(samples, classes)`; also of a binary classifier with one output.

        Raises:
            ValueError: if outputs lie outside 0 to 1 though they are no logits.
        """
        outputs = outputs.reshape(len(outputs), -1).astype("float64")
        softmax = self.columns > 1 and self.kind != "multilabel"
        if self.from_logits:
            outputs = special.softmax(outputs, axis=1) if softmax else special.expit(outputs)
        elif outputs.min() < -1e-6 or outputs.max() > 1 + 1e-5:
            raise ValueError(
                f"The outputs reach from {outputs.min():.4g} to {outputs.max():.4g}, so they are "
                "no probabilities. Pass from_logits=True if they are logits."
            )
        outputs = np.clip(outputs, 0, 1)
        if self.columns == 1:
            outputs = np.concatenate([1 - outputs, outputs], axis=1)
        return outputs

    def predicted(self, probabilities: np.ndarray, threshold: float) -> np.ndarray:
        """What the probabilities amount to, in the form of `numbers`."""
        if self.kind == "multilabel":
            return (probabilities >= threshold).astype("int64")
        if self.kind == "binary":
            return (probabilities[:, 1] >= threshold).astype("int64")
        return np.argmax(probabilities, axis=1)


def labels_of(
    loss: Any,
    y: np.ndarray,
    outputs: np.ndarray,
    class_names: Sequence[Any] | None = None,
    kind: str | None = None,
    from_logits: bool | None = None,
) -> Labels:
    """Find out what a classifier's outputs mean, from some of them and their targets.

    Args:
        loss: what the model was compiled with, which may say that outputs are logits; or None.
        y: some targets `(samples, ...)`.
        outputs: the outputs for these, `(samples,)` or `(samples, columns)`.
        class_names: names of the classes or labels; their numbers by default.
        kind: one of `KINDS`; found out by default.
        from_logits: whether outputs are logits; found out by default.

    Raises:
        ValueError: for outputs of no classifier, names of another number, or an unknown kind.
    """
    if kind not in (None, *KINDS):
        raise ValueError(f"kind must be one of {list(KINDS)}, or None; got {kind!r}.")
    columns = outputs.shape[1] if outputs.ndim == 2 else 1
    if from_logits is None:
        from_logits = (
            setting_of(loss, "from_logits") or outputs.min() < -1e-6 or outputs.max() > 1 + 1e-5
        )
    if kind is None:
        kind = "binary" if columns < 3 else "multiclass"
        if columns > 1 and y.shape == outputs.shape and y.dtype.kind in "biuf":
            # Probabilities of classes that exclude one another add up to 1.
            exclusive = from_logits or np.allclose(outputs.sum(axis=1), 1, atol=1e-3)
            if np.any(y.sum(axis=1) != 1) or not exclusive:
                kind = "multilabel"
    if columns == 1 and kind != "binary":
        raise ValueError(f"kind is {kind!r}, but the model has one output only.")
    count = max(columns, 2)
    names = tuple(map(str, range(count) if class_names is None else class_names))
    if len(names) != count or len(set(names)) != count:
        what = "labels" if kind == "multilabel" else "classes"
        raise ValueError(
            f"class_names must hold {count} different names, since the model's outputs "
            f"{shape_of(outputs)} tell {count} {what} apart; "
            f"got {len(names)}: {list(names)[:10]}."
        )
    return Labels(kind, names, columns, bool(from_logits))


def setting_of(loss: Any, name: str) -> Any:
    """A setting of a loss object, such as `from_logits`; None where it has none."""
    return getattr(loss, "settings", {}).get(name)


def _some(values: np.ndarray) -> str:
    found = np.unique(values)
    text = ", ".join(f"{v:g}" for v in found[:5].astype("float64"))
    return f"{text}, ..." if len(found) > 5 else text or "other values"
