"""A masked entry counts in no metric: the result is that of the data without it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from cornu.core.masking import set_mask
from tests.contracts.catalog import public_classes
from tests.contracts.part_table import ARGUMENTS, LEFT_OUT, targets_of

NAMES = [name for name in public_classes("metrics") if name not in LEFT_OUT["metrics"]]

# Twelve steps: three sequences of four, and which of them are padding.
KEPT = np.array([[True, True, True, False], [True, True, False, False], [True, True, True, True]])
# These take no steps, but samples.
OF_SAMPLES = ("F1Score", "FBetaScore", "R2Score")


def make(name, **more):
    return getattr(keras.metrics, name)(**ARGUMENTS["metrics"].get(name, {}), **more)


def sequences(name):
    """Targets and predictions of twelve steps."""
    y_true, y_pred = (np.concatenate([y, y[::-1], y[:2], y[1:3]]) for y in targets_of(name))
    rng = np.random.default_rng(0)
    if y_pred.dtype == np.float32:
        y_pred = np.clip(y_pred + rng.uniform(-0.3, 0.3, y_pred.shape), 0.01, 0.99).astype("f4")
    return y_true, y_pred


def with_garbage(y_true, y_pred, kept):
    y_true, y_pred = y_true.copy(), y_pred.copy()
    y_true[~kept] = y_true[~kept][::-1] * 0
    y_pred[~kept] = 0.9 if y_pred.dtype == np.float32 else 1
    return y_true, y_pred


def carrying(y_pred, mask):
    y_pred = jnp.asarray(y_pred)
    set_mask(y_pred, jnp.asarray(mask))
    return y_pred


def case(name):
    """What to give a metric: targets, predictions, mask, then targets and predictions without."""
    y_true, y_pred = sequences(name)
    kept = KEPT.reshape(-1)
    padded = with_garbage(y_true, y_pred, kept)
    if name in OF_SAMPLES:
        return *padded, kept, y_true[kept], y_pred[kept]
    in_steps = [y.reshape(3, 4, *y.shape[1:]) for y in padded]
    return *in_steps, KEPT, y_true[kept], y_pred[kept]


def updated(metric, *args, **kwargs):
    first = args[1:] if type(metric) in (keras.metrics.Mean, keras.metrics.Sum) else args
    metric.update_state(*first, **kwargs)
    return metric


@pytest.mark.parametrize("name", NAMES)
def test_masked_steps_do_not_count(name):
    y_true, y_pred, mask, true_kept, pred_kept = case(name)
    masked = updated(make(name), y_true, carrying(y_pred, mask)).result()
    alone = updated(make(name), true_kept, pred_kept).result()
    np.testing.assert_allclose(masked, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_masks_and_sample_weights_come_together(name):
    y_true, y_pred, mask, true_kept, pred_kept = case(name)
    weights = np.arange(1, 1 + len(mask)).astype("float32")
    of_kept = np.broadcast_to(weights.reshape(-1, *(1,) * (mask.ndim - 1)), mask.shape)[mask]
    y_pred = carrying(y_pred, mask)
    masked = updated(make(name), y_true, y_pred, sample_weight=weights).result()
    alone = updated(make(name), true_kept, pred_kept, sample_weight=of_kept).result()
    np.testing.assert_allclose(masked, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_masks_count_in_compiled_code_and_in_calls(name):
    y_true, y_pred, mask, _, _ = case(name)
    metric = make(name)
    eager = updated(metric, y_true, carrying(y_pred, mask)).result()

    def update(state, y_true, y_pred, mask):
        y_pred = y_pred + 0
        set_mask(y_pred, mask)
        args = (y_pred,) if name in ("Mean", "Sum") else (y_true, y_pred)
        return metric.stateless_update_state(state, *args)

    state = jax.jit(update)(metric.stateless_reset_state(), y_true, y_pred, mask)
    np.testing.assert_allclose(metric.stateless_result(state), eager, rtol=1e-5)


@pytest.mark.parametrize("name", ["Precision", "Recall", "PrecisionAtRecall", "RecallAtPrecision"])
def test_masked_steps_do_not_count_for_one_class(name):
    y_true, y_pred, mask, true_kept, pred_kept = case(name)
    masked = updated(make(name, class_id=1), y_true, carrying(y_pred, mask)).result()
    alone = updated(make(name, class_id=1), true_kept, pred_kept).result()
    np.testing.assert_allclose(masked, alone, rtol=1e-6)


def test_adjusted_r2_counts_samples_without_the_masked():
    y_true, y_pred, mask, true_kept, pred_kept = case("R2Score")
    metrics = [keras.metrics.R2Score(num_regressors=2) for _ in range(2)]
    masked = metrics[0](y_true, carrying(y_pred, mask))
    np.testing.assert_allclose(masked, metrics[1](true_kept, pred_kept), rtol=1e-5)


@pytest.mark.parametrize("name", ["PearsonCorrelation", "ConcordanceCorrelation"])
def test_correlations_along_time_leave_masked_steps_out(name):
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.normal(size=(2, 3, 4, 1)).astype("float32")
    y_pred[~KEPT] = np.nan
    masked = make(name, axis=1)(y_true, carrying(y_pred, KEPT))
    alone = [make(name, axis=0)(y_true[i][k], y_pred[i][k]) for i, k in enumerate(KEPT)]
    np.testing.assert_allclose(masked, np.mean(alone), rtol=1e-5)


@pytest.mark.parametrize(
    "name", ["MeanSquaredError", "RootMeanSquaredError", "BinaryCrossentropy", "BinaryAccuracy"]
)
def test_a_mask_of_every_entry_leaves_out_entries(name):
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 2, KEPT.shape), rng.uniform(0.1, 0.9, KEPT.shape)
    masked = make(name)(y_true, carrying(y_pred.astype("float32"), KEPT))
    alone = make(name)(y_true[KEPT][:, None], y_pred[KEPT][:, None].astype("float32"))
    np.testing.assert_allclose(masked, alone, rtol=1e-5)


def test_a_mask_of_every_entry_counts_in_losses_too():
    y_true, y_pred = np.zeros((3, 4), "float32"), np.arange(12.0).reshape(3, 4).astype("float32")
    loss = keras.losses.MeanSquaredError()(y_true, carrying(y_pred, KEPT))
    np.testing.assert_allclose(loss, np.mean(y_pred[KEPT] ** 2))
    with pytest.raises(ValueError, match=r"one value for the whole last axis.*expected.*\(3,\)"):
        keras.losses.CategoricalCrossentropy()(y_true, carrying(y_pred, KEPT))


def test_evaluate_reports_losses_and_metrics_of_the_same_steps():
    model = keras.Sequential(
        [keras.Input((4, 1)), keras.layers.Masking(0.0), keras.layers.Dense(1, use_bias=False)]
    )
    names = ["mse", keras.metrics.RootMeanSquaredError(name="rmse")]
    model.compile("sgd", "mse", metrics=names)
    x = KEPT[..., None].astype("float32")
    logs = model.evaluate(x, np.ones((3, 4, 1)), verbose=0, return_dict=True)
    assert logs["mse"] == pytest.approx(logs["loss"])
    assert logs["rmse"] ** 2 == pytest.approx(logs["mse"])


class WeightsSeen(keras.metrics.Metric):
    """A user's metric that takes weights."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.total = self.add_weight(name="total")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(keras.ops.sum(sample_weight))

    def result(self):
        return self.total.value


