"""The losses given to `compile`, matched to the outputs of the model."""

from __future__ import annotations

from typing import Any

from cornu import losses, tree
from cornu.losses.base import FunctionLoss
from cornu.metrics import Mean
from cornu.training.outputs import output_names, per_output, targets_per_output


class CompiledLoss:
    """Sum of the weighted losses of all outputs.

    Args:
        loss: a name, function, `Loss` or None; or lists and dicts of these, nested as the
            outputs are.
        loss_weights: a number, or lists and dicts of numbers.
        output_names: the model's output names, where it has them.
    """

    def __init__(self, loss: Any, loss_weights: Any = None, output_names: list | None = None):
        self.loss = loss
        self.loss_weights = loss_weights
        self.output_names = output_names
        self.functions: list | None = None
        self.metrics: list[Mean] = []

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Match losses to outputs; `y_true` and `y_pred` need only shapes."""
        predictions = tree.flatten(y_pred)
        self.names = output_names(y_pred, self.output_names)
        self.output_shapes = [tuple(prediction.shape) for prediction in predictions]
        given = per_output(self.loss, self.names, "loss")
        targets = targets_per_output(y_true, self.names, self.loss)
        self.functions = [
            None if one is None else as_loss(one, target, prediction)
            for one, target, prediction in zip(given, targets, predictions)
        ]
        weights = per_output(self.loss_weights, self.names, "loss_weights")
        self.weights = [1.0 if w is None else float(w) for w in weights]
        if sum(function is not None for function in self.functions) > 1:
            self.metrics = [
                Mean(name=f"{name}_loss")
                for name, function in zip(self.names, self.functions)
                if function is not None
            ]

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The total loss, a scalar; None if no output has a loss."""
        if self.functions is None:
            self.build(y_true, y_pred)
        predictions = tree.flatten(y_pred)
        targets = targets_per_output(y_true, self.names, self.loss)
        weights = per_output(sample_weight, self.names, "sample_weight")
        total, trackers = None, iter(self.metrics)
        rows = zip(self.functions, targets, predictions, weights, self.weights)
        for name, (function, target, prediction, sample_weights, weight) in zip(self.names, rows):
            if function is None:
                continue
            if target is None:
                raise ValueError(
                    f"The loss of output {name!r} compares with targets, but there are none. Pass "
                    "y, or data that give pairs (x, y); a loss without targets belongs into "
                    "`add_loss` or `compute_loss`."
                )
            value = function(target, prediction, sample_weight=sample_weights)
            if self.metrics:
                next(trackers).update_state(value, sample_weight=batch_size_of(prediction))
            if weight != 1.0:
                value = value * weight
            total = value if total is None else total + value
        return total


def batch_size_of(prediction: Any) -> int:
    """Number of examples in a batch of outputs."""
    return prediction.shape[0] if len(prediction.shape) else 1


def as_loss(identifier: Any, target: Any, prediction: Any) -> Any:
    """A `Loss` from a name, function or object; "crossentropy" is resolved by the shapes."""
    if identifier in ("crossentropy", "ce"):
        identifier = kind_of_crossentropy(target, prediction) + "_crossentropy"
    found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    name = getattr(found, "__name__", type(found).__name__)
    return FunctionLoss(found, name=name)


def kind_of_crossentropy(target: Any, prediction: Any) -> str:
    """Which of binary, sparse categorical and categorical the shapes speak for."""
    if prediction.shape and prediction.shape[-1] == 1:
        return "binary"
    if target is None or is_sparse(target, prediction):
        return "sparse_categorical"
    return "categorical"


def is_sparse(target: Any, prediction: Any) -> bool:
    """Whether the targets are class indices rather than one value per class."""
    if len(target.shape) < len(prediction.shape):
        return True
    return target.shape[-1] == 1 and prediction.shape[-1] != 1
