"""Initializers whose spread follows from the number of inputs and outputs of the weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from cornu.initializers.base import RandomInitializer, on_device
from cornu.initializers.random import scaled, truncated_normal

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
# Standard deviation of a standard normal variable that is truncated to [-2, 2].
TRUNCATED_STDDEV = 0.87962566103423978

Axes = int | Sequence[int] | None


class VarianceScaling(RandomInitializer):
    """Values with variance `scale / n`, n being a number of inputs or outputs of the weight.

    The weight's last axis counts outputs, the one before it inputs; each further axis multiplies
    both, as the window of a convolution does.

    Args:
        scale: positive factor of the variance.
        mode: what n is: `"fan_in"` (inputs), `"fan_out"` (outputs) or `"fan_avg"` (their mean).
        distribution: `"truncated_normal"` (two standard deviations at most), `"uniform"` or
            `"untruncated_normal"`; `"normal"` means the first.
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.
        input_axes: axis or axes whose sizes multiply to the number of inputs, where the rule above
            does not hold. Looked at only if `output_axes` is given too.
        output_axes: axis or axes whose sizes multiply to the number of outputs.

    Raises:
        ValueError: for a scale that is not positive, or an unknown mode or distribution.

    >>> initializer = keras.initializers.VarianceScaling(scale=2.0, distribution="uniform", seed=0)
    >>> bool((abs(initializer((6, 4))) <= 1).all())
    True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Axes = None,
        output_axes: Axes = None,
    ):
        if not scale > 0:
            raise ValueError(f"scale must be a positive number; got {scale!r}.")
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}; got {mode!r}.")
        distribution = str(distribution).lower()
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in DISTRIBUTIONS:
            raise ValueError(
                f"distribution must be one of {', '.join(DISTRIBUTIONS)}; got {distribution!r}."
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> jax.Array:
        shape = tuple(shape)
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        rng = self.generator()
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            values = scaled(rng.random(shape, np.float32), 2 * limit, -limit)
        elif self.distribution == "truncated_normal":
            stddev = math.sqrt(variance) / TRUNCATED_STDDEV
            values = scaled(truncated_normal(rng, shape), stddev)
        else:
            values = scaled(rng.standard_normal(shape, np.float32), math.sqrt(variance))
        return on_device(values, dtype)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


def compute_fans(
    shape: tuple[int, ...], input_axes: Axes = None, output_axes: Axes = None
) -> tuple[int, int]:
    """How many inputs and outputs a weight of this shape joins."""
    if input_axes is not None and output_axes is not None:
        inputs, outputs = (
            [axes] if isinstance(axes, int) else axes for axes in (input_axes, output_axes)
        )
        return math.prod(shape[i] for i in inputs), math.prod(shape[i] for i in outputs)
    if len(shape) < 2:
        fan = shape[0] if shape else 1
        return fan, fan
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


class _Family(VarianceScaling):
    """A member of the family with scale, mode and distribution fixed by its class."""

    fixed: tuple[float, str, str]

    def __init__(self, seed: Any = None, input_axes: Axes = None, output_axes: Axes = None):
        super().__init__(*self.fixed, seed, input_axes, output_axes)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = super().get_config()
        return {key: config[key] for key in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_Family):
    """Uniform in `±sqrt(6 / (inputs + outputs))`: the default of most layers.

    Args:
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.
        input_axes, output_axes: see `VarianceScaling`.

    References:
        Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html

    >>> bool((abs(keras.initializers.GlorotUniform(seed=0)((4, 2))) <= 1).all())
    True
    """

    fixed = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Family):
    """Truncated normal with variance `2 / (inputs + outputs)`.

    Args:
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.
        input_axes, output_axes: see `VarianceScaling`.

    References:
        Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html

    >>> keras.initializers.GlorotNormal(seed=0)((4, 2)).shape
    (4, 2)
    """

    fixed = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Family):
    """Uniform in `±sqrt(6 / inputs)`, for layers with a rectifier.

    Args:
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.
        input_axes, output_axes: see `VarianceScaling`.

    References:
        He et al., 2015, https://arxiv.org/abs/1502.01852

    >>> bool((abs(keras.initializers.HeUniform(seed=0)((6, 2))) <= 1).all())
    True
    """

    fixed = (2.0, "fan_in", "uniform")


class HeNormal(_Family):
    """Truncated normal with variance `2 / inputs`, for layers with a rectifier.

    Args:
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.
        input_axes, output_axes: see `VarianceScaling`.

    References:
        He et al., 2015, https://arxiv.org/abs/1502.01852

    >>> keras.initializers.HeNormal(seed=0)((4, 2)).shape
    (4, 2)
    """

    fixed = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Family):
    """Uniform in `±sqrt(3 / inputs)`.

    Args:
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.
        input_axes, output_axes: see `VarianceScaling`.

    References:
        Klambauer et al., 2017, https://arxiv.org/abs/1706.02515

    >>> bool((abs(keras.initializers.LecunUniform(seed=0)((3, 2))) <= 1).all())
    True
    """

    fixed = (1.0, "fan_in", "uniform")


class LecunNormal(_Family):
    """Truncated normal with variance `1 / inputs`, for layers with a SELU.

    Args:
        seed: an int, a `SeedGenerator`, or None for a seed drawn when the object is made.
        input_axes, output_axes: see `VarianceScaling`.

    References:
        Klambauer et al., 2017, https://arxiv.org/abs/1706.02515

    >>> keras.initializers.LecunNormal(seed=0)((4, 2)).shape
    (4, 2)
    """

    fixed = (1.0, "fan_in", "truncated_normal")
