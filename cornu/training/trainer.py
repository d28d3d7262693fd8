"""`Trainer`: compile, fit, evaluate and predict, for models.

The steps are written in the stateful style; `training/program.py` makes pure compiled programs of
them, `training/loop.py` runs those over batches.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import optimizers, tree
from cornu.core import masking, registry
from cornu.core.call_spec import call_signature
from cornu.core.gradients import value_and_grad
from cornu.core.scope import StatelessScope
from cornu.core.tracking import unique
from cornu.data import make_feed, train_validation_split, unpack_x_y_sample_weight
from cornu.engine.eager_values import concrete_tracers
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.metrics import Mean
from cornu.ops.symbolic import KerasTensor
from cornu.training.callback_list import CallbackList
from cornu.training.compiled_loss import CompiledLoss
from cornu.training.compiled_metrics import CompiledMetrics
from cornu.training.logs import Logs
from cornu.training.loop import Loop
from cornu.training.program import StepProgram, global_seed_state
from cornu.training.snapshot import Snapshots
from cornu.training.stateless import StatelessSteps


class Trainer(Snapshots, StatelessSteps):
    """What a model needs to be trained; a base of `Model`."""

    optimizer: Any = None
    stop_training: bool = False
    compiled: bool = False
    run_eagerly: bool = False
    jit_compile: bool = True
    steps_per_execution: int = 1

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
            steps_per_execution: least number of steps per dispatch; results do not depend on it.
            jit_compile: False runs steps uncompiled; "auto" and True compile them.
            auto_scale_loss: wrap the optimizer in loss scaling under a float16 policy.

        >>> import cornu as keras
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", loss="mse", metrics=["mae"])
        """
        if steps_per_execution < 1:
            raise ValueError(f"steps_per_execution must be at least 1; got {steps_per_execution}.")
        self._compile_config = dict(
            optimizer=optimizer,
            loss=loss,
            loss_weights=loss_weights,
            metrics=metrics,
            weighted_metrics=weighted_metrics,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
            jit_compile=jit_compile,
        )
        self.optimizer = optimizers.get(optimizer)
        policy = getattr(self, "dtype_policy", None)
        if auto_scale_loss and policy is not None and policy.name == "mixed_float16":
            if not isinstance(self.optimizer, optimizers.LossScaleOptimizer):
                self.optimizer = optimizers.LossScaleOptimizer(self.optimizer, name="loss_scale")
        names = getattr(self, "output_names", None)
        self.loss = loss
        self._compile_loss = None if loss is None else CompiledLoss(loss, loss_weights, names)
        self._compile_metrics = None
        if metrics is not None or weighted_metrics is not None:
            self._compile_metrics = CompiledMetrics(metrics, weighted_metrics, names)
        self._loss_tracker = Mean(name="loss")
        self.run_eagerly = run_eagerly
        self.jit_compile = jit_compile is not False
        self.steps_per_execution = steps_per_execution
        self.stop_training = False
        self.compiled = True
        self._programs: dict[str, StepProgram] = {}

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
            if key in ("loss", "metrics", "weighted_metrics", "optimizer", "loss_weights"):
                value = _objects_of(value)
            arguments[key] = value
        self.compile(**arguments)
        if getattr(self, "built", False) and self.optimizer is not None:
            self.optimizer.build(self.trainable_variables)

    def _require_compiled(self, method: str, loss: bool = False) -> None:
        if not self.compiled:
            raise ValueError(
                f"Model {self.name!r} must be compiled before `{method}`. Call "
                "model.compile(optimizer=..., loss=..., metrics=[...]) first."
            )
        if loss and self._compile_loss is None and not self._has_own_loss():
            raise ValueError(
                f"Model {self.name!r} was compiled without a loss, so there is nothing to train "
                "for. Pass `loss=...` to compile, or override `compute_loss` or `train_step`."
            )

    def _has_own_loss(self) -> bool:
        own = any(
            getattr(type(self), name) is not getattr(Trainer, name)
            for name in ("train_step", "compute_loss")
        )
        return own or bool(self.losses) or not getattr(self, "built", True)

    # --- metrics -------------------------------------------------------------------------------

    @property
    def metrics(self) -> list:
        """All metrics: the loss tracker, those given to compile, and the layers' own."""
        found: list = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compile_metrics is not None:
                found += self._compile_metrics.metrics
            if self._compile_loss is not None:
                found += self._compile_loss.metrics
        kind = registry.PUBLISHED["keras.metrics", "Metric"]
        from_layers = super().metrics
        return unique([*found, *(m for m in from_layers if isinstance(m, kind))])

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values that `evaluate` returns, in order."""
        return list(self.get_metrics_result()) if self.compiled else []

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
        special: list = []
        if self.compiled:
            special.append(self._loss_tracker)
            found["loss"] = self._loss_tracker.result()
            for part in (self._compile_loss, self._compile_metrics):
                special += part.metrics if part is not None else []
            if self._compile_metrics is not None:
                found.update(self._compile_metrics.result())
            if self._compile_loss is not None:
                found.update({m.name: m.result() for m in self._compile_loss.metrics})
        done = set(map(id, special))
        for metric in self.metrics:
            if id(metric) not in done:
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

    def compute_metrics(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None
    ) -> dict:
        """Feed a batch to the compiled metrics and return all metrics' values."""
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)

    # --- steps ---------------------------------------------------------------------------------

    def train_step(self, *args: Any) -> Any:
        """One update from one batch; override it to train in another way.

        Called as `train_step(data)`, where it reads and assigns Variables, or in the pure style as
        `train_step(state, data)`, where it returns `(logs, state)`.

        Args:
            *args: `(data,)` or `(state, data)`; data is `(x, y, sample_weight)`.

        Returns:
            Logs by name, and the new state in the pure style.
        """
        if len(args) == 2:
            return self.stateless_train_step(*args)
        x, y, sample_weight = unpack_x_y_sample_weight(args[0])
        call = self._call_with_training(True)

        def objective() -> tuple:
            y_pred = call(x)
            loss = self.compute_loss(x, y, y_pred, sample_weight, training=True)
            self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
            return self.optimizer.scale_loss(loss), (y_pred, masking.get_masks(y_pred))

        variables = self.trainable_variables
        if variables:
            (_, (y_pred, mask)), gradients = value_and_grad(objective, variables, has_aux=True)()
            self.optimizer.apply(gradients, variables)
        else:
            warnings.warn(f"Model {self.name!r} has no trainable weights.", stacklevel=2)
            _, (y_pred, mask) = objective()
        if mask is not None:
            masking.set_masks(y_pred, mask)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, *args: Any) -> Any:
        """Loss and metrics of one batch; override it to evaluate in another way."""
        if len(args) == 2:
            return self.stateless_test_step(*args)
        x, y, sample_weight = unpack_x_y_sample_weight(args[0])
        y_pred = self._call_with_training(False)(x)
        loss = self.compute_loss(x, y, y_pred, sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, *args: Any) -> Any:
        """Outputs of one batch; override it to predict in another way."""
        if len(args) == 2:
            return self.stateless_predict_step(*args)
        x, _, _ = unpack_x_y_sample_weight(args[0])
        return self._call_with_training(False)(x)

    def _call_with_training(self, training: bool) -> Callable:
        return lambda x: self(x, training=training)

    # --- programs ------------------------------------------------------------------------------

    def _program(self, kind: str) -> StepProgram:
        if kind not in self._programs_by_kind():
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
            self._programs[kind] = StepProgram(
                step,
                variables,
                final=final,
                donate=kind == "train",
                stateless=pure,
                groups=groups,
            )
        return self._programs[kind]

    def _programs_by_kind(self) -> dict:
        if "_programs" not in self.__dict__:
            self._programs = {}
        return self._programs

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

        def eager(batch: Any) -> Any:
            batch = jax.tree.map(jnp.asarray, batch)
            with concrete_tracers() if self.run_eagerly else contextlib.nullcontext():
                return step(batch)

        return eager

    def _symbolic_build(self, batch: Any, train: bool = True) -> None:
        """Create all state (weights, optimizer slots, metrics) from the shapes of a batch."""
        x, y, _ = batch

        def symbolic(a: Any) -> Any:
            return None if a is None else KerasTensor((None, *a.shape[1:]), str(a.dtype))

        x_spec, y_spec = tree.map_structure(symbolic, x), tree.map_structure(symbolic, y)
        needs_spec = self.compiled and any(
            part is not None and getattr(part, field) is None
            for part, field in (
                (self._compile_loss, "functions"),
                (self._compile_metrics, "rows"),
            )
        )
        if not getattr(self, "built", False) or needs_spec:
            outputs = self._output_spec(x_spec)
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
        try:
            with StatelessScope():
                return self(x)
        except NotImplementedError:
            # A model without `call` (its train_step does it all) has nothing to build from.
            return None

    # --- fit -----------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: dict | None = None,
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
            validation_split: share of the data, from its end, kept for validation.
            validation_data: `(x, y)`, `(x, y, sample_weight)` or a source of batches.
            shuffle: whether to draw the examples in a new order each epoch.
            class_weight: dict from class to weight.
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
        self._require_compiled("fit", loss=True)
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = train_validation_split(
                (x, y, sample_weight), validation_split
            )
        feed = make_feed(x, y, sample_weight, batch_size, shuffle, class_weight, steps_per_epoch)
        self._feed = feed
        self._symbolic_build(feed.peek())
        validation = self._validation_feed(
            validation_data, validation_batch_size or batch_size, validation_steps
        )
        steps = steps_per_epoch or feed.steps
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_history=True,
                add_progbar=verbose != 0,
                model=self,
                verbose=verbose,
                epochs=epochs,
                steps=steps,
            )
        program = self._program("train")
        program.own_state()
        loop = Loop(
            program,
            feed,
            steps,
            callbacks.batch_interval(),
            self._eager_step("train"),
            self.steps_per_execution,
        )
        loop.on_begin = callbacks.on_train_batch_begin
        self.stop_training = False
        self._resume: tuple[int, int] | None = None
        callbacks.on_train_begin()
        first, start = self._resume or (initial_epoch, 0)
        logs: Any = {}
        try:
            with explain_tracer_errors("fit"):
                for epoch in range(max(first, initial_epoch), epochs):
                    logs = self._run_epoch(loop, callbacks, epoch, start)
                    start = 0
                    if validation is not None and _is_due(epoch, validation_freq):
                        found = self._evaluate(
                            validation, validation_steps, callbacks, return_dict=True
                        )
                        logs = Logs({**logs, **{f"val_{k}": v for k, v in found.items()}})
                    callbacks.on_epoch_end(epoch, logs)
                    if self.stop_training:
                        break
        finally:
            self._position = None
        if self.optimizer is not None and epochs > 0:
            self.optimizer.finalize_variable_values(self.trainable_weights)
        callbacks.on_train_end(logs)
        return callbacks.history

    def _run_epoch(self, loop: Loop, callbacks: CallbackList, epoch: int, start: int) -> Any:
        if start == 0:
            self.reset_metrics()
        self._position = (epoch, start)
        callbacks.on_epoch_begin(epoch)
        logs: Any = Logs({})
        ran = False
        for step, count, _, result in loop.epoch(epoch, start):
            ran = True
            logs = Logs(result)
            self._position = (epoch, step + count)
            callbacks.on_train_batch_end(step + count - 1, logs)
            callbacks.on_progress(step + count, _if_ready(logs))
            if self.stop_training:
                break
        if not ran and start == 0:
            raise ValueError(
                f"fit got no batch in epoch {epoch + 1}: the data ran out. Pass a source that can "
                "be iterated again, or fewer epochs or steps."
            )
        self._position = (epoch + 1, 0)
        return logs

    def _validation_feed(self, data: Any, batch_size: int | None, steps: int | None) -> Any:
        if data is None:
            return None
        if isinstance(data, (tuple, list)) and 2 <= len(data) <= 3:
            x, y, sample_weight = unpack_x_y_sample_weight(tuple(data))
            return make_feed(x, y, sample_weight, batch_size, shuffle=False, steps=steps)
        return make_feed(data, steps=steps, shuffle=False)

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
            The loss if there are no metrics, else `[loss, metric, ...]`, or a dict by name.
        """
        if kwargs:
            raise TypeError(f"evaluate got arguments it does not know: {sorted(kwargs)}.")
        self._require_compiled("evaluate")
        feed = make_feed(x, y, sample_weight, batch_size, shuffle=False, steps=steps)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_progbar=verbose != 0,
                model=self,
                verbose=verbose,
                epochs=1,
                steps=steps or feed.steps,
            )
        return self._evaluate(feed, steps, callbacks, return_dict)

    def _evaluate(self, feed: Any, steps: int | None, callbacks: Any, return_dict: bool) -> Any:
        self._symbolic_build(feed.peek(), train=False)
        interval = 1 if callbacks.needs_test_batches() else None
        loop = Loop(
            self._program("test"),
            feed,
            steps or feed.steps,
            interval,
            self._eager_step("test"),
            self.steps_per_execution,
        )
        loop.on_begin = callbacks.on_test_batch_begin
        self.reset_metrics()
        callbacks.on_test_begin()
        logs = Logs({})
        with explain_tracer_errors("evaluate"):
            for step, count, _, result in loop.epoch(0):
                logs = Logs(result)
                callbacks.on_test_batch_end(step + count - 1, logs)
        callbacks.on_test_end(logs)
        return _as_returned(dict(logs.items()), return_dict)

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
        feed = make_feed(x, None, None, batch_size, shuffle=False, steps=steps)
        if not self.built:
            self._symbolic_build(feed.peek(), train=False)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_progbar=verbose != 0,
                model=self,
                verbose=verbose,
                epochs=1,
                steps=steps or feed.steps,
            )
        loop = Loop(self._program("predict"), feed, steps or feed.steps, 1, self._eager_step("predict"))
        loop.on_begin = callbacks.on_predict_batch_begin
        callbacks.on_predict_begin()
        parts: list = []
        with explain_tracer_errors("predict"):
            for step, _, _, outputs in loop.epoch(0):
                parts.append(outputs)
                if callbacks.needs_predict_batches():
                    callbacks.on_predict_batch_end(step, {"outputs": outputs})
        callbacks.on_predict_end()
        if not parts:
            raise ValueError("predict got no batch: the data are empty.")
        return tree.map_structure(lambda *a: np.concatenate([np.asarray(b) for b in a]), *parts)

    # --- single batches ------------------------------------------------------------------------

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One update from one batch; the metrics go on from the last call.

        Args:
            x: inputs.
            y: targets.
            sample_weight: one weight per example.
            class_weight: dict from class to weight.
            return_dict: whether to return a dict instead of a list.

        Returns:
            The loss, `[loss, metric, ...]`, or a dict by name.
        """
        self._require_compiled("train_on_batch", loss=True)
        batch = make_feed(x, y, sample_weight, _rows(x), False, class_weight).peek()
        self._symbolic_build(batch)
        return self._on_batch("train", batch, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics on one batch; the metrics go on from the last call."""
        self._require_compiled("test_on_batch")
        batch = make_feed(x, y, sample_weight, _rows(x), False).peek()
        self._symbolic_build(batch, train=False)
        return self._on_batch("test", batch, return_dict)

    def _on_batch(self, kind: str, batch: Any, return_dict: bool) -> Any:
        eager = self._eager_step(kind)
        with explain_tracer_errors(f"{kind}_on_batch"):
            if eager is not None:
                result = eager(batch)
            else:
                program = self._program(kind)
                if program.donate:
                    program.own_state()
                result = program.run(batch)
        return _as_returned(dict(Logs(result).items()), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch, as NumPy arrays."""
        batch = make_feed(x, None, None, _rows(x), False).peek()
        if not self.built:
            self._symbolic_build(batch, train=False)
        eager = self._eager_step("predict")
        outputs = eager(batch) if eager is not None else self._program("predict").run(batch)
        return tree.map_structure(np.asarray, outputs)


def _objects_of(value: Any) -> Any:
    """Configs in a nested structure turned into objects; names stay names."""
    if isinstance(value, dict):
        if "class_name" in value and "config" in value:
            return registry.deserialize(value)
        return {k: _objects_of(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_objects_of(v) for v in value]
    return value


def _positional(function: Callable) -> int:
    """Number of declared positional parameters; 1 for the steps of this module."""
    signature = call_signature(getattr(function, "__func__", function))
    return len(signature.names) or 1


def _batch_size(x: Any) -> int:
    first = next((leaf for leaf in tree.flatten(x) if hasattr(leaf, "shape")), None)
    return 1 if first is None or not first.shape else first.shape[0]


def _rows(x: Any) -> int:
    return len(next(leaf for leaf in tree.flatten(x) if hasattr(leaf, "__len__")))


def _is_due(epoch: int, frequency: Any) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency


def _if_ready(logs: Logs) -> Callable:
    return lambda: logs if logs.is_ready() else None


def _as_returned(logs: dict, return_dict: bool) -> Any:
    if return_dict:
        return logs
    values = list(logs.values())
    return values[0] if len(values) == 1 else values

