"""Rectifiers with fixed settings."""

from __future__ import annotations

from typing import Any

import jax

from cornu import activations
from cornu.core.layer import Layer
from cornu.engine.user_warnings import warn


class ReLU(Layer):
    """`max(x, 0)`, with settings.

    Args:
        max_value: upper limit; none by default.
        negative_slope: slope below the threshold.
        threshold: below it, the result is `negative_slope * (x - threshold)`.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for a negative setting.

    >>> keras.layers.ReLU(max_value=6.0)(keras.ops.array([-1.0, 2.0, 9.0])).tolist()
    [0.0, 2.0, 6.0]
    """

    _settings = ("max_value", "negative_slope", "threshold")
    output_activation = staticmethod(activations.relu)

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if max_value is not None:
            check_not_negative(self, "max_value", max_value)
        check_not_negative(self, "negative_slope", negative_slope)
        check_not_negative(self, "threshold", threshold)
        self.supports_masking = True
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, inputs: jax.Array) -> jax.Array:
        """The activations."""
        return activations.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )


class LeakyReLU(Layer):
    """`x` where positive, `negative_slope * x` elsewhere.

    Args:
        negative_slope: slope below 0, not negative.
        **kwargs: `name`, `dtype`.

    >>> keras.layers.LeakyReLU(0.5)(keras.ops.array([-2.0, 3.0])).tolist()
    [-1.0, 3.0]
    """

    _settings = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any):
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
            warn("LeakyReLU: `alpha` is now called `negative_slope`.")
        super().__init__(**kwargs)
        check_not_negative(self, "negative_slope", negative_slope)
        self.supports_masking = True
        self.negative_slope = negative_slope

    def call(self, inputs: jax.Array) -> jax.Array:
        """The activations."""
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class ELU(Layer):
    """`x` where positive, `alpha * (exp(x) - 1)` elsewhere.

    "Fast and Accurate Deep Network Learning by Exponential Linear Units", Clevert et al., 2016
    (https://arxiv.org/abs/1511.07289).

    Args:
        alpha: minus the limit for large negative inputs.
        **kwargs: `name`, `dtype`.

    >>> keras.layers.ELU(2.0)(keras.ops.array([-100.0, 3.0])).tolist()
    [-2.0, 3.0]
    """

    _settings = ("alpha",)

    def __init__(self, alpha: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha = alpha

    def call(self, inputs: jax.Array) -> jax.Array:
        """The activations."""
        return activations.elu(inputs, alpha=self.alpha)


def check_not_negative(layer: Layer, name: str, value: Any) -> None:
    """Raise a ValueError if the setting is None or negative."""
    if value is None or value < 0:
        raise ValueError(
            f"{name} of {type(layer).__name__} {layer.name!r} must be a number that is not "
            f"negative; got {value!r}."
        )
