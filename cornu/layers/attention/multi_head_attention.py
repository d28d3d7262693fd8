"""`MultiHeadAttention`: attention over several heads, of sequences or of grids."""

from __future__ import annotations

import math
import string
from math import prod
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.call_spec import call_signature
from cornu.layers.activations.softmax import Softmax
from cornu.layers.attention import masks
from cornu.layers.attention.masks import Grid
from cornu.layers.attention.projections import ProjectedAttention, also
from cornu.layers.attention.scores import attend
from cornu.layers.checks import check_positive
from cornu.layers.core.einsum_dense import EinsumDense


class MultiHeadAttention(ProjectedAttention):
    """Attend from queries to values, with several heads side by side.

    "Attention Is All You Need", Vaswani et al., 2017.

    Args:
        num_heads: number of heads.
        key_dim: features of each head's queries and keys.
        value_dim: features of each head's values; `key_dim` by default.
        dropout: fraction of the attention weights dropped in training.
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
        self._inverse_sqrt_key_dim = 1 / math.sqrt(key_dim)
        self._flash_attention = flash_attention

    # Names of Keras, for subclasses.
    _kernel_initializer = also("kernel_initializer")
    _kernel_regularizer = also("kernel_regularizer")
    _kernel_constraint = also("kernel_constraint")
    _bias_initializer = also("bias_initializer")
    _bias_regularizer = also("bias_regularizer")
    _bias_constraint = also("bias_constraint")
    _activity_regularizer = also("activity_regularizer")
    _sliding_window = also("sliding_window")
    _use_gate = also("use_gate")
    _pair_axes = property(lambda self: len(self._attention_axes))

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
        self._build_attention(len(query_shape) + 1)
        self._output_dense = self._make_output_dense(
            query_shape, self._get_common_kwargs_for_sublayer(), "attention_output"
        )
        self._output_dense.build((*query_shape[:-1], *value_head))

    def _build_attention(self, rank: int) -> None:
        """Make what attends: the formulas, the softmax and the dropout of the weights.

        Args:
            rank: of the projected queries, (batch, axes..., heads, features).
        """
        if self._attention_axes is None:
            self._attention_axes = tuple(range(1, rank - 2))
        else:
            self._attention_axes = tuple(axis % (rank - 1) for axis in self._attention_axes)
        letters = string.ascii_lowercase
        query, made = letters[:rank], iter(letters[rank:])
        key = "".join(next(made) if i in self._attention_axes else c for i, c in enumerate(query))
        value = key[:-1] + next(made)
        others = [i for i in range(rank - 1) if i not in self._attention_axes]
        weights = "".join(query[i] for i in others)
        weights += "".join(x[i] for x in (query, key) for i in self._attention_axes)
        self._dot_product_equation = f"{key},{query}->{weights}"
        self._combine_equation = f"{weights},{value}->{query[:-1]}{value[-1]}"
        self._built_formulas = (
            self._dot_product_equation,
            self._combine_equation,
            1 / math.sqrt(self._key_dim),
        )
        last = tuple(range(-len(self._attention_axes), 0))
        self._softmax = Softmax(axis=last, dtype=self.dtype_policy)
        self._dropout_layer = self.weights_dropout()

    def _make_output_dense(
        self, query_shape: tuple, common_kwargs: dict, name: str | None = None
    ) -> EinsumDense:
        """The projection of the heads to the outputs, not built yet."""
        rank = len(query_shape)
        outputs = self._output_shape or (query_shape[-1],)
        letters = string.ascii_lowercase
        free, head = letters[: rank - 1], letters[rank - 1 : rank + 1]
        made = letters[rank + 1 : rank + 1 + len(outputs)]
        return EinsumDense(
            f"{free}{head},{head}{made}->{free}{made}",
            output_shape=(*[None] * (rank - 2), *outputs),
            bias_axes=made if self._use_bias else None,
            trainable=self.trainable,
            name=name,
            **common_kwargs,
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
        self._check_shapes(query.shape, value.shape, key.shape)
        if query_mask is not None:
            masks.of_queries(self._grid(query.shape[:-1], value.shape[:-1]), query_mask)
        mask = self._compute_attention_mask(
            query,
            value,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            use_causal_mask=use_causal_mask,
        )
        gate = self._gate_dense(query) if self.use_gate else None
        heads = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        asked = [return_attention_scores] if self._override_takes_the_question() else []
        outputs, weights = self._compute_attention(*heads, mask, training, *asked)
        outputs = outputs if gate is None else outputs * gate
        outputs = self._output_dense(outputs)
        return (outputs, weights) if return_attention_scores else outputs

    def _override_takes_the_question(self) -> bool:
        return call_signature(type(self)._compute_attention).takes("return_attention_scores")

    def _compute_attention(
        self,
        query: jax.Array,
        key: jax.Array,
        value: jax.Array,
        attention_mask: Any = None,
        training: bool | None = None,
        return_attention_scores: bool | None = None,
        use_causal_mask: bool = False,
    ) -> tuple[jax.Array, jax.Array | None]:
        """Attention over the heads; subclasses may replace it.

        Args:
            query: array of shape (batch, queries, heads, key_dim), or with more axes for a grid.
            key: array of shape (batch, keys, heads, key_dim), likewise.
            value: array of shape (batch, keys, heads, value_dim), likewise.
            attention_mask: booleans (batch, queries, keys), or with heads behind the batch; None
                if all is visible.
            training: whether dropout is active.
            return_attention_scores: whether weights are wanted; None for those who override this.
            use_causal_mask: whether query i sees only the keys up to i.

        Returns:
            The heads' outputs, (batch, queries, heads, value_dim), and the weights, (batch, heads,
            queries, keys), or None.
        """
        grid = self._grid(query.shape[:-2], key.shape[:-2])
        if use_causal_mask:
            parts = [masks.causal(grid)]
            parts += [] if attention_mask is None else [jnp.asarray(attention_mask, "bool")]
            attention_mask = masks.together(grid, parts)
        if not self._has_own_steps(self._inverse_sqrt_key_dim):
            return self._attend_by_formulas(
                query, key, value, attention_mask, training, self._inverse_sqrt_key_dim
            )
        outputs, weights = attend(
            *map(self._flat, (query, key, value)),
            masks.flat(grid, attention_mask),
            self._dropout_layer,
            training,
            blind_rows_are_zero=self._dropout > 0 or not grid.is_sequence,
            return_weights=self._shows_weights(
                return_attention_scores, MultiHeadAttention._compute_attention
            ),
        )
        if weights is not None:
            weights = weights.reshape(*grid.batches, self._num_heads, *grid.queries, *grid.keys)
        return self._unflat(outputs, query.shape[1:-2]), weights

    def _grid(self, query: tuple, value: tuple) -> Grid:
        return Grid(f"Layer {self.name!r}", query, value, self._attention_axes, self._num_heads)

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
