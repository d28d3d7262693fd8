"""The metrics given to `compile`, matched to the outputs of the model."""

from __future__ import annotations

from typing import Any

from cornu import metrics as metrics_room
from cornu import tree
from cornu.core.tracking import unique
from cornu.engine.names import to_snake_case
from cornu.training.compiled_loss import is_sparse
from cornu.training.outputs import output_names, per_output, targets_per_output


class CompiledMetrics(metrics_room.Metric):
    """All metrics of all outputs as one; `weighted` ones see the sample weights.

    It stands in `model.metrics` as one metric, so that a step of a user's own that goes through
    them and calls `update_state(y, y_pred)` need not know which output each belongs to.

    Args:
        metrics: names, functions or `Metric`s: a list; or lists and dicts nested as the outputs
            are, with an item or a list for each.
        weighted_metrics: likewise.
        output_names: the model's output names, where it has them.
        loss: the loss or losses, which tell for which outputs there are targets.
    """

    def __init__(
        self,
        metrics: Any = None,
        weighted_metrics: Any = None,
        output_names: list | None = None,
        loss: Any = None,
    ):
        super().__init__(name="compile_metrics")
        self.given = metrics
        self.given_weighted = weighted_metrics
        self.output_names = output_names
        self.loss = loss
        self.rows: list[tuple[Any, int, bool]] | None = None
        self.log_names: list[str] = []

    @property
    def metrics(self) -> list:
        """The metric objects, in the order of the logs."""
        return [metric for metric, _, _ in self.rows or ()]

    @property
    def variables(self) -> list:
        """The metrics' variables; none before the first batch tells what the metrics are."""
        return unique(v for metric in self.metrics for v in metric.variables)

    def reset_state(self) -> None:
        """Put all metrics back to their start."""
        for metric in self.metrics:
            metric.reset_state()

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Make the metric objects; `y_true` and `y_pred` need only shapes."""
        predictions = tree.flatten(y_pred)
        self.names = output_names(y_pred, self.output_names)
        targets = targets_per_output(y_true, self.names, self.loss)
        self.rows = []
        several = len(predictions) > 1
        for given, weighted in ((self.given, False), (self.given_weighted, True)):
            for i, items in enumerate(metrics_per_output(given, self.names)):
                if targets[i] is None and y_true is not None:
                    continue
                for item in items:
                    metric, shown = as_metric(item, targets[i], predictions[i])
                    if metric is None:
                        continue
                    self.rows.append((metric, i, weighted))
                    prefix = f"{self.names.metric_names[i]}_" if several else ""
                    if weighted and prefix + shown in self.log_names:
                        shown = f"weighted_{shown}"
                    self.log_names.append(prefix + shown)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Feed one batch to all metrics."""
        if self.rows is None:
            self.build(y_true, y_pred)
        predictions = tree.flatten(y_pred)
        targets = targets_per_output(y_true, self.names, self.loss)
        weights = per_output(sample_weight, self.names, "sample_weight")
        for metric, i, weighted in self.rows:
            if targets[i] is None:
                continue
            sample_weights = weights[i] if weighted else None
            if metric._takes_weights:
                metric.update_state(targets[i], predictions[i], sample_weight=sample_weights)
                continue
            if sample_weights is not None:
                raise ValueError(
                    f"Metric {metric.name!r} is among `weighted_metrics`, but its `update_state` "
                    "takes no `sample_weight`. Add that argument, or pass it as one of `metrics`."
                )
            metric.update_state(targets[i], predictions[i])

    def result(self) -> dict[str, Any]:
        """The metrics' values by their names in the logs."""
        found: dict[str, Any] = {}
        for name, (metric, _, _) in zip(self.log_names, self.rows or ()):
            value = metric.result()
            if isinstance(value, dict):
                found.update(value)
                continue
            key, count = name, 1
            while key in found:
                key, count = f"{name}_{count}", count + 1
            found[key] = value
        return found


def metrics_per_output(given: Any, names: list[str], argument: str = "metrics") -> list[list]:
    """The metrics as a list with one list per output.

    Args:
        given: as passed to `compile`.
        names: of the outputs.
        argument: its name, for messages.

    Raises:
        ValueError: if they do not fit the outputs.
    """
    if given is None:
        return [[] for _ in names]
    if isinstance(given, dict):
        given = per_output(given, names, argument)
    elif not isinstance(given, (list, tuple)):
        raise ValueError(
            f"`{argument}` must be a list, or a dict from output name to a list; got {given!r}."
        )
    elif len(names) == 1:
        given = [tree.flatten(list(given))]
    elif any(isinstance(item, (list, tuple, dict)) for item in given) or len(given) == len(names):
        given = per_output(list(given), names, argument)
    else:
        raise ValueError(
            f"`{argument}` has {len(given)} entries, but the model has {len(names)} outputs "
            f"({names}). Give a list of metrics per output, or a dict by output name."
        )
    return [
        [] if one is None else list(one) if isinstance(one, (list, tuple)) else [one]
        for one in given
    ]


def as_metric(identifier: Any, target: Any, prediction: Any) -> tuple[Any, str]:
    """A metric object and its name in the logs."""
    if identifier is None:
        return None, ""
    if isinstance(identifier, str) and identifier in ACCURACY | CROSSENTROPY:
        metric = _by_shape(identifier, target, prediction)
        return metric, identifier
    if isinstance(identifier, metrics_room.Metric):
        return identifier, identifier.name
    found = metrics_room.get(identifier)
    if isinstance(found, metrics_room.Metric):
        shown = identifier if isinstance(identifier, str) else found.name
        return found, shown
    name = identifier
    if not isinstance(identifier, str):
        name = to_snake_case(getattr(found, "__name__", "metric"))
    return metrics_room.MeanMetricWrapper(found, name=name), name


ACCURACY = {"accuracy", "acc"}
CROSSENTROPY = {"crossentropy", "ce"}


def _by_shape(name: str, target: Any, prediction: Any) -> Any:
    binary = bool(prediction.shape) and prediction.shape[-1] == 1
    if name in ACCURACY:
        if binary:
            return metrics_room.BinaryAccuracy(name=name)
        if target is None or is_sparse(target, prediction):
            return metrics_room.SparseCategoricalAccuracy(name=name)
        return metrics_room.CategoricalAccuracy(name=name)
    if binary:
        return metrics_room.BinaryCrossentropy(name=name)
    if target is None or is_sparse(target, prediction):
        return metrics_room.SparseCategoricalCrossentropy(name=name)
    return metrics_room.CategoricalCrossentropy(name=name)
