"""What the attention layers with projections share: their settings, and the projections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.layer import Layer
from cornu.layers.activations.softmax import Softmax
from cornu.layers.attention import masks
from cornu.layers.attention.masks import Grid
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

    dropout = property(lambda self: self._dropout, doc="Fraction of the weights that is dropped.")
    use_bias = property(lambda self: self._use_bias, doc="Whether the projections have a bias.")

    # --- names of Keras that subclasses read and override: docs/subclassing.md -----------------

    def _get_common_kwargs_for_sublayer(self) -> dict[str, Any]:
        """Arguments of every projection; initializers are copied, so that each draws anew."""
        settings = {
            f"{weight}_{kind}": value
            for weight in ("kernel", "bias")
            for kind, value in weight_arguments(self, weight).items()
        }
        for weight in ("kernel_initializer", "bias_initializer"):
            given = settings[weight]
            if hasattr(given, "get_config"):
                settings[weight] = type(given).from_config(given.get_config())
        return {**settings, "activity_regularizer": None, "dtype": self.dtype_policy}

    def _compute_attention_mask(
        self,
        query: jax.Array,
        value: jax.Array,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> jax.Array | None:
        """All masks as one, (batch, queries, keys), or with heads behind the batch; or None.

        Args:
            query: as given to the layer, for its shape.
            value: likewise.
            query_mask: False for queries that see nothing.
            value_mask: False for values that are not seen; `key_mask` likewise.
            attention_mask: booleans that broadcast to (batch, queries, keys).
            use_causal_mask: whether query i sees only the keys up to i.

        Raises:
            ValueError: if a mask does not fit the shapes.
        """
        grid = self._grid(query.shape[:-1], value.shape[:-1])
        parts = [] if query_mask is None else [masks.of_queries(grid, query_mask)]
        for name, mask in (("value_mask", value_mask), ("key_mask", key_mask)):
            parts += [] if mask is None else [masks.of_keys(grid, name, mask)]
        if attention_mask is not None:
            parts.append(masks.of_pairs(grid, "attention_mask", attention_mask))
        if use_causal_mask:
            parts.append(self._compute_causal_mask(query, value))
        if self.sliding_window is not None:
            parts.append(self._compute_sliding_window_mask(query, value))
        return masks.together(grid, parts)

    def _compute_causal_mask(self, query: jax.Array, value: jax.Array | None = None) -> jax.Array:
        """Query i sees the keys up to i, (1, queries, keys)."""
        value = query if value is None else value
        return masks.causal(self._grid(query.shape[:-1], value.shape[:-1]))

    def _compute_sliding_window_mask(
        self, query: jax.Array, value: jax.Array | None = None
    ) -> jax.Array:
        """Query i sees the keys nearer than the window, (1, queries, keys)."""
        value = query if value is None else value
        return masks.window(self._grid(query.shape[:-1], value.shape[:-1]), self.sliding_window)

    def _check_shapes(self, query: tuple, value: tuple, key: tuple) -> None:
        """Refuse inputs that do not belong together.

        Raises:
            ValueError: naming the shapes, if ranks, batches or numbers of keys differ.
        """
        ranks = len(query) == len(value) == len(key)
        unknown = any(type(n) is not int for n in (*query, *value, *key))
        if not ranks or not (unknown or (query[0] == value[0] and value[:-1] == key[:-1])):
            raise ValueError(
                f"Layer {self.name!r} takes query (batch, queries, features), value and key "
                "(batch, keys, features) with equal batch and number of keys; got the shapes "
                f"{tuple(query)}, {tuple(value)} and {tuple(key)}."
            )

    def _grid(self, query: tuple, value: tuple) -> Grid:
        """The sizes of the attention; subclasses say which axes and how many heads."""
        raise NotImplementedError

    def _masked_softmax(self, attention_scores: jax.Array, attention_mask: Any = None) -> jax.Array:
        """The weights (..., heads, queries, keys) from their scores, 0 where the mask is False."""
        if attention_mask is None:
            return self._softmax(attention_scores)
        pairs = 2 * self._pair_axes
        while attention_mask.ndim < attention_scores.ndim:
            attention_mask = jnp.expand_dims(attention_mask, -pairs - 1)
        return self._softmax(attention_scores, mask=attention_mask)

    # How many axes of the query are attended over.
    _pair_axes = 1

    def _attend_by_formulas(
        self,
        query: jax.Array,
        key: jax.Array,
        value: jax.Array,
        attention_mask: Any,
        training: bool | None,
        factor: float,
    ) -> tuple[jax.Array, jax.Array]:
        """Attention step by step, as subclasses have changed the steps."""
        dtype = jnp.result_type(query, key, value)
        query = query.astype(dtype) * jnp.asarray(factor, dtype)
        scores = jnp.einsum(self._dot_product_equation, key.astype(dtype), query)
        weights = self._masked_softmax(scores, attention_mask)
        kept = self._dropout_layer(weights, training=training)
        return jnp.einsum(self._combine_equation, kept, value.astype(dtype)), weights

    def _has_own_steps(self, factor: float) -> bool:
        """Whether nobody has changed a step of the attention, so that a kernel may do it all."""
        return (
            type(self)._masked_softmax is ProjectedAttention._masked_softmax
            and type(self._softmax) is Softmax
            and getattr(self, "_built_formulas", None)
            == (self._dot_product_equation, self._combine_equation, factor)
        )

    def _shows_weights(self, asked: bool | None, own: Callable) -> bool:
        """Whether weights are returned: where nobody says, to an override that calls this one."""
        return type(self)._compute_attention is not own if asked is None else asked

    def projection(
        self,
        name: str,
        equation: str,
        output_shape: tuple,
        bias_axes: str,
        input_shape: tuple,
        activation: str | None = None,
    ) -> EinsumDense:
        """A built projection with the layer's settings."""
        layer = EinsumDense(
            equation,
            output_shape=output_shape,
            activation=activation,
            bias_axes=bias_axes if self._use_bias else None,
            trainable=self.trainable,
            name=name,
            **self._get_common_kwargs_for_sublayer(),
        )
        layer.build(input_shape)
        return layer

    def weights_dropout(self) -> Dropout:
        """The layer that drops attention weights."""
        return Dropout(self._dropout, seed=self.seed, dtype=self.dtype_policy)


def also(name: str) -> property:
    """The attribute under a second name, which can be set too."""
    return property(
        lambda self: getattr(self, name),
        lambda self, value: setattr(self, name, value),
        doc=f"The same as `{name}`.",
    )
