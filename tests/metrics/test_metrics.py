"""Metrics: state, purity, compilation, masks, weights, lookup, errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornu import losses, metrics
from cornu.core import masking

Y = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
P = np.random.default_rng(0).uniform(0.1, 0.9, (4, 3)).astype("float32")

COMPILED = [
    metrics.MeanSquaredError(),
    metrics.CategoricalAccuracy(),
    metrics.TopKCategoricalAccuracy(k=2),
    metrics.AUC(),
    metrics.AUC(multi_label=True),
    metrics.Precision(top_k=1),
    metrics.F1Score(average="macro"),
    metrics.R2Score(),
    metrics.OneHotMeanIoU(3),
    metrics.SensitivityAtSpecificity(0.5),
]


@pytest.mark.parametrize("metric", COMPILED, ids=lambda metric: metric.name)
def test_the_compiled_pure_twin_gives_what_the_metric_gives(metric):
    metric.update_state(Y, P)
    metric.reset_state()
    start = [variable.value for variable in metric.variables]
    state = jax.jit(metric.stateless_update_state)(start, Y, P)
    pure = jax.jit(metric.stateless_result)(state)
    assert all(not np.any(variable.value) for variable in metric.variables)
    np.testing.assert_allclose(pure, metric(Y, P), rtol=1e-5)


def test_a_metric_of_unknown_size_makes_its_state_inside_a_compiled_program():
    metric = metrics.F1Score()
    state = jax.jit(metric.stateless_update_state)([], Y, P)
    assert [value.shape for value in state] == [(3,)] * 4
    assert [variable.shape for variable in metric.variables] == [(3,)] * 4


def test_before_the_first_batch_results_are_zero():
    for metric in (metrics.F1Score(), metrics.R2Score(), metrics.AUC(multi_label=True)):
        assert metric.result().item() == 0.0


class Nested(metrics.Metric):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.own = self.add_weight(name="own")
        self._mean = metrics.Mean()
        self.parts = [metrics.Sum()]

    def update_state(self, x):
        self.own.assign_add(1.0)
        self._mean.update_state(x)
        self.parts[0].update_state(x)

    def result(self):
        return {"mean": self._mean.result(), "sum": self.parts[0].result()}


def test_metrics_inside_metrics_share_their_state():
    metric = Nested(name="nested")
    assert [v.path.split("/")[-1] for v in metric.variables] == ["own", "total", "count", "total"]
    assert {k: v.item() for k, v in metric([1.0, 3.0]).items()} == {"mean": 2.0, "sum": 4.0}
    metric.reset_state()
    assert metric.own.value.item() == 0.0


def test_state_survives_a_file():
    metric, again, store = metrics.Mean(), metrics.Mean(), {}
    metric.update_state([1.0, 2.0])
    metric.save_own_variables(store)
    again.load_own_variables(store)
    assert again.result().item() == 1.5
    with pytest.raises(ValueError, match="2 variables"):
        metrics.Mean().load_own_variables({"0": np.zeros(())})


def test_masked_steps_and_ignored_classes_are_left_out():
    p = jnp.asarray(P).reshape(2, 2, 3)
    masking.set_mask(p, jnp.array([[True, False], [False, False]]))
    metric = metrics.MeanSquaredError()
    assert metric(Y.reshape(2, 2, 3), p).item() == pytest.approx(np.mean((Y[0] - P[0]) ** 2))
    ignoring = metrics.SparseCategoricalCrossentropy(ignore_class=-1)
    even = np.full((2, 3), 1 / 3, "float32")
    assert ignoring(np.array([0, -1]), even).item() == pytest.approx(np.log(3))


def test_weights_of_samples_go_together_with_a_mask():
    p = jnp.ones((2, 2, 1))
    masking.set_mask(p, jnp.array([[True, True], [True, False]]))
    y = jnp.array([[[0.0], [0.0]], [[-1.0], [0.0]]])
    result = metrics.MeanSquaredError()(y, p, sample_weight=[1.0, 2.0])
    assert result.item() == pytest.approx((1 + 1 + 2 * 4) / 4)


def test_sorted_class_indices_are_looked_up_as_they_are():
    best_first = np.array([[0, 1, 2], [2, 0, 1]])
    result = metrics.sparse_top_k_categorical_accuracy([0, 1], best_first, 2, from_sorted_ids=True)
    assert result.tolist() == [1.0, 0.0]


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=12, max_size=12),
    st.sampled_from([17, 41]),
)
def test_many_thresholds_count_as_comparisons_do(samples, size):
    y = np.array([positive for positive, _ in samples])
    p = np.array([step / 20 for _, step in samples], "float32")
    thresholds = np.linspace(0, 1, size).astype("float32")
    counts = metrics.counting.count(y, p, thresholds)
    above = p > thresholds[:, None]
    np.testing.assert_allclose(counts.true_positives, (above & y).sum(1))
    np.testing.assert_allclose(counts.false_positives, (above & ~y).sum(1))
    np.testing.assert_allclose(counts.true_negatives, (~above & ~y).sum(1))
    np.testing.assert_allclose(counts.false_negatives, (~above & y).sum(1))


def test_the_adjusted_score_counts_samples_not_outputs():
    y = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 3.0]], "float32")
    p = y + np.array([[0.5], [-0.5], [0.5], [-0.5]], "float32")
    plain, adjusted = metrics.R2Score()(y, p), metrics.R2Score(num_regressors=1)(y, p)
    assert adjusted.item() == pytest.approx(1 - (1 - plain.item()) * 3 / 2)


def test_a_wrapped_function_survives_a_round_trip():
    config = metrics.serialize(metrics.MeanMetricWrapper(losses.huber, name="h", delta=2.0))
    again = metrics.deserialize(config)
    assert again.get_config() == config["config"]
    assert again([[0.0]], [[1.0]]).item() == 0.5


def test_names_of_losses_serve_as_metrics():
    assert isinstance(metrics.get("mse"), metrics.MeanSquaredError)
    assert isinstance(metrics.get("rmse"), metrics.RootMeanSquaredError)
    assert metrics.get("huber") is losses.huber
    assert metrics.get(None) is None
    with pytest.raises(ValueError, match=r"metric named 'acuracy'.*accuracy"):
        metrics.get("acuracy")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: metrics.Precision(thresholds=2.0), "thresholds"),
        (lambda: metrics.AUC(curve="x"), "curve"),
        (lambda: metrics.AUC(summation_method="x"), "summation_method"),
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds"),
        (lambda: metrics.F1Score(average="x"), "average"),
        (lambda: metrics.FBetaScore(beta=-1.0), "beta"),
        (lambda: metrics.F1Score(threshold=1.5), "threshold"),
        (lambda: metrics.R2Score("x"), "class_aggregation"),
        (lambda: metrics.IoU(3, [5]), "target_class_ids"),
        (lambda: metrics.RecallAtPrecision(1.5), "precision"),
        (lambda: metrics.Recall(class_id=7)(Y, P), "class_id"),
        (lambda: metrics.F1Score()(Y[:, 0], P[:, 0]), "classes"),
        (lambda: metrics.Mean().stateless_result([1.0]), "2 variables"),
    ],
)
def test_nonsense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_metric_must_say_what_it_does():
    with pytest.raises(NotImplementedError, match="update_state"):
        metrics.Metric().update_state()
    with pytest.raises(NotImplementedError, match="result"):
        metrics.Metric().result()
    with pytest.raises(TypeError, match="function"):
        metrics.MeanMetricWrapper(3)
