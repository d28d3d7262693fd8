"""`Trainer`: compile, fit, evaluate and predict, for models.

`steps/default_steps.py` holds the steps, in the stateful style; `steps/program.py` makes pure
compiled programs of them, `steps/loop.py` runs those over batches.
"""

from __future__ import annotations

import contextlib
import functools
import types
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu import optimizers, tree
from cornu.core import registry
from cornu.core.call_spec import call_signature
from cornu.core.dtype_policy import DTypePolicyMap
from cornu.core.host_stage import holds_strings
from cornu.core.input_spec import nothing_returned
from cornu.core.scope import StatelessScope
from cornu.data import train_validation_split, unpack_x_y_sample_weight
from cornu.engine.eager_values import concrete_tracers
from cornu.engine.interrupts import interrupts_between_steps
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.losses import Loss
from cornu.metrics import Mean, Metric
from cornu.ops.symbolic import KerasTensor
from cornu.optimizers import Optimizer
from cornu.training.callback_list import CallbackList
from cornu.training.checks.arguments import (
    check_loss,
    check_loss_weights,
    check_metrics,
    optimizer_of,
    outputs_known,
    warn_of_unused_validation,
)
from cornu.training.checks.data import DataCheck
from cornu.training.checks.inputs import refuse_pairs
from cornu.training.compiled_loss import CompiledLoss
from cornu.training.compiled_metrics import CompiledMetrics
from cornu.training.ending import closing_all, data_ended, note_place
from cornu.training.evaluation import Evaluation, callbacks_for
from cornu.training.host_feed import host_feed
from cornu.training.limits import check_epochs, limited_epochs, make_feed
from cornu.training.logs import Logs
from cornu.training.objectives import Objectives
from cornu.training.outputs import class_weights_of
from cornu.training.steps.default_steps import DefaultSteps
from cornu.training.steps.executions import Executions
from cornu.training.steps.loop import Loop
from cornu.training.steps.own_steps import own_step
from cornu.training.steps.program import StepProgram, global_seed_state
from cornu.training.steps.state_tree import StateTree
from cornu.training.steps.stateless import StatelessSteps
from cornu.training.steps.step_functions import StepFunctions
from cornu.training.training_run import TrainingRun


