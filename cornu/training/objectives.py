"""What a compiled model is trained for and measured by: losses and metrics."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from cornu.core import registry
from cornu.core.call_spec import call_signature
from cornu.core.tracking import members, unique


class Objectives:
    """The losses and metrics of a compiled model; a base of `Trainer`."""

    # --- metrics -------------------------------------------------------------------------------

    @property
    def metrics(self) -> list:
        """The metrics that `fit` and `evaluate` report, each once.

        The loss tracker, those of `compile` as one, the losses of several outputs; then those
        among the model's attributes and those of the layers inside. What a model inside was
        compiled with, or has as its own, is left out: it belongs to its own training.
        """
        found: list = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compile_metrics is not None:
                found.append(self._compile_metrics)
            if self._compile_loss is not None:
                found += self._compile_loss.metrics
        kind = registry.PUBLISHED["keras.metrics", "Metric"]
        for layer in self._flatten_layers():
            if layer is self or not isinstance(layer, Objectives):
                found += members(layer, kind)
        return unique(found)

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values that `evaluate` returns, in order."""
        return self._in_order_of_lists(self.get_metrics_result()) if self.compiled else []

    def _in_order_of_lists(self, logs: dict) -> list[str]:
        """The names of logs as lists of values have them: the loss, other losses, metrics.

        Of several outputs the losses come in the order of those given to `compile`, the metrics in
        that of their names; a metric of a single output stands where it was given to `compile`.
        """
        names, losses = [self._loss_tracker.name], self._compile_loss
        several = losses is not None and bool(losses.metrics)
        if self._compile_metrics is not None and not several:
            names += self._compile_metrics.log_names
        if several:
            names += [f"{key}_loss" for key in losses.loss] if isinstance(losses.loss, dict) else []
            names += [metric.name for metric in losses.metrics]
        names += [metric.name for metric in self.metrics]
        return list(dict.fromkeys([*(n for n in names if n in logs), *sorted(logs)]))

    @property
    def metrics_variables(self) -> list:
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def reset_metrics(self) -> None:
        """Put all metrics back to their start."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of all metrics by name, the loss first."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            found.update(value if isinstance(value, dict) else {metric.name: value})
        return found

    # --- losses --------------------------------------------------------------------------------

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The scalar to minimise: compiled loss plus the layers' losses and penalties.

        Args:
            x: inputs.
            y: targets.
            y_pred: outputs.
            sample_weight: weights of the examples.
            training: whether the model is being trained.
        """
        total = None
        if self._compile_loss is not None:
            total = self._compile_loss(y, y_pred, sample_weight)
        for loss in self.losses:
            value = jnp.sum(jnp.asarray(loss).astype("float32"))
            total = value if total is None else total + value
        return jnp.zeros(()) if total is None else total

    def _loss_of(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """The loss; one that a subclass computes may do without `training`."""
        signature = call_signature(type(self).compute_loss)
        takes = signature.takes("training") or signature.takes_any_keyword
        flag = {"training": training} if takes else {}
        return self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, **flag)

    def compute_metrics(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None
    ) -> dict:
        """Feed a batch to the compiled metrics and return all metrics' values."""
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
