"""Subclasses of attention layers, written against the protected names of Keras."""

import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu.layers import AdditiveAttention, Attention, GroupQueryAttention, MultiHeadAttention

X = np.random.default_rng(0).normal(size=(2, 4, 6)).astype("float32")
CAUSAL = np.tril(np.ones((4, 4), bool))


def like(layer, *args, **settings):
    """A plain layer with the weights of another."""
    plain = layer.__class__.__mro__[1](*args, **settings)
    plain(X, X)
    plain.set_weights(layer.get_weights())
    return plain


class Cached(MultiHeadAttention):
    """Projects by itself, as layers with a cache of keys do."""

    def call(self, query, value, attention_mask=None, training=None):
        heads = [self._query_dense(query), self._key_dense(value), self._value_dense(value)]
        outputs, _ = self._compute_attention(
            query=heads[0],
            key=heads[1],
            value=heads[2],
            attention_mask=attention_mask,
            training=training,
        )
        return self._output_dense(outputs)


def test_a_subclass_can_project_and_attend_by_itself():
    layer = Cached(2, 3)
    outputs = layer(X, X, attention_mask=CAUSAL)
    wanted = like(layer, 2, 3)(X, X, use_causal_mask=True)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-5, atol=1e-6)


class Doubled(MultiHeadAttention):
    """Changes the outputs of attention, with the arguments of older versions of Keras."""

    def _compute_attention(self, query, key, value, attention_mask=None, training=None):
        outputs, weights = super()._compute_attention(query, key, value, attention_mask, training)
        assert outputs.shape == (2, 4, 2, 3)
        return 2 * outputs, weights


def test_compute_attention_is_called():
    layer = Doubled(2, 3, use_bias=False)
    outputs, weights = layer(X, X, return_attention_scores=True)
    wanted, plain = like(layer, 2, 3, use_bias=False)(X, X, return_attention_scores=True)
    np.testing.assert_allclose(outputs, 2 * wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(weights, plain, rtol=1e-5, atol=1e-6)


class Biased(MultiHeadAttention):
    """Adds a bias to the scores, as relative positions do."""

    bias = np.random.default_rng(1).normal(size=(2, 4, 4)).astype("float32")

    def _masked_softmax(self, attention_scores, attention_mask=None):
        return super()._masked_softmax(attention_scores + self.bias, attention_mask)


class ByHand(MultiHeadAttention):
    """Computes all of it with the formulas that Keras's layer has."""

    def _compute_attention(self, query, key, value, attention_mask=None, training=None):
        query = query * self._inverse_sqrt_key_dim
        scores = keras.ops.einsum(self._dot_product_equation, key, query)
        scores = self._masked_softmax(scores + Biased.bias, attention_mask)
        kept = self._dropout_layer(scores, training=training)
        return keras.ops.einsum(self._combine_equation, kept, value), scores


def test_masked_softmax_is_used_once_it_is_overridden():
    layer, by_hand = Biased(2, 3), ByHand(2, 3)
    found = layer(X, X, use_causal_mask=True)
    by_hand(X, X)
    by_hand.set_weights(layer.get_weights())
    np.testing.assert_allclose(found, by_hand(X, X, use_causal_mask=True), rtol=1e-5, atol=1e-6)
    assert not np.allclose(found, like(layer, 2, 3)(X, X, use_causal_mask=True), atol=1e-3)


@pytest.mark.parametrize("axes", [(1,), (2,), (1, 2)])
def test_formulas_of_grids_agree_with_the_kernel(axes):
    class Plain(MultiHeadAttention):
        def _masked_softmax(self, attention_scores, attention_mask=None):
            return super()._masked_softmax(attention_scores, attention_mask)

    x = np.random.default_rng(0).normal(size=(2, 3, 4, 6)).astype("float32")
    mask = np.random.default_rng(1).random((2, 3, 4)) > 0.3
    layer = Plain(2, 3, attention_axes=axes)
    found, weights = layer(x, x, value_mask=mask, return_attention_scores=True)
    plain = MultiHeadAttention(2, 3, attention_axes=axes)
    plain(x, x)
    plain.set_weights(layer.get_weights())
    wanted, plain_weights = plain(x, x, value_mask=mask, return_attention_scores=True)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights, plain_weights, rtol=1e-4, atol=1e-5)