class Trainer(DefaultSteps, Objectives, Evaluation, StatelessSteps, StateTree, StepFunctions):
    """What a model needs to be trained; a base of `Model`."""

    optimizer: Any = None
    loss: Any = None
    stop_training: bool = False
    compiled: bool = False
    run_eagerly: bool = False
    jit_compile: bool = True
    steps_per_execution: int = 1
    _training_run: TrainingRun | None = None

    # --- compile -------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how the model is trained.

        Args:
            optimizer: name or `Optimizer`.
            loss: name, function or `Loss`; or a list or dict of these, one per output.
            loss_weights: number(s) the losses are multiplied by before they are added.
            metrics: list of names, functions or `Metric`s; or a list or dict of lists per output.
            weighted_metrics: likewise; these see the sample weights.
            run_eagerly: run steps without compilation, with real values to look at.
            steps_per_execution: least number of steps per dispatch, and number of batches between
                two calls of the batch hooks; results do not depend on it.
            jit_compile: False runs steps uncompiled; "auto" and True compile them.
            auto_scale_loss: wrap the optimizer in loss scaling under a float16 policy.

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", loss="mse", metrics=["mae"])
        """
        if not isinstance(steps_per_execution, int) or steps_per_execution < 1:
            raise ValueError(
                "compile: steps_per_execution must be an int of at least 1; got "
                f"{steps_per_execution!r}."
            )
        outputs = outputs_known(self)
        check_loss(loss, outputs)
        check_loss_weights(loss_weights, outputs)
        check_metrics("metrics", metrics, outputs)
        check_metrics("weighted_metrics", weighted_metrics, outputs)
        self._keep_loss(loss)
        self._compile_config = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile is not False and not run_eagerly,
        }
        self.optimizer = optimizer_of(optimizer)
        if auto_scale_loss and self._computes_in_float16():
            if not isinstance(self.optimizer, optimizers.LossScaleOptimizer):
                name = "loss_scale_optimizer"
                self.optimizer = optimizers.LossScaleOptimizer(self.optimizer, name=name)
        names = getattr(self, "output_names", None)
        self._compile_loss = None if loss is None else CompiledLoss(loss, loss_weights, names)
        self._compile_metrics = None
        if metrics is not None or weighted_metrics is not None:
            self._compile_metrics = CompiledMetrics(metrics, weighted_metrics, names, loss)
        self._loss_tracker = Mean(name="loss")
        self.run_eagerly = run_eagerly
        self.jit_compile = self._compile_config["jit_compile"]
        self.steps_per_execution = steps_per_execution
        self.stop_training = False
        self.compiled = True
        self._programs: dict[str, StepProgram] = {}
        # What was warned of: everything once for each `compile`.
        self._said: set[str] = set()

    def _keep_loss(self, loss: Any) -> None:
        """Make `loss` what `compile` was given; an attribute of the model's own stays without."""
        own = self.__dict__
        if loss is not None:
            self.loss = loss
        elif "loss" in own and own["loss"] is own.get("_compile_config", {}).get("loss"):
            del self.loss

    def _computes_in_float16(self) -> bool:
        policy = getattr(self, "dtype_policy", None)
        policies = policy.values() if isinstance(policy, DTypePolicyMap) else (policy,)
        return any(getattr(one, "name", None) == "mixed_float16" for one in policies)

    def get_compile_config(self) -> dict | None:
        """The arguments of `compile`, as plain values; None if it was not called."""
        if not self.compiled:
            return None
        config = dict(self._compile_config)
        config["optimizer"] = self.optimizer
        return {key: registry.serialize(value) for key, value in config.items()}

    def compile_from_config(self, config: dict) -> None:
        """Compile with what `get_compile_config` returned."""
        known = {k: v for k, v in config.items() if v is not None}
        arguments = {}
        for key, value in known.items():
            if key in KINDS:
                value = _objects_of(value, KINDS[key])
            arguments[key] = value
        try:
            self.compile(**arguments)
        except (ValueError, TypeError) as error:
            error.add_note(
                "These are arguments of `compile` that a file or config holds. Pass what is your "
                "own in `custom_objects`, or load with `compile=False` and compile anew."
            )
            raise
        if getattr(self, "built", False) and self.optimizer is not None:
            self.optimizer.build(self.trainable_variables)

    def _require_compiled(self, method: str) -> None:
        if not self.compiled:
            raise ValueError(
                f"Model {self.name!r} must be compiled before `{method}`. Call "
                "model.compile(optimizer=..., loss=..., metrics=[...]) first."
            )

    def _has_plain_loss(self) -> bool:
        """Whether the loss is that of `compile` and of the layers."""
        return type(self).compute_loss is Trainer.compute_loss

    # --- programs ------------------------------------------------------------------------------

    def _program(self, kind: str, resets: bool = False) -> StepProgram:
        """The compiled step; one that resets begins with metrics that have seen nothing."""
        name = f"{kind}_on_batch" if resets else kind
        if name not in self._programs_by_kind():
            step = getattr(self, f"{kind}_step")
            pure = _positional(step) == 2
            groups = {
                "train": lambda: (
                    self.trainable_variables,
                    self.non_trainable_variables,
                    self.optimizer.variables,
                    self.metrics_variables,
                ),
                "test": lambda: (
                    self.trainable_variables,
                    self.non_trainable_variables,
                    self.metrics_variables,
                ),
                "predict": lambda: (self.trainable_variables, self.non_trainable_variables),
            }[kind]

            def variables() -> list:
                return [*(v for group in groups() for v in group), *global_seed_state()]

            final = self.get_metrics_result if self._is_plain_step(kind) else None
            self._programs[name] = StepProgram(
                self._step_of_batches(kind, step, pure),
                variables,
                final=final,
                collects=kind == "predict",
                donate=kind == "train",
                stateless=pure,
                groups=groups,
                begin=self.reset_metrics if resets else None,
            )
        return self._programs[name]

    def _programs_by_kind(self) -> dict:
        if "_programs" not in self.__dict__:
            self._programs = {}
        return self._programs

    def __getstate__(self) -> dict:
        """What a pickle or a copy holds: all but what is made anew, or belongs to a run."""
        state = super().__getstate__()
        return {key: value for key, value in state.items() if key not in NOT_COPIED}

    def _step_of_batches(self, kind: str, step: Callable, pure: bool = False) -> Callable:
        """The step as a program calls it, with batches of three parts."""
        if getattr(step, "__func__", None) is getattr(Trainer, f"{kind}_step"):
            return step
        return own_step(self, kind, step, pure)

    def _is_plain_step(self, kind: str) -> bool:
        """Whether the step's logs are just the metrics' values."""
        own = (f"{kind}_step", "compute_metrics", "get_metrics_result")
        return kind != "predict" and all(
            getattr(type(self), name) is getattr(Trainer, name) for name in own
        )

    def _eager_step(self, kind: str) -> Callable | None:
        if self.jit_compile and not self.run_eagerly:
            return None
        step = getattr(self, f"{kind}_step")
        if _positional(step) == 2:
            raise ValueError(
                f"A pure `{kind}_step(state, data)` cannot run eagerly; write `{kind}_step(data)`."
            )

        step = self._step_of_batches(kind, step)

        def eager(batch: Any) -> Any:
            batch = jax.tree.map(lambda a: a if holds_strings(a) else jnp.asarray(a), batch)
            with concrete_tracers() if self.run_eagerly else contextlib.nullcontext():
                return step(batch)

        return eager

    def _symbolic_build(self, batch: Any, train: bool = True) -> None:
        """Create all state (weights, optimizer slots, metrics) from the shapes of a batch."""
        x, y, _ = batch

        def symbolic(a: Any) -> Any:
            return None if a is None else KerasTensor(a.shape, str(a.dtype))

        # Layers may need a batch of this very size; others are as good as it for what is built.
        x_spec, y_spec = tree.map_structure(symbolic, x), tree.map_structure(symbolic, y)
        needs_spec = self.compiled and any(
            part is not None and getattr(part, field) is None
            for part, field in (
                (self._compile_loss, "functions"),
                (self._compile_metrics, "rows"),
            )
        )
        if not getattr(self, "built", False) or needs_spec:
            # An eager model may look at values, so it is built from the batch itself.
            with explain_tracer_errors("build"):
                outputs = self._output_spec(x if self.run_eagerly else x_spec)
            if needs_spec and outputs is not None:
                if self._compile_loss is not None and y is not None:
                    self._compile_loss.build(y_spec, outputs)
                if self._compile_metrics is not None and y is not None:
                    self._compile_metrics.build(y_spec, outputs)
        if train and self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)

    def _output_spec(self, x: Any) -> Any:
        outputs = getattr(self, "_outputs_struct", None)
        if outputs is not None and self.built:
            return outputs
        calls = len(self._inbound_nodes)
        try:
            with StatelessScope():
                outputs = self(x)
        except NotImplementedError:
            # A model without `call` (its train_step does it all) has nothing to build from.
            return None
        # The call is not the user's, who would find it as `model.input` and `model.output`.
        del self._inbound_nodes[calls:]
        if outputs is None and self.compiled and self._compile_loss is not None:
            if self._is_plain_step("train") and self._has_plain_loss():
                raise ValueError(nothing_returned(self))
        return outputs

    # --- fit -----------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Any = None,
        validation_split: float | Callable = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | list = 1,
    ) -> Any:
        """Train the model.

        Args:
            x: inputs: arrays, data frames, nested structures of them, or a source of batches.
            y: targets, where `x` holds no batches.
            batch_size: examples per update; 32 by default.
            epochs: the epoch to stop before, counted from 0.
            verbose: 0 silent, 1 progress bar, 2 a line per epoch, "auto" is 1.
            callbacks: list of `Callback`s.
            validation_split: fraction, from the end, kept for validation; or a `ValidationSplit`.
            validation_data: `(x, y)`, `(x, y, sample_weight)` or a source of batches.
            shuffle: whether to draw the examples in a new order each epoch.
            class_weight: dict from class (of a sample, pixel or step) to weight; `"balanced"` for
                `samples / (classes * samples of the class)`; for several labels, a dict from label
                to the weight of its ones, or a list with a dict `{0: ..., 1: ...}` for each; for
                several outputs, a dict from name to one of these.
            sample_weight: one weight per example.
            initial_epoch: the epoch to start at.
            steps_per_epoch: batches per epoch; needed for endless sources.
            validation_steps: batches per validation.
            validation_batch_size: examples per validation batch.
            validation_freq: validate every so many epochs, or at the listed epochs (from 1).

        Returns:
            A `History`: its `history` maps names to the list of values, one per epoch.

        Raises:
            ValueError: if the model is not compiled or the data do not fit together.
        """
        self._require_compiled("fit")
        check_epochs(epochs, initial_epoch, validation_freq)
        epochs = limited_epochs(epochs)
        warn_of_unused_validation(validation_split, validation_data, validation_steps)
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = train_validation_split(
                (x, y, sample_weight), validation_split
            )
        weights = class_weights_of(self, class_weight)
        feed = self._make_feed(x, y, sample_weight, batch_size, shuffle, weights, steps_per_epoch)
        self._symbolic_build(feed.peek())
        validation = self._validation_feed(
            validation_data, validation_batch_size or batch_size, validation_steps
        )
        test_check = DataCheck(self, "test", "y in validation_data").whole(validation)
        steps = feed.steps or steps_per_epoch
        callbacks = callbacks_for(self, callbacks, verbose, epochs, steps, history=True)
        loop = self._train_loop(feed, steps, callbacks)

        @functools.cache
        def test_loop() -> Loop:
            return self._test_loop(validation, validation_steps, callbacks, test_check)

        def validate() -> dict:
            return self._evaluate(test_loop(), callbacks)

        due = None if validation is None else lambda epoch: _is_due(epoch, validation_freq)
        self._training_run = TrainingRun(self, feed, validation)
        with closing_all(feed, validation), interrupts_between_steps(), loop.program.owning():
            self._run_epochs(loop, callbacks, initial_epoch, epochs, validate, due)
        return callbacks.history

    def _train_loop(self, feed: Any, steps: int | None, callbacks: CallbackList) -> Loop:
        hooks = Executions(
            self.steps_per_execution,
            steps,
            callbacks.on_train_batch_begin,
            lambda batch, results: callbacks.on_train_batch_end(batch, results[-1]),
        )
        interval, eager = callbacks.batch_interval(), self._eager_step("train")
        check = DataCheck(self, "train").whole(feed)
        return Loop(self._program("train"), feed, steps, interval, eager, hooks, check)

    def _run_epochs(
        self,
        loop: Loop,
        callbacks: CallbackList,
        initial_epoch: int,
        epochs: int,
        validate: Callable,
        due: Callable | None,
    ) -> None:
        self.stop_training = False
        run, logs = self._training_run, Logs({})
        try:
            callbacks.on_train_begin()
            first = max(run.epoch, initial_epoch) if run.resumed else initial_epoch
            with explain_tracer_errors("fit"):
                for epoch in range(first, epochs):
                    logs = self._run_epoch(loop, callbacks, run, epoch)
                    if due is not None and due(epoch):
                        logs = Logs({**logs, **{f"val_{k}": v for k, v in validate().items()}})
                    callbacks.on_epoch_end(epoch, logs)
                    if epoch == first and not self.stop_training:
                        loop.check.explain(logs.get("loss"))
                    if self.stop_training or data_ended(loop.feed, epoch, epochs):
                        break
                loop.finish()
        except BaseException as error:
            note_place(error, (run.epoch, run.step))
            callbacks.on_train_abort()
            raise
        finally:
            self._training_run = None
        if self.optimizer is not None and epochs > 0:
            self.optimizer.finalize_variable_values(self.trainable_weights)
        callbacks.on_train_end(logs)

    def _run_epoch(self, loop: Loop, callbacks: CallbackList, run: TrainingRun, epoch: int) -> Any:
        run.begin_epoch(epoch)
        if run.step == 0:
            self.reset_metrics()
        callbacks.on_epoch_begin(epoch)
        run.epoch_began()
        # A run that was broken off after its last step has only what follows the epoch before it.
        over = self.stop_training and run.step > 0
        for step, count, _, result in () if over else loop.epoch(epoch, run.step):
            run.logs, run.step = Logs(result), step + count
            loop.hooks.end(run.step, run.logs)
            callbacks.on_progress(run.step, _if_ready(run.logs))
            if self.stop_training:
                break
        loop.hooks.close()
        if run.step == 0:
            raise ValueError(
                f"fit got no batch in epoch {epoch + 1}: the data ran out. Pass a source that can "
                "be iterated again, or fewer epochs or steps."
            )
        logs = run.logs
        run.begin_epoch(epoch + 1)
        return logs

    def _validation_feed(self, data: Any, batch_size: int | None, steps: int | None) -> Any:
        if data is None:
            return None
        if isinstance(data, (int, float)):
            raise ValueError(
                f"fit: validation_data={data!r} is a number; a fraction of x is passed as "
                "validation_split."
            )
        if isinstance(data, tuple) and not 1 <= len(data) <= 3:
            raise ValueError(
                "fit: validation_data must be (x, y), (x, y, sample_weight) or a source of "
                f"batches; got a tuple of {len(data)} parts."
            )
        if isinstance(data, (tuple, list)) and 2 <= len(data) <= 3:
            x, y, sample_weight = unpack_x_y_sample_weight(tuple(data))
            return self._make_feed(x, y, sample_weight, batch_size, shuffle=False, steps=steps)
        feed = self._make_feed(data, steps=steps, shuffle=False)
        needs_targets = self._is_plain_step("test") and self._compile_loss is not None
        if needs_targets and getattr(feed, "arrays", None) is not None:
            raise ValueError(
                "fit: validation_data holds no targets, but the loss compares with them. Pass a "
                f"tuple (x, y); got {type(data).__name__}."
            )
        return feed

    def _make_feed(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The feed of the data that a user passed to `fit`, `evaluate`, `predict` and their kin."""
        refuse_pairs(self, x, args[0] if args else None)
        feed = make_feed(x, *args, **kwargs)
        if self.run_eagerly:
            feed.read_in_caller()
        return host_feed(self, feed)


# Compiled programs, the part of a graph that reads strings, and what a run holds.
NOT_COPIED = frozenset({"_programs", "_stage", "_training_run"})


# Of which kinds the arguments of `compile` in a config may be.
KINDS: dict[str, tuple] = {
    "loss": (Loss, types.FunctionType),
    "metrics": (Metric, Loss, types.FunctionType),
    "weighted_metrics": (Metric, Loss, types.FunctionType),
    "optimizer": (Optimizer,),
    "loss_weights": (),
}


def _objects_of(value: Any, expected: tuple) -> Any:
    """Configs in a nested structure turned into objects; names stay names."""
    if isinstance(value, dict):
        if "class_name" in value and "config" in value:
            return registry.deserialize(value, expected=expected)
        return {k: _objects_of(v, expected) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_objects_of(v, expected) for v in value]
    return value


def _positional(function: Callable) -> int:
    """Number of arguments that a step is called with; those of this module take one or two."""
    function = getattr(function, "__func__", function)
    signature = call_signature(function)
    if signature.takes_any_place and not signature.names:
        return 1 if function.__module__.startswith("cornu.") else 2
    return len(signature.names) or 1


def _is_due(epoch: int, frequency: Any) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def _if_ready(logs: Logs) -> Callable:
    return lambda: logs if logs.is_ready() else None
