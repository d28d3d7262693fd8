"""`Attention` and `AdditiveAttention`: attention without projections or heads."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import random
from cornu.core.layer import Layer
from cornu.core.seed_generator import SeedGenerator
from cornu.layers.attention.scores import masked_softmax
from cornu.layers.regularization.dropout import check_share


class Attention(Layer):
    """Average values by how well their keys match a query (Luong et al., 2015).

    The inputs are a list: query (batch, queries, features), value (batch, keys, features), and key
    like value, which is the value by default.

    Args:
        use_scale: whether a trained number multiplies the scores.
        score_mode: "dot" for the product of query and key, "concat" for the sum of the hyperbolic
            tangent of query plus key.
        dropout: fraction of the attention weights dropped in training.
        seed: int or None, of the dropout.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for an unknown `score_mode`, or inputs that are no list of two or three.

    >>> query, value = keras.ops.ones((2, 3, 4)), keras.ops.ones((2, 5, 4))
    >>> keras.layers.Attention()([query, value]).shape
    (2, 3, 4)
    """

    _settings = ("use_scale", "score_mode", "dropout", "seed")

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                f"Layer {self.name!r} got score_mode={score_mode!r}; use 'dot' or 'concat'."
            )
        check_share(self, dropout)
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        self.seed = seed
        self.supports_masking = True
        if dropout > 0:
            self.seed_generator = SeedGenerator(seed)
        self.scale = None
        self.concat_score_weight = None

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self._check(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def _check(self, inputs: Any) -> None:
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise ValueError(
                f"Layer {self.name!r} must be called on a list [query, value] or "
                f"[query, value, key]; got {type(inputs).__name__}."
            )
        if any(isinstance(each, int) or each is None for each in inputs):
            raise ValueError(
                f"Layer {self.name!r} must be called on a list [query, value] or "
                f"[query, value, key]; got one tensor of shape {tuple(inputs)}."
            )
        shapes = [getattr(each, "shape", each) for each in inputs]
        if not all(isinstance(each, (tuple, list)) and len(each) > 1 for each in shapes):
            raise ValueError(
                f"Layer {self.name!r} takes a list of tensors (batch, steps, features); got "
                f"{shapes}."
            )

    def _check_shapes(self, query: tuple, value: tuple, key: tuple) -> None:
        pairs = [*zip(query[:-2], key[:-2]), (query[-1:], key[-1:]), (value[:-1], key[:-1])]
        ranks = len(query) == len(value) == len(key) >= 2
        unknown = any(type(n) is not int for n in (*query, *value, *key))
        if not ranks or (not unknown and any(one != other for one, other in pairs)):
            raise ValueError(
                f"Layer {self.name!r} takes query (batch, queries, features), value (batch, keys, "
                "size) and key (batch, keys, features) with equal batch, keys and features; got "
                f"the shapes {tuple(query)}, {tuple(value)} and {tuple(key)}."
            )

    def _calculate_scores(self, query: jax.Array, key: jax.Array) -> jax.Array:
        """How well each key matches each query, (..., queries, keys)."""
        scale = 1 if self.scale is None else self.scale.value
        if self.score_mode == "dot":
            return jnp.matmul(query, jnp.swapaxes(key, -1, -2)) * scale
        both = query[..., :, None, :] + key[..., None, :, :]
        return self.concat_score_weight.value * jnp.tanh(scale * both).sum(-1)

    def call(
        self,
        inputs: list,
        mask: Any = None,
        training: bool | None = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """The averaged values, and the attention weights if asked.

        Args:
            inputs: list of query, value and optionally key.
            mask: list of the query's mask (batch, queries) and the value's (batch, keys), or None.
            training: whether dropout is active.
            return_attention_scores: whether to return the weights too.
            use_causal_mask: whether query i sees only the keys up to i.
        """
        self._check(inputs)
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) == 3 else value
        self._check_shapes(query.shape, value.shape, key.shape)
        query_mask, value_mask = (None, None) if mask is None else mask[:2]
        scores = self._calculate_scores(query=query, key=key)
        found = self._calculate_score_mask(scores, value_mask, use_causal_mask)
        outputs, weights = self._apply_scores(
            scores=scores, value=value, scores_mask=found, training=training
        )
        if query_mask is not None:
            query_mask = self._fitting_mask("query", query_mask, query)
            outputs = jnp.where(query_mask[..., None], outputs, 0)
        return (outputs, weights) if return_attention_scores else outputs

    def _calculate_score_mask(
        self, scores: jax.Array, v_mask: Any, use_causal_mask: bool
    ) -> jax.Array | None:
        """Which scores (..., queries, keys) count; None if all do."""
        found = None
        if v_mask is not None:
            found = self._fitting_mask("value", v_mask, jnp.swapaxes(scores, -1, -2))[..., None, :]
        if not use_causal_mask:
            return found
        queries, keys = scores.shape[-2:]
        causal = jnp.arange(queries)[:, None] >= jnp.arange(keys)
        return causal if found is None else found & causal

    def _apply_scores(
        self,
        scores: jax.Array,
        value: jax.Array,
        scores_mask: Any = None,
        training: bool | None = False,
    ) -> tuple[jax.Array, jax.Array]:
        """The values averaged by the softmax of the scores, and these weights."""
        weights = masked_softmax(scores, scores_mask)
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        return jnp.matmul(weights, value), weights

    def _fitting_mask(self, name: str, mask: Any, tensor: jax.Array) -> jax.Array:
        """A mask as booleans, if it is shaped like the tensor but for its last axis."""
        mask, wanted = jnp.asarray(mask, "bool"), tensor.shape[:-1]
        pairs = zip(reversed(mask.shape), reversed(wanted))
        if mask.ndim != len(wanted) or any(m not in (1, n) and type(n) is int for m, n in pairs):
            raise ValueError(
                f"Layer {self.name!r}: the mask of the {name} must have the shape {wanted}, one "
                f"value for each step; got {mask.shape}."
            )
        return mask

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The query's mask."""
        return mask[0] if isinstance(mask, (list, tuple)) else None


class AdditiveAttention(Attention):
    """Score keys by the sum of the hyperbolic tangent of query plus key (Bahdanau et al., 2015).

    The inputs are a list as for `Attention`.

    Args:
        use_scale: whether trained numbers, one per feature, multiply the hyperbolic tangents.
        dropout: fraction of the attention weights dropped in training.
        **kwargs: `name`, `dtype`, `seed`.

    Raises:
        ValueError: for inputs that are no list of two or three.

    >>> query, value = keras.ops.ones((2, 3, 4)), keras.ops.ones((2, 5, 4))
    >>> keras.layers.AdditiveAttention()([query, value]).shape
    (2, 3, 4)
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        self._check(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(
                name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform"
            )

    def _calculate_scores(self, query: jax.Array, key: jax.Array) -> jax.Array:
        """How well each key matches each query, (..., queries, keys)."""
        scale = 1 if self.scale is None else self.scale.value
        return (scale * jnp.tanh(query[..., :, None, :] + key[..., None, :, :])).sum(-1)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        config = super().get_config()
        config.pop("score_mode")
        return config
