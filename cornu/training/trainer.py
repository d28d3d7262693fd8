"""`Trainer`: compile, fit, evaluate and predict, for models.

`run.py` trains, `evaluation.py` evaluates and predicts, `program.py` compiles the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp

from cornu.core import masking, registry
from cornu.core.call_spec import call_signature
from cornu.core.gradients import value_and_grad
from cornu.core.state import pure
from cornu.core.tracking import members, unique
from cornu.data import train_validation_split, unpack_x_y_sample_weight
from cornu.engine.user_warnings import warn
from cornu.metrics import Mean, Metric
from cornu.training import evaluation, model_state, single_batches
from cornu.training.checks.arguments import warn_of_unused_validation
from cornu.training.compiled_loss import CompiledLoss
from cornu.training.compiled_metrics import CompiledMetrics
from cornu.training.compiling import arguments_of_config, check_arguments, optimizer_for
from cornu.training.evaluation import callbacks_for
from cornu.training.feeds import batch_size_of, feed_of, validation_feed_of
from cornu.training.limits import check_epochs, due_epochs, limited_epochs
from cornu.training.outputs import class_weights_of
from cornu.training.run import Run
from cornu.training.steps.building import build_for
from cornu.training.steps.own_steps import is_overridden, pure_base_step


class Trainer:
    """What a model needs to be trained; a base of `Model`."""

    optimizer: Any = None
    loss: Any = None
    stop_training: bool = False
    compiled: bool = False
    run_eagerly: bool = False
    jit_compile: bool = True
    steps_per_execution: int = 1
    train_function: Callable | None = None
    test_function: Callable | None = None
    predict_function: Callable | None = None
    _current_run: Run | None = None

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
        arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile is not False and not run_eagerly,
        }
        check_arguments(self, arguments)
        self._keep_loss(loss)
        self._compile_config = arguments
        self.optimizer = optimizer_for(self, optimizer, auto_scale_loss)
        names = getattr(self, "output_names", None)
        self._compile_loss = None if loss is None else CompiledLoss(loss, loss_weights, names)
        self._compile_metrics = None
        if metrics is not None or weighted_metrics is not None:
            self._compile_metrics = CompiledMetrics(metrics, weighted_metrics, names, loss)
        self._loss_tracker = Mean(name="loss")
        self.run_eagerly = run_eagerly
        self.jit_compile = arguments["jit_compile"]
        self.steps_per_execution = steps_per_execution
        self.stop_training = False
        self.compiled = True
        self._programs: dict[str, Any] = {}
        # What was warned of: everything once for each `compile`.
        self._said: set[str] = set()

    def _keep_loss(self, loss: Any) -> None:
        """Make `loss` what `compile` was given; an attribute of the model's own stays without."""
        own = self.__dict__
        if loss is not None:
            self.loss = loss
        elif "loss" in own and own["loss"] is own.get("_compile_config", {}).get("loss"):
            del self.loss

    def get_compile_config(self) -> dict | None:
        """The arguments of `compile`, as plain values; None if it was not called."""
        if not self.compiled:
            return None
        config = {**self._compile_config, "optimizer": self.optimizer}
        return {key: registry.serialize(value) for key, value in config.items()}

    def compile_from_config(self, config: dict) -> None:
        """Compile with what `get_compile_config` returned."""
        arguments = arguments_of_config(config)
        try:
            self.compile(**arguments)
        except (ValueError, TypeError) as error:
            error.add_note(NOTE_ON_CONFIGS)
            raise
        if getattr(self, "built", False) and self.optimizer is not None:
            self.optimizer.build(self.trainable_variables)

    def _require_compiled(self, method: str) -> None:
        if not self.compiled:
            raise ValueError(
                f"Model {self.name!r} must be compiled before `{method}`. Call "
                "model.compile(optimizer=..., loss=..., metrics=[...]) first."
            )

    # --- fit, evaluate, predict ----------------------------------------------------------------

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
            verbose: 0 silent, 1 or "auto" progress bar, 2 a line per epoch.
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
        feed = feed_of(self, x, y, sample_weight, batch_size, shuffle, weights, steps_per_epoch)
        build_for(self, feed.peek())
        validation = validation_feed_of(
            self, validation_data, validation_batch_size or batch_size, validation_steps
        )
        steps = feed.steps or steps_per_epoch
        callbacks = callbacks_for(self, callbacks, verbose, epochs, steps, history=True)
        is_due = due_epochs(validation_freq)
        run = Run(self, feed, validation)
        run.train(callbacks, initial_epoch, epochs, steps, validation_steps, is_due)
        return callbacks.history

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
        feed = feed_of(self, x, y, sample_weight, batch_size, shuffle=False, steps=steps)
        callbacks = callbacks_for(self, callbacks, verbose, 1, steps or feed.steps)
        logs = evaluation.evaluate(self, feed, steps, callbacks)
        return single_batches.as_returned(self, logs, return_dict)

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
        feed = feed_of(self, x, None, None, batch_size, shuffle=False, steps=steps)
        callbacks = callbacks_for(self, callbacks, verbose, 1, steps or feed.steps)
        return evaluation.predict(self, feed, steps, callbacks)

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
        logs = single_batches.logs_of_batch(self, "train", x, y, sample_weight, class_weight)
        return single_batches.as_returned(self, logs, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics of one batch."""
        self._require_compiled("test_on_batch")
        logs = single_batches.logs_of_batch(self, "test", x, y, sample_weight)
        return single_batches.as_returned(self, logs, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Outputs for one batch, as NumPy arrays."""
        return single_batches.outputs_of_batch(self, x)

    def make_train_function(self, force: bool = False) -> Callable:
        """Make `train_function`: it takes an iterator of batches and trains on the next one.

        Args:
            force: whether to make it anew if there is one.

        Returns:
            The function, which returns the logs by name.

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> step = model.make_train_function()
        >>> sorted(step(iter([(np.ones((4, 2)), np.ones((4, 1)))])))
        ['loss']
        """
        return single_batches.step_function(self, "train", force)

    def make_test_function(self, force: bool = False) -> Callable:
        """Like `make_train_function`, for `test_function`, which evaluates the next batch."""
        return single_batches.step_function(self, "test", force)

    def make_predict_function(self, force: bool = False) -> Callable:
        """Like `make_train_function`, for `predict_function`, which predicts for the next batch."""
        return single_batches.step_function(self, "predict", force)

    # --- steps ---------------------------------------------------------------------------------

    def train_step(self, *args: Any) -> Any:
        """One update from one batch; override it to train in another way.

        Args:
            *args: `(data,)`, with data `(x, y, sample_weight)`; or `(state, data)` for a step in
                the pure style, which reads and assigns no Variables.

        Returns:
            Logs by name; in the pure style `(logs, state)`.
        """
        if len(args) == 2:
            return self.stateless_train_step(*args)
        x, y, sample_weight = unpack_x_y_sample_weight(args[0])

        def objective() -> tuple:
            y_pred = self(x, training=True)
            loss = self._loss_of(x, y, y_pred, sample_weight, training=True)
            self._require_a_loss()
            self._loss_tracker.update_state(loss, sample_weight=batch_size_of(x))
            return self.optimizer.scale_loss(loss), (y_pred, masking.get_masks(y_pred))

        variables = self.trainable_variables
        if variables:
            (_, (y_pred, mask)), gradients = value_and_grad(objective, variables, has_aux=True)()
            self.optimizer.apply(gradients, variables)
        else:
            warn(f"Model {self.name!r} has no trainable weights.")
            _, (y_pred, mask) = objective()
        if mask is not None:
            masking.set_masks(y_pred, mask)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, *args: Any) -> Any:
        """Loss and metrics of one batch; override it to evaluate in another way."""
        if len(args) == 2:
            return self.stateless_test_step(*args)
        x, y, sample_weight = unpack_x_y_sample_weight(args[0])
        y_pred = self(x, training=False)
        loss = self._loss_of(x, y, y_pred, sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=batch_size_of(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, *args: Any) -> Any:
        """Outputs of one batch; override it to predict in another way."""
        if len(args) == 2:
            return self.stateless_predict_step(*args)
        x, _, _ = unpack_x_y_sample_weight(args[0])
        return self(x, training=False)

    def stateless_train_step(self, state: Any, data: Any) -> tuple:
        """`train_step` as a pure function: `(logs, state)`.

        Args:
            state: values of the trainable, non-trainable, optimizer and metrics variables.
            data: `(x, y, sample_weight)`.
        """
        return pure_base_step(self, "train", state, data)

    def stateless_test_step(self, state: Any, data: Any) -> tuple:
        """`test_step` as a pure function of the state, which has no optimizer variables."""
        return pure_base_step(self, "test", state, data)

    def stateless_predict_step(self, state: Any, data: Any) -> tuple:
        """`predict_step` as a pure function: `(outputs, non-trainable variables)`."""
        outputs, (_, non_trainable) = pure_base_step(self, "predict", state, data)
        return outputs, non_trainable

    # --- losses --------------------------------------------------------------------------------

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The scalar to minimize: compiled loss plus the layers' losses and penalties.

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

    def _require_a_loss(self) -> None:
        """Raise an error if there was nothing to minimize in this step."""
        if self._compile_loss is not None or is_overridden(self, "compute_loss") or self.losses:
            return
        raise ValueError(
            f"Model {self.name!r} was compiled without a loss, and no layer adds one, so there is "
            "nothing to train for. Pass `loss=...` to compile, call `add_loss` in a layer, or "
            "override `compute_loss` or `train_step`."
        )

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple:
        """`compute_loss` as a pure function of the variables' values.

        Returns:
            `(loss, (trainable, non-trainable, metrics))` with the values behind.
        """
        variables = [*model_state.groups_of(self, "test").values()]
        values = map(list, (trainable_variables, non_trainable_variables, metrics_variables))
        arguments = (x, y, y_pred, sample_weight, training)
        loss, new = pure(self._loss_of, variables)(list(values), *arguments)
        return loss, tuple(new)

    def compute_loss_and_updates(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Any = None,
    ) -> tuple:
        """Loss of a batch as a pure function, in the form that `jax.value_and_grad` wants.

        Returns:
            `(scaled loss, (loss, y_pred, non-trainable, metrics))`.
        """
        variables = [*model_state.groups_of(self, "test").values()]
        values = [*map(list, (trainable_variables, non_trainable_variables, metrics_variables))]
        if training and optimizer_variables is not None:
            variables.append(self.optimizer.variables)
            values.append(list(optimizer_variables))

        def objective() -> tuple:
            y_pred = self(x, training=training)
            loss = self._loss_of(x, y, y_pred, sample_weight, training)
            return self.optimizer.scale_loss(loss) if training else loss, loss, y_pred

        (scaled, loss, y_pred), (_, *after) = pure(objective, variables)(values)
        return scaled, (loss, y_pred, *after[:2])

    # --- metrics -------------------------------------------------------------------------------

    @property
    def metrics(self) -> list:
        """The metrics that `fit` and `evaluate` report: of `compile`, the model and its layers.

        What a model inside was compiled with, or has as its own, belongs to its own training.
        """
        found: list = []
        if self.compiled:
            found.append(self._loss_tracker)
            if self._compile_metrics is not None:
                found.append(self._compile_metrics)
            if self._compile_loss is not None:
                found += self._compile_loss.metrics
        for layer in self._flatten_layers():
            if layer is self or not isinstance(layer, Trainer):
                found += members(layer, Metric)
        return unique(found)

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values that `evaluate` returns, in order."""
        if not self.compiled:
            return []
        return single_batches.in_order(self, self.get_metrics_result())

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

    def compute_metrics(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None
    ) -> dict:
        """Feed a batch to the compiled metrics and return all metrics' values."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    # --- state ---------------------------------------------------------------------------------

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict:
        """The variables' values, nested as their paths are.

        Args:
            value_format: "backend_tensor" for JAX arrays, "numpy_array" for NumPy's.

        Returns:
            Dict with `trainable_variables`, `non_trainable_variables`, `optimizer_variables` and
            `metrics_variables`, each a nested dict.

        Raises:
            ValueError: for another format, or if two variables have one path.

        >>> layers = [keras.Input((2,)), keras.layers.Dense(1, name="out")]
        >>> model = keras.Sequential(layers, name="net")
        >>> sorted(model.get_state_tree()["trainable_variables"]["net"]["out"])
        ['bias', 'kernel']
        """
        return model_state.state_tree(self, value_format)

    def set_state_tree(self, state_tree: dict) -> None:
        """Set the variables from a dict as `get_state_tree` gives it; parts may be absent."""
        model_state.set_state_tree(self, state_tree)

    def jax_state_sync(self) -> None:
        """Nothing: the variables hold the newest values after every step; Keras's callbacks ask."""

    def __getstate__(self) -> dict:
        """What a pickle or a copy holds: all but what is made anew, or belongs to a run."""
        state = super().__getstate__()
        return {key: value for key, value in state.items() if key not in NOT_COPIED}


NOTE_ON_CONFIGS = (
    "These are arguments of `compile` that a file or config holds. Pass what is your own in "
    "`custom_objects`, or load with `compile=False` and compile anew."
)
# Compiled programs, steps as functions, the part of a graph that reads strings, the run under way.
NOT_COPIED = frozenset(
    "_programs _stage _current_run train_function test_function predict_function".split()
)
