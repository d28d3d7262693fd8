"""`PReLU`: a rectifier that learns its slope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from cornu import activations
from cornu.core.input_spec import InputSpec
from cornu.core.layer import Layer
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class PReLU(Layer):
    """`x` where positive, `alpha * x` elsewhere, where `alpha` is learned.

    "Delving Deep into Rectifiers", He et al., 2015 (https://arxiv.org/abs/1502.01852).

    Args:
        alpha_initializer: of the slopes, which have the shape of the input without the batch.
        alpha_regularizer: penalty on the slopes.
        alpha_constraint: projection of the slopes after each step.
        shared_axes: axes (counted from 1, after the batch) along which the slope is the same,
            such as `[1, 2]` for images.
        **kwargs: `name`, `dtype`.

    >>> keras.layers.PReLU("ones")(keras.ops.array([[-2.0, 3.0]])).tolist()
    [[-2.0, 3.0]]
    """

    _settings = (*weight_names("alpha"), "shared_axes")

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        set_weight_settings(self, "alpha", alpha_initializer, alpha_regularizer, alpha_constraint)
        if shared_axes is not None:
            shared_axes = [shared_axes] if isinstance(shared_axes, int) else list(shared_axes)
        self.shared_axes = shared_axes

    def build(self, input_shape: tuple) -> None:
        """Make the slopes for inputs of that shape."""
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        self.alpha = self.add_weight(
            name="alpha", shape=tuple(shape), **weight_arguments(self, "alpha")
        )
        axes = {i: n for i, n in enumerate(input_shape) if i and i not in (self.shared_axes or ())}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs: jax.Array) -> jax.Array:
        """The activations."""
        return activations.relu(inputs) - self.alpha.value * activations.relu(-inputs)
