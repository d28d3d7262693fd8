"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu.training.callback import Callback


class LambdaCallback(Callback):
    """Calls given functions at the events of a run.

    Args:
        on_epoch_begin: Function of `(epoch, logs)`.
        on_epoch_end: Function of `(epoch, logs)`.
        on_train_begin: Function of `(logs)`.
        on_train_end: Function of `(logs)`.
        on_train_batch_begin: Function of `(batch, logs)`.
        on_train_batch_end: Function of `(batch, logs)`.
        **kwargs: Functions for other hooks of `Callback`, and further attributes.

    Example:
        >>> shout = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs))
        >>> shout.on_epoch_end(0, {"loss": 0.5})
        {'loss': 0.5}
    """

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        on_train_batch_begin: Callable | None = None,
        on_train_batch_end: Callable | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        # Set on the object only where there is one: a hook that is set counts as needed.
        functions = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in functions.items():
            if function is not None:
                setattr(self, name, in_place_of_hook(name, function))


def in_place_of_hook(name: str, function: Any) -> Any:
    """`function` callable as the hook of that name is, whatever its parameters are called."""
    if not name.startswith("on_") or not callable(function):
        return function
    if name.startswith(("on_train_", "on_test_", "on_predict_")) and "_batch_" not in name:
        return lambda logs=None: function(logs)
    return lambda index, logs=None: function(index, logs)
