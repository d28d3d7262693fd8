"""`MultiHeadAttention`: attention over several heads, of sequences or of grids."""

from __future__ import annotations

import string
from math import prod
from typing import Any

import jax
import jax.numpy as jnp

from cornu.layers.attention.projections import ProjectedAttention
from cornu.layers.attention.scores import attend, visible
from cornu.layers.checks import check_positive


class MultiHeadAttention(ProjectedAttention):
    """Attend from queries to values, with several heads side by side.

    "Attention Is All You Need", Vaswani et al., 2017.

    Args:
        num_heads: number of heads.
        key_dim: features of each head's queries and keys.
        value_dim: features of each head's values; `key_dim` by default.
        dropout: share of the attention weights dropped in training.
        use_bias: whether the projections have a bias.
        output_shape: features of the output, an int or a tuple; those of the query by default.
        attention_axes: axes to attend over; all but the first and the last by default.
        sliding_window: a query sees keys nearer than this; all by default.
        flash_attention: accepted for compatibility; the formulation is chosen by platform.
        kernel_initializer, bias_initializer: first values of the kernels and the biases.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties on the kernels, the
            biases and the outputs.
        kernel_constraint, bias_constraint: projections of the kernels and the biases after each
            step.
        use_gate: whether a sigmoid of a projection of the query multiplies the heads' outputs.
        seed: int or None, of the dropout.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for numbers that are not positive.

    >>> layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=8)
    >>> x = keras.ops.ones((4, 5, 16))
    >>> layer(x, x, use_causal_mask=True).shape
    (4, 5, 16)
    """

    _settings = ("num_heads", "key_dim", "value_dim", "output_shape", "attention_axes")

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            dropout,
            use_bias,
            sliding_window,
            use_gate,
            (kernel_initializer, kernel_regularizer, kernel_constraint),
            (bias_initializer, bias_regularizer, bias_constraint),
            seed,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        check_positive(self, num_heads=num_heads, key_dim=key_dim, value_dim=value_dim or key_dim)
        self._num_heads = num_heads
        self._key_dim = key_dim
        self._value_dim = value_dim or key_dim
        if output_shape is not None:
            output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self._output_shape = output_shape
        if attention_axes is not None:
            attention_axes = (
                (attention_axes,) if isinstance(attention_axes, int) else tuple(attention_axes)
            )
        self._attention_axes = attention_axes

    num_heads = property(lambda self: self._num_heads, doc="Number of heads.")
    key_dim = property(lambda self: self._key_dim, doc="Features of a head's queries and keys.")
    value_dim = property(lambda self: self._value_dim, doc="Features of a head's values.")
    output_shape = property(lambda self: self._output_shape, doc="Features of the output.")
    attention_axes = property(lambda self: self._attention_axes, doc="Axes to attend over.")
    query_dense = property(lambda self: self._query_dense, doc="Projection of the queries.")
    key_dense = property(lambda self: self._key_dense, doc="Projection of the keys.")
    value_dense = property(lambda self: self._value_dense, doc="Projection of the values.")
    output_dense = property(lambda self: self._output_dense, doc="Projection of the heads.")

    def build(self, query_shape: tuple, value_shape: tuple, key_shape: Any = None) -> None:
        """Make the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        key_head, value_head = (
            (self._num_heads, features) for features in (self._key_dim, self._value_dim)
        )
        self._query_dense = self._to_heads("query", query_shape, key_head)
        self._key_dense = self._to_heads("key", key_shape, key_head)
        if self.use_gate:
            self._gate_dense = self._to_heads("gate", query_shape, value_head, "sigmoid")
        self._value_dense = self._to_heads("value", value_shape, value_head)
        rank = len(query_shape)
        if self._attention_axes is None:
            self._attention_axes = tuple(range(1, rank - 1))
        else:
            self._attention_axes = tuple(axis % rank for axis in self._attention_axes)
        self._dropout_layer = self.weights_dropout()
        outputs = self._output_shape or (query_shape[-1],)
        letters = string.ascii_lowercase
        free, head = letters[: rank - 1], letters[rank - 1 : rank + 1]
        made = letters[rank + 1 : rank + 1 + len(outputs)]
        self._output_dense = self.projection(
            "attention_output",
            f"{free}{head},{head}{made}->{free}{made}",
            (*[None] * (rank - 2), *outputs),
            made,
            (*query_shape[:-1], *value_head),
        )

    def _to_heads(self, name: str, shape: tuple, head: tuple, activation: Any = None) -> Any:
        rank = len(shape)
        letters = string.ascii_lowercase
        free, contracted, made = letters[: rank - 1], letters[rank - 1], letters[rank : rank + 2]
        equation = f"{free}{contracted},{contracted}{made}->{free}{made}"
        sizes = (*[None] * (rank - 2), *head)
        return self.projection(name, equation, sizes, made, shape, activation)

    def call(
        self,
        query: jax.Array,
        value: jax.Array,
        key: jax.Array | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """The outputs, and the attention weights if asked.

        Args:
            query: array of shape (batch, queries, features); more axes with `attention_axes`.
            value: array of shape (batch, keys, features).
            key: likewise; `value` by default.
            query_mask: booleans (batch, queries); they mask the outputs, not the attention.
            value_mask: booleans (batch, keys), True where a value may be seen.
            key_mask: likewise.
            attention_mask: booleans that broadcast to (batch, queries, keys), or to (batch, heads,
                queries, keys).
            return_attention_scores: whether to return the weights too.
            training: whether dropout is active.
            use_causal_mask: whether query i sees only the keys up to i.

        Returns:
            Array of shape (batch, queries, output features); with `return_attention_scores` a
            tuple of it and the weights, of shape (batch, heads, queries, keys).
        """
        key = value if key is None else key
        gate = self._gate_dense(query) if self.use_gate else None
        heads = [self._query_dense(query), self._key_dense(key), self._value_dense(value)]
        grid = query.shape[1:-1]
        query, key, value = map(self._flat, heads)
        mask = self._flat_mask(attention_mask, heads[0].shape, heads[1].shape)
        found = visible(
            query.shape[1],
            key.shape[1],
            mask,
            None,
            value_mask,
            key_mask,
            use_causal_mask,
            self.sliding_window,
        )
        outputs, weights = attend(
            query,
            key,
            value,
            found,
            self._dropout_layer,
            training,
            blind_rows_are_zero=self._dropout > 0 or len(grid) != 1,
            return_weights=return_attention_scores,
        )
        outputs = self._unflat(outputs, grid)
        outputs = outputs if gate is None else outputs * gate
        outputs = self._output_dense(outputs)
        if not return_attention_scores:
            return outputs
        return outputs, self._unflat_weights(weights, heads[0].shape, heads[1].shape)

    def _order(self, rank: int) -> tuple[list[int], list[int]]:
        """Axes before the heads: those that act like a batch, and those attended over."""
        axes = list(self._attention_axes)
        return [axis for axis in range(rank - 2) if axis not in axes], axes

    def _flat(self, x: jax.Array) -> jax.Array:
        """From (batch, grid..., heads, features) to (batches, positions, heads, features)."""
        if x.ndim == 4:
            return x
        rest, axes = self._order(x.ndim)
        x = jnp.transpose(x, (*rest, *axes, x.ndim - 2, x.ndim - 1))
        batches, positions = x.shape[: len(rest)], x.shape[len(rest) : -2]
        return x.reshape(prod(batches), prod(positions), *x.shape[-2:])

    def _unflat(self, x: jax.Array, grid: tuple) -> jax.Array:
        if len(grid) == 1:
            return x
        rest, axes = self._order(len(grid) + 3)
        sizes = (x.shape[0] // prod(grid[axis - 1] for axis in rest[1:]), *grid)
        x = x.reshape(*(sizes[axis] for axis in (*rest, *axes)), *x.shape[-2:])
        order = [*rest, *axes]
        places = [order.index(axis) for axis in range(len(order))]
        return jnp.transpose(x, (*places, x.ndim - 2, x.ndim - 1))

    def _flat_mask(self, mask: Any, query_shape: tuple, key_shape: tuple) -> Any:
        """From (batch, rest..., query axes..., key axes...) to (batches, queries, keys)."""
        if mask is None or len(query_shape) == 4:
            return mask
        rest, axes = self._order(len(query_shape))
        batches = [query_shape[axis] for axis in rest]
        queries, keys = ([shape[axis] for axis in axes] for shape in (query_shape, key_shape))
        mask = jnp.broadcast_to(jnp.asarray(mask), (*batches, *queries, *keys))
        return mask.reshape(prod(batches), prod(queries), prod(keys))

    def _unflat_weights(self, weights: Any, query_shape: tuple, key_shape: tuple) -> jax.Array:
        rest, axes = self._order(len(query_shape))
        queries, keys = ([shape[axis] for axis in axes] for shape in (query_shape, key_shape))
        batches = [query_shape[axis] for axis in rest]
        return weights.reshape(*batches, self._num_heads, *queries, *keys)
