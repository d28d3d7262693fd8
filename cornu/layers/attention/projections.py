"""What the attention layers with projections share: their settings, and the projections."""

from __future__ import annotations

from typing import Any

from cornu.core.layer import Layer
from cornu.layers.core.einsum_dense import EinsumDense
from cornu.layers.regularization.dropout import Dropout
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_names


class ProjectedAttention(Layer):
    """Base of layers with EinsumDense layers for query, key, value, gate and output."""

    _settings = (
        *"dropout use_bias use_gate sliding_window activity_regularizer seed".split(),
        *weight_names("kernel", "bias"),
    )

    def __init__(
        self,
        dropout: float,
        use_bias: bool,
        sliding_window: int | None,
        use_gate: bool,
        kernel: tuple,
        bias: tuple,
        seed: int | None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if sliding_window is not None and sliding_window <= 0:
            raise ValueError(
                f"Layer {self.name!r} needs a positive `sliding_window`, got {sliding_window}."
            )
        self.supports_masking = True
        self._dropout = dropout
        self._use_bias = use_bias
        self.sliding_window = sliding_window
        self.use_gate = use_gate
        self.seed = seed
        set_weight_settings(self, "kernel", *kernel)
        set_weight_settings(self, "bias", *bias)

    dropout = property(lambda self: self._dropout, doc="Share of the weights that is dropped.")
    use_bias = property(lambda self: self._use_bias, doc="Whether the projections have a bias.")

    def projection(
        self,
        name: str,
        equation: str,
        output_shape: tuple,
        bias_axes: str,
        input_shape: tuple,
        activation: str | None = None,
    ) -> EinsumDense:
        """A built projection with the layer's settings; initializers are copied for each."""
        settings = {
            f"{weight}_{kind}": value
            for weight in ("kernel", "bias")
            for kind, value in weight_arguments(self, weight).items()
        }
        for weight in ("kernel_initializer", "bias_initializer"):
            given = settings[weight]
            if hasattr(given, "get_config"):
                settings[weight] = type(given).from_config(given.get_config())
        layer = EinsumDense(
            equation,
            output_shape=output_shape,
            activation=activation,
            bias_axes=bias_axes if self._use_bias else None,
            dtype=self.dtype_policy,
            trainable=self.trainable,
            name=name,
            **settings,
        )
        layer.build(input_shape)
        return layer

    def weights_dropout(self) -> Dropout:
        """The layer that drops attention weights."""
        return Dropout(self._dropout, seed=self.seed, dtype=self.dtype_policy)
