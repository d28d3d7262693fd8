"""What the attention layers with projections share: their settings, and the projections."""

from __future__ import annotations

from typing import Any

from cornu import regularizers
from cornu.core.layer import Layer
from cornu.layers.core.einsum_dense import EinsumDense
from cornu.layers.regularization.dropout import Dropout
from cornu.layers.weight_settings import set_weight_settings, weight_arguments, weight_config


class ProjectedAttention(Layer):
    """Base of layers with EinsumDense layers for query, key, value, gate and output."""

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

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {
            **super().get_config(),
            "dropout": self._dropout,
            "use_bias": self._use_bias,
            "use_gate": self.use_gate,
            "sliding_window": self.sliding_window,
            **weight_config(self, "kernel", "bias"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "seed": self.seed,
        }
