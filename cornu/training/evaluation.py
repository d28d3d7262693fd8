"""`evaluate`, `predict` and the methods for single batches."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from cornu import tree
from cornu.core.host_stage import strings_as_arrays
from cornu.core.input_spec import nothing_returned
from cornu.data.arrays import is_number_list
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.training.callback_list import CallbackList
from cornu.training.checks.data import DataCheck
from cornu.training.ending import closing_all
from cornu.training.logs import Logs
from cornu.training.outputs import class_weights_of
from cornu.training.steps.executions import Executions
from cornu.training.steps.loop import Loop
from cornu.training.steps.program import StepProgram


class Evaluation:
    """What a compiled model does with data beside `fit`; a base of `Trainer`."""

    # --- evaluate and predict ------------------------------------------------------------------

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Loss and metrics on data.

        Args:
            x: inputs, as for `fit`.
            y: targets.
            batch_size: examples per batch; 32 by default.
            verbose: 0 silent, 1 progress bar, 2 one line.
            sample_weight: one weight per example.
            steps: number of batches.
            callbacks: list of `Callback`s.
            return_dict: whether to return a dict instead of a list.
            **kwargs: none are known.

        Returns:
            The loss if there are no metrics, else a list in the order of `metrics_names`, or a
            dict by name.
        """
        if kwargs:
            raise TypeError(f"evaluate got arguments it does not know: {sorted(kwargs)}.")
        self._require_compiled("evaluate")
        feed = self._make_feed(x, y, sample_weight, batch_size, shuffle=False, steps=steps)
        callbacks = callbacks_for(self, callbacks, verbose, 1, steps or feed.steps)
        with closing_all(feed):
            logs = self._evaluate(self._test_loop(feed, steps, callbacks), callbacks)
        return self._as_returned(logs, return_dict)

    def _test_loop(
        self, feed: Any, steps: int | None, callbacks: Any, check: DataCheck | None = None
    ) -> Loop:
        self._symbolic_build(feed.peek(), train=False)
        hooks = Executions(
            self.steps_per_execution,
            steps or feed.steps,
            callbacks.on_test_batch_begin,
            lambda batch, results: callbacks.on_test_batch_end(batch, results[-1]),
        )
        return Loop(
            self._program("test"),
            feed,
            steps or feed.steps,
            1 if callbacks.needs_test_batches() else None,
            self._eager_step("test"),
            hooks,
            check or DataCheck(self, "test").whole(feed),
        )

    def _evaluate(self, loop: Loop, callbacks: Any) -> dict[str, float]:
        self.reset_metrics()
        callbacks.on_test_begin()
        logs = Logs({})
        with explain_tracer_errors("evaluate"):
            for step, count, _, result in loop.epoch(0):
                logs = Logs(result)
                loop.hooks.end(step + count, logs)
            loop.hooks.close()
            loop.finish()
        callbacks.on_test_end(logs)
        found = dict(logs.items())
        loop.check.explain(found.get("loss"))
        return found

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Outputs for data, as NumPy arrays.

        Args:
            x: inputs, as for `fit`.
            batch_size: examples per batch; 32 by default.
            verbose: 0 silent, 1 progress bar, 2 one line.
            steps: number of batches.
            callbacks: list of `Callback`s.

        Returns:
            Array `(examples, ...)`, or the nested structure of the outputs.
        """
        feed = self._make_feed(x, None, None, batch_size, shuffle=False, steps=steps)
        if not self.built:
            self._symbolic_build(feed.peek(), train=False)
        callbacks = callbacks_for(self, callbacks, verbose, 1, steps or feed.steps)
        program = self._program("predict")
        interval = 1 if callbacks.needs_predict_batches() else None
        hooks = Executions(
            self.steps_per_execution,
            steps or feed.steps,
            callbacks.on_predict_batch_begin,
            lambda batch, results: callbacks.on_predict_batch_end(
                batch, {"outputs": _outputs_of(results)}
            ),
        )
        eager = self._eager_step("predict")
        check = DataCheck(self, "predict").whole(feed)
        loop = Loop(program, feed, steps or feed.steps, interval, eager, hooks, check)
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
            raise ValueError(nothing_returned(self))
        found = _joined(parts, counts)
        callbacks.on_predict_end()
        loop.check.explain_outputs(found)
        return found

    # --- single batches ------------------------------------------------------------------------

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """One update from one batch; the metrics are those of this batch.

        Args:
            x: inputs.
            y: targets.
            sample_weight: one weight per example.
            class_weight: dict from class to weight, or other forms that `fit` takes.
            return_dict: whether to return a dict instead of a list.

        Returns:
            The loss, `[loss, metric, ...]`, or a dict by name.
        """
        self._require_compiled("train_on_batch")
        weights = class_weights_of(self, class_weight)
        batch = self._make_feed(x, y, sample_weight, _rows(x), False, weights).peek()
        self._symbolic_build(batch)
        return self._as_returned(self._on_batch("train", batch, resets=True), return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch."""
        self._require_compiled("test_on_batch")
        batch = self._make_feed(x, y, sample_weight, _rows(x), False).peek()
        self._symbolic_build(batch, train=False)
        return self._as_returned(self._on_batch("test", batch, resets=True), return_dict)

    def _on_batch(self, kind: str, batch: Any, resets: bool = False) -> dict:
        """The logs behind one step; of its batch alone, or the metrics go on from before."""
        eager, program = self._eager_step(kind), self._program(kind, resets)
        check = self._looked_at(program, kind, batch)
        with explain_tracer_errors(f"{kind}_on_batch"):
            if eager is not None:
                if resets:
                    self.reset_metrics()
                result = eager(batch)
            else:
                with program.owning() if program.donate else contextlib.nullcontext():
                    result = program.run(batch)
        logs = dict(Logs(result).items())
        check.explain(logs.get("loss"), batch)
        return logs

    def _looked_at(self, program: StepProgram, kind: str, batch: Any) -> DataCheck:
        """The check of all single batches of a program, which has looked at this one."""
        if program.check is None:
            program.check = DataCheck(self, kind)
        program.check.batch(batch)
        # Programs outlive the call, and hold no data.
        program.check.example = None
        return program.check

    def _as_returned(self, logs: dict, return_dict: bool) -> Any:
        if return_dict:
            return logs
        values = [logs[name] for name in self._in_order_of_lists(logs)]
        return values[0] if len(values) == 1 else values

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch, as NumPy arrays."""
        batch = self._make_feed(x, None, None, _rows(x), False).peek()
        if not self.built:
            self._symbolic_build(batch, train=False)
        eager, program = self._eager_step("predict"), self._program("predict")
        self._looked_at(program, "predict", batch)
        outputs = eager(batch) if eager is not None else program.run(batch)
        return tree.map_structure(np.asarray, outputs)


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


def _rows(x: Any) -> int | None:
    """The number of samples of a batch; None for what is no array."""
    x = strings_as_arrays(x)
    if is_number_list(x):
        return len(x)
    return next((len(leaf) for leaf in tree.flatten(x) if hasattr(leaf, "__len__")), None)
