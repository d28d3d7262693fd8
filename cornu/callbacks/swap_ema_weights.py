"""Evaluates with the moving averages of the weights in the place of the weights."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from cornu.training.callback import Callback, LogsMapping


class SwapEMAWeights(Callback):
    """Puts the optimizer's moving averages into the model for evaluation and prediction.

    The optimizer needs `use_ema=True`. After the evaluation the model has its own weights again.

    Args:
        swap_on_epoch: Whether the averages also stay in the model from an epoch's end to the next
            one's start, so that callbacks such as `ModelCheckpoint` placed behind this one see
            them, and after the training.

    Raises:
        ValueError: At the first exchange, if the optimizer keeps no averages.

    Example:
        >>> swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
        >>> swap.swap_on_epoch
        True
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self.own_values: list | None = None  # the weights, while the averages are in the model

    def on_epoch_begin(self, epoch: int, logs: LogsMapping = None) -> None:
        self.put_back()

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        if self.swap_on_epoch:
            self.put_averages()

    def on_train_end(self, logs: LogsMapping = None) -> None:
        self.own_values = None

    def on_train_abort(self) -> None:
        self.put_back()

    def on_test_begin(self, logs: LogsMapping = None) -> None:
        self.put_averages()

    def on_test_end(self, logs: LogsMapping = None) -> None:
        self.put_back()

    def on_predict_begin(self, logs: LogsMapping = None) -> None:
        self.put_averages()

    def on_predict_end(self, logs: LogsMapping = None) -> None:
        self.put_back()

    def put_averages(self) -> None:
        optimizer = getattr(self.model, "optimizer", None)
        # An optimizer for mixed precision keeps the real one inside.
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        if not getattr(optimizer, "use_ema", False):
            raise ValueError(
                "SwapEMAWeights needs an optimizer that keeps moving averages, got "
                f"{type(optimizer).__name__} without. Compile with use_ema=True in the optimizer."
            )
        if self.own_values is not None or not optimizer.built:
            return
        variables = optimizer._trainable_variables
        self.own_values = [variable.value for variable in variables]
        for variable, average in zip(variables, optimizer._averages):
            # A copy: the same buffer twice could not be donated to a compiled step.
            variable.assign(jnp.array(average.value, copy=True))

    def put_back(self) -> None:
        if self.own_values is None:
            return
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        for variable, value in zip(optimizer._trainable_variables, self.own_values):
            variable.assign(value)
        self.own_values = None

    def get_state(self) -> dict[str, Any]:
        if self.own_values is None:
            return {}
        return {"own_values": [np.asarray(value) for value in self.own_values]}

    def set_state(self, state: dict[str, Any]) -> None:
        self.own_values = [jnp.asarray(value) for value in state["own_values"]]
