"""`GroupQueryAttention`: several query heads share one head of keys and values."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from cornu.layers.activations.softmax import Softmax
from cornu.layers.attention import masks
from cornu.layers.attention.masks import Grid
from cornu.layers.attention.projections import ProjectedAttention
from cornu.layers.attention.scores import attend
from cornu.layers.checks import check_positive


class GroupedQueryAttention(ProjectedAttention):
    """Attend with fewer heads of keys and values than of queries.

    "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints", Ainslie
    et al., 2023.

    Args:
        head_dim: features of each head.
        num_query_heads: number of query heads.
        num_key_value_heads: number of heads of keys and values; divides `num_query_heads`.
        dropout: fraction of the attention weights dropped in training.
        use_bias: whether the projections have a bias.
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
        ValueError: if the heads cannot be grouped evenly.

    >>> layer = keras.layers.GroupQueryAttention(8, num_query_heads=4, num_key_value_heads=2)
    >>> x = keras.ops.ones((2, 5, 16))
    >>> layer(x, x).shape
    (2, 5, 16)
    """

    _settings = ("head_dim", "num_query_heads", "num_key_value_heads")

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
        check_positive(
            self,
            head_dim=head_dim,
            num_query_heads=num_query_heads,
            num_key_value_heads=num_key_value_heads,
        )
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                f"Layer {self.name!r} cannot share {num_key_value_heads} heads of keys and values "
                f"evenly among {num_query_heads} query heads. Choose a divisor."
            )
        self.head_dim = head_dim
        self.num_query_heads = num_query_heads
        self.num_key_value_heads = num_key_value_heads
        self.num_repeats = num_query_heads // num_key_value_heads
        self._inverse_sqrt_head_dim = 1 / math.sqrt(head_dim)
        self._flash_attention = flash_attention
        # Subclasses may change these, as they may override the steps.
        self._dot_product_equation = "bquh,bkuh->buqk"
        self._combine_equation = "buqk,bkuh->bquh"
        self._built_formulas = (
            self._dot_product_equation,
            self._combine_equation,
            self._inverse_sqrt_head_dim,
        )

    def build(self, query_shape: tuple, value_shape: tuple, key_shape: Any = None) -> None:
        """Make the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        wide = (None, self.num_query_heads, self.head_dim)
        narrow = (None, self.num_key_value_heads, self.head_dim)
        to_wide, to_narrow = ("bqm,muh->bquh", wide, "uh"), ("bkm,mvh->bkvh", narrow, "vh")
        self._query_dense = self.projection("query", *to_wide, query_shape)
        self._key_dense = self.projection("key", *to_narrow, key_shape)
        if self.use_gate:
            self._gate_dense = self.projection("gate", *to_wide, query_shape, "sigmoid")
        self._value_dense = self.projection("value", *to_narrow, value_shape)
        self._softmax = Softmax(dtype=self.dtype_policy)
        self._dropout_layer = self.weights_dropout()
        self.feature_dim = query_shape[-1]
        self._output_dense = self.projection(
            "attention_output",
            "bquh,uhm->bqm",
            (None, query_shape[-1]),
            "m",
            (*query_shape[:2], *wide[1:]),
        )

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
            query: array of shape (batch, queries, features).
            value: array of shape (batch, keys, features).
            key: likewise; `value` by default.
            query_mask: booleans (batch, queries), False for queries that see nothing.
            value_mask: booleans (batch, keys), True where a value may be seen.
            key_mask: likewise.
            attention_mask: booleans that broadcast to (batch, queries, keys), or to (batch, heads,
                queries, keys).
            return_attention_scores: whether to return the weights too.
            training: whether dropout is active.
            use_causal_mask: whether query i sees only the keys up to i.

        Returns:
            Array of shape (batch, queries, features); with `return_attention_scores` a tuple of it
            and the weights, of shape (batch, query heads, queries, keys).
        """
        key = value if key is None else key
        self._check_shapes(query.shape, value.shape, key.shape)
        mask = self._compute_attention_mask(
            query,
            value,
            query_mask=query_mask,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            use_causal_mask=use_causal_mask,
        )
        heads = [self._query_dense(query), self._key_dense(key), self._value_dense(value)]
        settings = {"attention_mask": mask, "training": training}
        if type(self)._compute_attention is GroupedQueryAttention._compute_attention:
            settings["return_attention_scores"] = return_attention_scores
        else:
            # An override gets one head of keys and values for each head of queries.
            heads[1:] = (jnp.repeat(x, self.num_repeats, axis=2) for x in heads[1:])
        outputs, weights = self._compute_attention(*heads, **settings)
        if self.use_gate:
            outputs = outputs * self._gate_dense(query)
        outputs = self._output_dense(outputs)
        return (outputs, weights) if return_attention_scores else outputs

    def _compute_attention(
        self,
        query: jax.Array,
        key: jax.Array,
        value: jax.Array,
        attention_mask: Any = None,
        training: bool | None = None,
        use_causal_mask: bool = False,
        return_attention_scores: bool | None = None,
    ) -> tuple[jax.Array, jax.Array | None]:
        """Attention over the heads; subclasses may replace it.

        Args:
            query: array of shape (batch, queries, query heads, head_dim).
            key: array of shape (batch, keys, heads, head_dim); an override gets as many heads as
                the query has.
            value: likewise.
            attention_mask: booleans (batch, queries, keys), or with heads behind the batch; None
                if all is visible.
            training: whether dropout is active.
            use_causal_mask: whether query i sees only the keys up to i.
            return_attention_scores: whether weights are wanted; None for those who override this.

        Returns:
            The heads' outputs, (batch, queries, query heads, head_dim), and the weights, (batch,
            query heads, queries, keys), or None.
        """
        if use_causal_mask:
            grid = self._grid(query.shape[:-2], key.shape[:-2])
            parts = [masks.causal(grid)]
            parts += [] if attention_mask is None else [jnp.asarray(attention_mask, "bool")]
            attention_mask = masks.together(grid, parts)
        factor = self._inverse_sqrt_head_dim
        if self._has_own_steps(factor):
            return attend(
                query,
                key,
                value,
                attention_mask,
                self._dropout_layer,
                training,
                blind_rows_are_zero=self._dropout > 0,
                return_weights=self._shows_weights(
                    return_attention_scores, GroupedQueryAttention._compute_attention
                ),
            )
        repeats = query.shape[2] // key.shape[2]
        key, value = (jnp.repeat(x, repeats, axis=2) for x in (key, value))
        return self._attend_by_formulas(query, key, value, attention_mask, training, factor)

    def _grid(self, query: tuple, value: tuple) -> Grid:
        return Grid(f"Layer {self.name!r}", query, value, (1,), self.num_query_heads)


GroupQueryAttention = GroupedQueryAttention
