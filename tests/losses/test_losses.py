"""Losses: weights, masks, dtypes, identity of predictions, lookup, errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu
from cornu import losses
from cornu.core import masking

Y = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
P = np.random.default_rng(0).uniform(0.1, 0.9, (4, 3)).astype("float32")


def test_weights_of_samples_count_samples_also_where_steps_are_as_many():
    y, p = jnp.zeros((2, 2, 1)), jnp.ones((2, 2, 1))
    loss = losses.MeanSquaredError(reduction="none")(y, p, sample_weight=[1.0, 3.0])
    assert loss.tolist() == [[1.0, 1.0], [3.0, 3.0]]


def test_weights_of_samples_go_together_with_a_mask():
    p = jnp.ones((2, 3, 1))
    masking.set_mask(p, jnp.array([[True, True, False], [True, False, False]]))
    loss = losses.MeanSquaredError()(jnp.zeros((2, 3, 1)), p, sample_weight=[1.0, 4.0])
    assert loss.item() == pytest.approx((1 + 1 + 4) / 3)


def test_a_masked_nan_does_not_reach_the_loss():
    p = 2.0 * jnp.ones((1, 2, 1))
    masking.set_mask(p, jnp.array([[True, False]]))
    y = jnp.array([[[0.0], [jnp.nan]]])
    assert losses.MeanSquaredError()(y, p).item() == 4.0


def test_mean_with_sample_weight_is_the_weighted_mean():
    y, p = np.zeros((2, 2, 1)), np.ones((2, 2, 1)) * [[[1.0]], [[2.0]]]
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert loss(y, p, sample_weight=[[1.0], [3.0]]).item() == pytest.approx((1 + 3 * 4) / 4)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "sum"])
def test_an_empty_batch_loses_nothing(reduction):
    assert losses.MeanSquaredError(reduction=reduction)(Y[:0], P[:0]).item() == 0.0


def test_predictions_reach_the_function_as_the_same_object():
    seen = []
    loss = losses.base.FunctionLoss(lambda y, p: seen.append(p) or jnp.mean(p))
    p = jnp.asarray(P)
    loss(Y, p)
    assert seen[0] is p


@pytest.mark.parametrize(
    "loss",
    [
        losses.CategoricalCrossentropy(),
        losses.SparseCategoricalCrossentropy(),
    ],
)
def test_a_confident_wrong_softmax_still_learns_in_a_compiled_program(loss):
    target = jnp.array([[1.0, 0.0]]) if loss.name.startswith("cat") else jnp.array([0])

    def objective(logits):
        return loss(target, cornu.ops.softmax(logits))

    gradient = jax.jit(jax.grad(objective))(jnp.array([[-200.0, 200.0]]))
    np.testing.assert_allclose(gradient, [[-1.0, 1.0]], rtol=1e-5)


def test_a_confident_wrong_sigmoid_still_learns_in_a_compiled_program():
    def objective(logits):
        return losses.BinaryCrossentropy()(jnp.ones((1, 1)), cornu.ops.sigmoid(logits))

    gradient = jax.jit(jax.grad(objective))(jnp.array([[-200.0]]))
    np.testing.assert_allclose(gradient, [[-1.0]], rtol=1e-5)


def test_class_indices_stay_whole_in_half_precision():
    scores = jnp.zeros((1, 4000)).at[0, 3001].set(20.0)
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float16")
    assert loss(jnp.array([3001]), scores).item() < 0.1


def test_structures_of_tensors_reach_a_loss_of_ones_own():
    class Both(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_true["a"] - y_pred["a"]) ** 2 + (y_true["b"] - y_pred["b"]) ** 2

    one, two = {"a": np.ones(2), "b": np.ones(2)}, {"a": np.zeros(2), "b": np.ones(2)}
    assert Both()(one, two).item() == 1.0


@pytest.mark.parametrize(
    ("loss", "key", "value"),
    [
        (losses.Huber(delta=2.0), "delta", 2.0),
        (losses.CosineSimilarity(axis=0), "axis", 0),
        (losses.SparseCategoricalCrossentropy(axis=1), "axis", 1),
    ],
)
def test_settings_survive_a_round_trip(loss, key, value):
    again = losses.deserialize(losses.serialize(loss))
    assert type(again) is type(loss)
    assert again.get_config()[key] == value


def test_alpha_weighs_false_positives_in_the_tversky_loss():
    loss = losses.tversky([[1.0, 0.0]], [[1.0, 1.0]], alpha=3.0, beta=0.0)
    assert loss.item() == pytest.approx(1 - 1 / (1 + 3))


def test_names_and_their_misspellings():
    assert losses.get(None) is None
    assert losses.get("logcosh") is losses.log_cosh
    assert isinstance(losses.get(losses.Huber), losses.Huber)
    with pytest.raises(ValueError, match=r"loss named 'mean_squard_error'.*mean_squared_error"):
        losses.get("mean_squard_error")
    with pytest.raises(ValueError, match="is no loss"):
        losses.get(3)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="reduction"):
        losses.MeanSquaredError(reduction="average")
    with pytest.raises(ValueError, match="label_smoothing"):
        losses.BinaryCrossentropy(label_smoothing=2.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        losses.CategoricalGeneralizedCrossEntropy(q=1.0)
    with pytest.raises(ValueError, match="labels"):
        losses.ctc([1, 2], np.zeros((1, 5, 4)))
    with pytest.raises(NotImplementedError, match="call"):
        losses.Loss()(Y, P)
    with pytest.warns(SyntaxWarning, match="one class"):
        losses.categorical_crossentropy(np.ones((2, 1)), np.ones((2, 1)))


def test_targets_that_do_not_fit_are_told_from_predictions():
    with pytest.raises(ValueError, match=r"shape \(2, 3\) do not fit .* \(2, 4\)"):
        losses.mean_squared_error(np.ones((2, 3)), np.ones((2, 4)))