def test_another_softmax_scale_or_formula_is_used():
    class Changed(MultiHeadAttention):
        def _build_attention(self, rank):
            super()._build_attention(rank)
            self._inverse_sqrt_key_dim = 0.0

    layer = Changed(2, 3)
    _, weights = layer(X, X, return_attention_scores=True)
    np.testing.assert_allclose(weights, 0.25)
    layer._softmax = keras.layers.ReLU()
    layer._masked_softmax = lambda scores, mask=None: layer._softmax(scores)
    assert float(abs(layer(X, X, return_attention_scores=True)[1]).sum()) == 0


class OwnProjections(MultiHeadAttention):
    """Makes a projection more, with the settings of the others."""

    def build(self, query_shape, value_shape, key_shape=None):
        super().build(query_shape, value_shape, key_shape)
        self.position = keras.layers.EinsumDense(
            "abc,cde->abde",
            output_shape=(None, self._num_heads, self._key_dim),
            bias_axes="de" if self._use_bias else None,
            **self._get_common_kwargs_for_sublayer(),
        )
        self.position.build(query_shape)

    def _make_output_dense(self, query_shape, common_kwargs, name=None):
        common_kwargs = {**common_kwargs, "kernel_initializer": "ones"}
        return super()._make_output_dense(query_shape, common_kwargs, name)


def test_settings_of_the_projections_can_be_read_and_used():
    layer = OwnProjections(2, 3, kernel_initializer="he_normal", bias_initializer="ones")
    layer(X, X)
    assert type(layer._kernel_initializer) is keras.initializers.HeNormal
    assert type(layer._bias_initializer) is keras.initializers.Ones
    assert (layer._num_heads, layer._key_dim, layer._value_dim) == (2, 3, 3)
    assert (layer._attention_axes, layer._output_shape) == ((1,), None)
    assert (layer._dropout, layer._use_bias) == (0.0, True)
    assert (layer.position.kernel.shape, layer.position.bias.shape) == ((6, 2, 3), (2, 3))
    np.testing.assert_array_equal(layer._output_dense.kernel, 1)
    assert not np.allclose(layer.position.kernel, layer._query_dense.kernel)
    layer._kernel_initializer = keras.initializers.Zeros()
    assert layer.get_config()["kernel_initializer"]["class_name"] == "Zeros"


def test_the_mask_can_be_made_by_a_subclass():
    class Near(MultiHeadAttention):
        def _compute_attention_mask(self, query, value, **masks):
            found = super()._compute_attention_mask(query, value, **masks)
            near = jnp.eye(query.shape[1], dtype=bool)[None]
            return near if found is None else near & found

    _, weights = Near(2, 3)(X, X, return_attention_scores=True)
    np.testing.assert_allclose(weights, np.broadcast_to(np.eye(4), (2, 2, 4, 4)))


class Grouped(GroupQueryAttention):
    """Sees as many heads of keys as of queries."""

    def _compute_attention(
        self, query, key, value, attention_mask=None, training=None, use_causal_mask=False
    ):
        assert key.shape == value.shape == query.shape == (2, 4, 4, 3)
        scores = keras.ops.einsum(self._dot_product_equation, query, key)
        scores = self._masked_softmax(scores * self._inverse_sqrt_head_dim, attention_mask)
        return keras.ops.einsum(self._combine_equation, scores, value), scores


def test_grouped_queries_can_be_attended_by_a_subclass():
    layer = Grouped(3, 4, 2)
    found = layer(X, X, use_causal_mask=True, return_attention_scores=True)
    plain = like(layer, 3, 4, 2)
    wanted = plain(X, X, use_causal_mask=True, return_attention_scores=True)
    for ours, theirs in zip(found, wanted):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("base", [Attention, AdditiveAttention])
def test_scores_of_plain_attention_can_be_overridden(base):
    class Far(base):
        def _calculate_scores(self, query, key):
            return -super()._calculate_scores(query, key)

        def _apply_scores(self, scores, value, scores_mask=None, training=False):
            outputs, weights = super()._apply_scores(scores, value, scores_mask, training)
            return 3 * outputs, weights

    layer, plain = Far(), base()
    found, weights = layer([X, X], return_attention_scores=True)
    plain([X, X])
    plain.set_weights(layer.get_weights())
    scores = -np.asarray(plain._calculate_scores(X, X), "float64")
    wanted = np.exp(scores - scores.max(-1, keepdims=True))
    wanted /= wanted.sum(-1, keepdims=True)
    np.testing.assert_allclose(weights, wanted, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found, 3 * wanted @ X, rtol=1e-4, atol=1e-5)