class NoWeights(WeightsSeen):
    """A user's metric that takes none."""

    def update_state(self, y_true, y_pred):
        self.total.assign_add(keras.ops.sum(keras.ops.ones_like(y_pred)))


def test_a_user_s_metric_gets_masks_as_weights_if_it_takes_any():
    y = np.zeros((3, 4, 1), "float32")
    assert float(WeightsSeen()(y, carrying(y, KEPT))) == KEPT.sum()
    assert float(WeightsSeen()(y_true=y, y_pred=carrying(y, KEPT))) == KEPT.sum()
    assert float(WeightsSeen()(y, carrying(y, KEPT), np.array([2.0, 0, 1]))) == 2 * 3 + 4
    assert float(NoWeights()(y, carrying(y, KEPT))) == y.size


def test_compile_takes_a_metric_without_sample_weight():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    x, y = np.ones((4, 2)), np.ones((4, 1))
    model.compile("sgd", "mse", metrics=[NoWeights(name="count")])
    logs = model.evaluate(x, y, sample_weight=np.ones(4), verbose=0, return_dict=True)
    assert logs["count"] == 4
    model.compile("sgd", "mse", weighted_metrics=[NoWeights(name="count")])
    with pytest.raises(ValueError, match="'count' is among `weighted_metrics`"):
        model.evaluate(x, y, sample_weight=np.ones(4), verbose=0)


def test_a_mask_that_does_not_fit_is_named():
    y = np.zeros((3, 1), "float32")
    for part in (keras.metrics.Precision(name="p"), keras.losses.MeanSquaredError(name="p")):
        with pytest.raises(ValueError, match=r"'p' got predictions of shape \(3, 1\).*\(3, 4\)"):
            part(y, carrying(y, KEPT))


def test_a_function_that_gives_a_scalar_cannot_be_masked():
    metric = keras.metrics.MeanMetricWrapper(lambda y, p: keras.ops.mean(p - y), name="m")
    y = np.zeros((3, 4, 1), "float32")
    with pytest.raises(ValueError, match=r"'m' has values of shape \(\).*shape \(3, 4\)"):
        metric(y, carrying(y, KEPT))
