"""`evaluate` and `predict`: a model's test or predict step over the batches of a feed."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import tree
from cornu.core.input_spec import nothing_returned
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.training.callback_list import CallbackList
from cornu.training.checks.data import DataCheck
from cornu.training.ending import closing_all
from cornu.training.logs import Logs
from cornu.training.steps.building import build_for
from cornu.training.steps.executions import Executions
from cornu.training.steps.loop import Loop
from cornu.training.steps.programs import eager_step, program_of


def evaluate(model: Any, feed: Any, steps: int | None, callbacks: Any) -> dict[str, float]:
    """The logs behind all batches."""
    with closing_all(feed):
        return run_test(model, test_loop(model, feed, steps, callbacks), callbacks)


def test_loop(
    model: Any, feed: Any, steps: int | None, callbacks: Any, check: DataCheck | None = None
) -> Loop:
    """A loop over test data, which may be run again and again."""
    build_for(model, feed.peek(), trains=False)
    steps = steps or feed.steps
    hooks = Executions(
        model.steps_per_execution,
        steps,
        callbacks.on_test_batch_begin,
        lambda batch, results: callbacks.on_test_batch_end(batch, results[-1]),
    )
    interval = 1 if callbacks.needs_test_batches() else None
    check = check or DataCheck(model, "test").whole(feed)
    return Loop(
        program_of(model, "test"), feed, steps, interval, eager_step(model, "test"), hooks, check
    )


def run_test(model: Any, loop: Loop, callbacks: Any) -> dict[str, float]:
    """Go once through a test loop, with metrics that have seen nothing before."""
    model.reset_metrics()
    callbacks.on_test_begin()
    logs = Logs({})
    with explain_tracer_errors("evaluate"):
        for step, count, _, result in loop.epoch(0):
            logs = Logs(result)
            loop.hooks.end(step + count, logs)
        loop.hooks.close()
        loop.program.wait()
    callbacks.on_test_end(logs)
    found = dict(logs.items())
    loop.check.explain(found.get("loss"))
    return found


def predict(model: Any, feed: Any, steps: int | None, callbacks: Any) -> Any:
    """The outputs for all batches, as NumPy arrays."""
    if not model.built:
        build_for(model, feed.peek(), trains=False)
    steps = steps or feed.steps
    interval = 1 if callbacks.needs_predict_batches() else None
    hooks = Executions(
        model.steps_per_execution,
        steps,
        callbacks.on_predict_batch_begin,
        lambda batch, results: callbacks.on_predict_batch_end(
            batch, {"outputs": _outputs_of(results)}
        ),
    )
    check = DataCheck(model, "predict").whole(feed)
    eager = eager_step(model, "predict")
    loop = Loop(program_of(model, "predict"), feed, steps, interval, eager, hooks, check)
    callbacks.on_predict_begin()
    parts: list = []
    counts: list = []
    with closing_all(feed), explain_tracer_errors("predict"):
        for step, count, batch, outputs in loop.epoch(0):
            parts.append(outputs)
            counts.append(count if batch is None else None)
            if interval:
                hooks.end(step + count, (outputs, counts[-1]))
            callbacks.on_progress(step + count, dict)
        if interval:
            hooks.close()
    if not parts:
        raise ValueError("predict got no batch: the data are empty.")
    if parts[0] is None:
        raise ValueError(nothing_returned(model))
    found = _joined(parts, counts)
    callbacks.on_predict_end()
    check.explain_outputs(found)
    return found


def callbacks_for(
    model: Any,
    callbacks: Any,
    verbose: str | int,
    epochs: int,
    steps: int | None,
    history: bool = False,
) -> CallbackList:
    """The callbacks a user passed as a list, with the progress display and the history."""
    if isinstance(callbacks, CallbackList):
        return callbacks
    return CallbackList(
        callbacks,
        add_history=history,
        add_progbar=verbose != 0,
        model=model,
        verbose=verbose,
        epochs=epochs,
        steps=steps,
    )


def _joined(parts: list, counts: list) -> Any:
    """The outputs of several dispatches, with how many steps each holds, as NumPy arrays."""
    return tree.map_structure(lambda *a: np.concatenate(list(map(_batch, a, counts))), *parts)


def _outputs_of(results: list) -> Any:
    """The outputs of an execution; those of a single batch stay on the device."""
    parts, counts = zip(*results)
    return parts[0] if counts == (None,) else _joined(list(parts), list(counts))


def _batch(result: Any, count: int | None) -> np.ndarray:
    """A step's result, or those of the first `count` steps, `(steps, batch, ...)`, as one batch."""
    found = np.asarray(result)
    return found if count is None else found[:count].reshape(-1, *found.shape[2:])
