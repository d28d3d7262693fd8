"""Single steps: `train_on_batch`, `test_on_batch`, `predict_on_batch`, and steps as functions."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu import tree
from cornu.core.host_stage import strings_as_arrays
from cornu.data.arrays import is_number_list
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.training.checks.data import DataCheck
from cornu.training.feeds import feed_of
from cornu.training.logs import Logs
from cornu.training.outputs import class_weights_of
from cornu.training.program import Program
from cornu.training.steps.building import build_for
from cornu.training.steps.programs import eager_step, program_of, programs_of


def logs_of_batch(
    model: Any,
    kind: str,
    x: Any,
    y: Any,
    sample_weight: Any,
    class_weight: Any = None,
    resets: bool = True,
) -> dict[str, Any]:
    """The logs behind one step.

    Args:
        model: a model.
        kind: "train" or "test".
        x: inputs of the batch.
        y: targets.
        sample_weight: one weight per example.
        class_weight: in the forms that `fit` takes.
        resets: whether the metrics are those of this batch alone, or go on from before.
    """
    weights = class_weights_of(model, class_weight)
    batch = feed_of(model, x, y, sample_weight, _rows(x), False, weights).peek()
    build_for(model, batch, trains=kind == "train")
    eager, program = eager_step(model, kind), program_of(model, kind, resets)
    check = _looked_at(model, program, kind, batch)
    with explain_tracer_errors(f"{kind}_on_batch"):
        if eager is not None:
            if resets:
                model.reset_metrics()
            result = eager(batch)
        else:
            with program.owning() if program.donates else contextlib.nullcontext():
                result = program.run(batch)
    logs = dict(Logs(result).items())
    check.explain(logs.get("loss"), batch)
    return logs


def outputs_of_batch(model: Any, x: Any) -> Any:
    """The outputs for one batch, as NumPy arrays."""
    batch = feed_of(model, x, None, None, _rows(x), False).peek()
    if not model.built:
        build_for(model, batch, trains=False)
    eager, program = eager_step(model, "predict"), program_of(model, "predict")
    _looked_at(model, program, "predict", batch)
    outputs = eager(batch) if eager is not None else program.run(batch)
    return tree.map_structure(np.asarray, outputs)


def in_order(model: Any, logs: dict[str, Any]) -> list[str]:
    """The names of logs as lists of values have them: the loss, other losses, metrics.

    Of several outputs the losses come in the order of those given to `compile`, the metrics in
    that of their names; a metric of a single output stands where it was given to `compile`.
    """
    names, losses = [model._loss_tracker.name], model._compile_loss
    several = losses is not None and bool(losses.metrics)
    if model._compile_metrics is not None and not several:
        names += model._compile_metrics.log_names
    if several:
        names += [f"{key}_loss" for key in losses.loss] if isinstance(losses.loss, dict) else []
        names += [metric.name for metric in losses.metrics]
    names += [metric.name for metric in model.metrics]
    return list(dict.fromkeys([*(n for n in names if n in logs), *sorted(logs)]))


def as_returned(model: Any, logs: dict[str, Any], return_dict: bool) -> Any:
    """Logs as methods return them: a dict, the only value, or a list in the usual order."""
    if return_dict:
        return logs
    values = [logs[name] for name in in_order(model, logs)] if len(logs) > 1 else [*logs.values()]
    return values[0] if len(values) == 1 else values


def step_function(model: Any, kind: str, force: bool) -> Callable:
    """The attribute `train_function` or its like: runs one step on an iterator's next batch."""
    name = f"{kind}_function"
    if force:
        programs_of(model).pop(kind, None)
    if force or getattr(model, name) is None:
        setattr(model, name, lambda iterator: _next_step(model, kind, iterator))
    return getattr(model, name)


def _next_step(model: Any, kind: str, iterator: Iterator) -> Any:
    data = next(iterator)
    x, y, weights = (*data, None, None)[:3] if isinstance(data, tuple) else (data, None, None)
    if kind == "predict":
        return outputs_of_batch(model, x)
    model._require_compiled(f"{kind}_function")
    return logs_of_batch(model, kind, x, y, weights, resets=False)


def _looked_at(model: Any, program: Program, kind: str, batch: Any) -> DataCheck:
    """The check of all single batches of a program, which has looked at this one."""
    if program.check is None:
        program.check = DataCheck(model, kind)
    program.check.batch(batch)
    # Programs outlive the call, and hold no data.
    program.check.example = None
    return program.check


def _rows(x: Any) -> int | None:
    """The number of samples of a batch; None for what is no array."""
    x = strings_as_arrays(x)
    if is_number_list(x):
        return len(x)
    return next((len(leaf) for leaf in tree.flatten(x) if hasattr(leaf, "__len__")), None)
