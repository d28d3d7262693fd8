"""`Run`: one call of `fit`: its epochs, where it is in them, and how it is resumed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from cornu.core import state as states
from cornu.data.random_state import random_state, set_random_state
from cornu.engine.interrupts import interrupts_between_steps
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.engine.user_warnings import warn
from cornu.training.callback_list import CallbackList
from cornu.training.checks.data import DataCheck
from cornu.training.ending import closing_all, data_ended, note_place
from cornu.training.evaluation import run_test, test_loop
from cornu.training.logs import Logs
from cornu.training.model_state import state_of
from cornu.training.steps.compilations import MANY, advice
from cornu.training.steps.executions import Executions
from cornu.training.steps.loop import Loop
from cornu.training.steps.programs import eager_step, program_of


class Run:
    """A call of `fit`: owns its data, its place and its callbacks, and ends with it.

    Args:
        model: the model that is trained.
        feed: the training data; None for a loop of a user's own.
        validation: the validation data, or None.

    Attributes:
        epoch: number of the epoch.
        step: number of batches of it that were used.
        logs: the epoch's values so far.
        resumed: whether it goes on where another one was broken off.
    """

    def __init__(self, model: Any, feed: Any = None, validation: Any = None):
        self.model = model
        self.feeds = {"feed": feed, "validation": validation}
        self.epoch = self.step = 0
        self.logs = Logs({})
        self.resumed = False
        self._random: dict[str, Any] | None = None
        self._compiled_before = 0

    # --- training ------------------------------------------------------------------------------

    def train(
        self,
        callbacks: CallbackList,
        initial_epoch: int,
        epochs: int,
        steps: int | None,
        validation_steps: int | None,
        is_due: Callable[[int], bool],
    ) -> None:
        """Train the model.

        Args:
            callbacks: whom to tell of it.
            initial_epoch: the epoch to begin with.
            epochs: the epoch to stop before.
            steps: batches in an epoch; None for all that come.
            validation_steps: likewise, of a validation.
            is_due: whether there is a validation after an epoch of that number.
        """
        model, validation = self.model, self.feeds["validation"]
        check = DataCheck(model, "test", "y in validation_data").whole(validation)
        loop = self._loop(callbacks, steps)

        @functools.cache
        def validation_loop() -> Loop:
            return test_loop(model, validation, validation_steps, callbacks, check)

        def validate(epoch: int) -> dict[str, float]:
            if validation is None or not is_due(epoch):
                return {}
            found = run_test(model, validation_loop(), callbacks)
            return {f"val_{name}": value for name, value in found.items()}

        model._current_run = self
        self._compiled_before = len(loop.program.compilations)
        with closing_all(*self.feeds.values()), interrupts_between_steps(), loop.program.owning():
            model.stop_training = False
            try:
                callbacks.on_train_begin()
                logs = self._epochs(loop, callbacks, initial_epoch, epochs, validate)
            except BaseException as error:
                note_place(error, (self.epoch, self.step))
                callbacks.on_train_abort()
                raise
            finally:
                model._current_run = None
            if model.optimizer is not None and epochs > 0:
                model.optimizer.finalize_variable_values(model.trainable_weights)
            callbacks.on_train_end(logs)

    def _loop(self, callbacks: CallbackList, steps: int | None) -> Loop:
        model, feed = self.model, self.feeds["feed"]
        hooks = Executions(
            model.steps_per_execution,
            steps,
            callbacks.on_train_batch_begin,
            lambda batch, results: callbacks.on_train_batch_end(batch, results[-1]),
        )
        check = DataCheck(model, "train").whole(feed)
        interval, eager = callbacks.batch_interval(), eager_step(model, "train")
        return Loop(program_of(model, "train"), feed, steps, interval, eager, hooks, check)

    def _epochs(
        self, loop: Loop, callbacks: CallbackList, first: int, epochs: int, validate: Callable
    ) -> Logs:
        model, logs = self.model, Logs({})
        if self.resumed:
            first = max(self.epoch, first)
        with explain_tracer_errors("fit"):
            for epoch in range(first, epochs):
                logs = self._one_epoch(loop, callbacks, epoch)
                found = validate(epoch)
                if found:
                    logs = Logs({**logs, **found})
                callbacks.on_epoch_end(epoch, logs)
                if epoch == first and not model.stop_training:
                    loop.check.explain(logs.get("loss"))
                if model.stop_training or data_ended(loop.feed, epoch, epochs):
                    break
            loop.program.wait()
        return logs

    def _one_epoch(self, loop: Loop, callbacks: CallbackList, epoch: int) -> Logs:
        self._begin_epoch(epoch)
        if self.step == 0:
            self.model.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        if self._random is not None and self.step:
            # The hooks of the epoch's beginning were called before the break too.
            set_random_state(self._random)
        self._random = None
        # A run that was broken off after its last step has only what follows the epoch before it.
        over = self.model.stop_training and self.step > 0
        for step, count, _, result in () if over else loop.epoch(epoch, self.step):
            self.logs, self.step = Logs(result), step + count
            loop.hooks.end(self.step, self.logs)
            callbacks.on_progress(self.step, _if_ready(self.logs))
            self._watch_compilations(loop)
            if self.model.stop_training:
                break
        loop.hooks.close()
        if self.step == 0:
            raise ValueError(
                f"fit got no batch in epoch {epoch + 1}: the data ran out. Pass a source that can "
                "be iterated again, or fewer epochs or steps."
            )
        logs = self.logs
        self._begin_epoch(epoch + 1)
        return logs

    def _begin_epoch(self, epoch: int) -> None:
        """An epoch begins, unless it is the one that was taken up again within."""
        if (epoch, self.step > 0) != (self.epoch, True):
            self.epoch, self.step, self.logs = epoch, 0, Logs({})

    def _watch_compilations(self, loop: Loop) -> None:
        reasons = loop.program.compilations.reasons
        if len(reasons) - self._compiled_before == MANY:
            self._compiled_before = -1
            warn(advice(reasons))

    # --- backups -------------------------------------------------------------------------------

    def watch(self, saves_at: Callable[[int], bool]) -> None:
        """Prepare the data for backups after such numbers of steps, and at the ends of epochs."""
        for feed in self.feeds.values():
            if feed is not None:
                feed.watch(saves_at)

    def snapshot(self) -> dict[str, Any]:
        """Arrays of all state, the place in the run and in the data, and the random numbers."""
        places = {
            name: {
                "seed": getattr(feed, "seed", None),
                # Validation begins anew each time, after what it has given.
                "place": feed.get_state(*((self.epoch, self.step) if name == "feed" else (-1, 0))),
            }
            for name, feed in self.feeds.items()
            if feed is not None
        }
        return {
            "arrays": [np.array(value) for value in states.read(self._variables())],
            "epoch": self.epoch,
            "step": self.step,
            "logs": dict(self.logs.items()),
            "feeds": places,
            "random": places.get("feed", {}).get("place", {}).get("random") or random_state(),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Put back what `snapshot` gave; `fit` goes on at its place."""
        variables, arrays = self._variables(), snapshot["arrays"]
        if len(arrays) != len(variables):
            raise ValueError(
                f"The backup holds {len(arrays)} arrays, model {self.model.name!r} has "
                f"{len(variables)} state variables: it was written by another model. Delete it to "
                "start anew."
            )
        states.write(variables, arrays)
        for name, feed in self.feeds.items():
            known = snapshot["feeds"].get(name)
            if feed is None or known is None:
                continue
            if known["seed"] is not None and hasattr(feed, "seed"):
                feed.seed = known["seed"]
            if known["place"]:
                feed.set_state(known["place"])
        self.epoch, self.step = int(snapshot["epoch"]), int(snapshot["step"])
        self.logs = Logs(snapshot["logs"])
        self.resumed = True
        self._random = snapshot["random"]
        set_random_state(self._random)

    def _variables(self) -> list:
        return states.leaves(state_of(self.model))


def _if_ready(logs: Logs) -> Callable:
    return lambda: logs if logs.is_ready() else None
