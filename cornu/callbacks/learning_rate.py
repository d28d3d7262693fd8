"""The learning rate of a model's optimizer, read and set."""

from __future__ import annotations

from typing import Any

import numpy as np


def get_learning_rate(model: Any) -> float:
    """The rate now.

    Raises:
        ValueError: If the model has no optimizer with a learning rate.
    """
    return float(np.asarray(optimizer_of(model).learning_rate))


def set_learning_rate(model: Any, rate: float) -> None:
    """Sets the rate; an optimizer with a schedule says itself that it cannot."""
    optimizer_of(model).learning_rate = rate


def optimizer_of(model: Any) -> Any:
    optimizer = getattr(model, "optimizer", None)
    if not hasattr(optimizer, "learning_rate"):
        raise ValueError(
            f"The model's optimizer has no learning rate (optimizer: {optimizer!r}). Compile the "
            "model with an optimizer before fit."
        )
    return optimizer
