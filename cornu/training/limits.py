"""How long a training is: numbers of epochs, and the global limits of epochs and steps.

The limits are set by `config.set_max_epochs` and `set_max_steps_per_epoch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Integral
from typing import Any

from cornu import data
from cornu.engine import config


def limited_epochs(epochs: int) -> int:
    """The epochs asked for, or the limit if it is lower."""
    return min(epochs, config.max_epochs() or epochs)


def check_epochs(epochs: Any, initial_epoch: Any, validation_freq: Any) -> None:
    """Refuse what numbers no epochs.

    Args:
        epochs: as passed to `fit`.
        initial_epoch: likewise.
        validation_freq: likewise.

    Raises:
        ValueError: naming the argument and what came.
    """
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        if not isinstance(value, Integral) or value < 0:
            raise ValueError(
                f"fit: {name} must be an int of at least 0; got {value!r} of type "
                f"{type(value).__name__}."
            )
    listed = isinstance(validation_freq, Iterable) and not isinstance(validation_freq, str)
    if not listed and (not isinstance(validation_freq, Integral) or validation_freq < 1):
        raise ValueError(
            "fit: validation_freq must be an int of at least 1, or a list of epochs counted from "
            f"1; got {validation_freq!r}."
        )


def due_epochs(validation_freq: Any) -> Callable[[int], bool]:
    """Whether there is a validation after an epoch, by its number from 0."""
    if isinstance(validation_freq, Integral):
        return lambda epoch: (epoch + 1) % validation_freq == 0
    return lambda epoch: epoch + 1 in validation_freq


def make_feed(*args: Any, **kwargs: Any) -> Any:
    """`cornu.data.make_feed`, with no more steps in an epoch than the limit allows."""
    feed = data.make_feed(*args, **kwargs)
    feed.limit_steps(config.max_steps_per_epoch())
    return feed
