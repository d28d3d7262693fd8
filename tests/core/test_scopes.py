"""Scopes: pure reads and writes of Variables, names, recomputation, devices."""

import gc

import jax
import numpy as np
import pytest

import cornu as keras
from cornu import layers, ops


def test_reads_give_the_mapped_value_and_writes_stay_inside():
    v = keras.Variable(1.0)
    with keras.StatelessScope([(v, 5.0)]) as scope:
        v.assign_add(1.0)
        assert float(v) == 6.0
    assert float(scope.get_current_value(v)) == 6.0
    assert float(v) == 1.0


def test_an_inner_scope_sees_the_outer_one_and_changes_it_not():
    v = keras.Variable(1.0)
    with keras.StatelessScope([(v, 2.0)]) as outer:
        with keras.StatelessScope():
            v.assign_add(1.0)
            assert float(v) == 3.0
        assert float(v) == 2.0
    assert float(outer.get_current_value(v)) == 2.0


def test_mapped_values_must_fit_and_belong_to_variables():
    v = keras.Variable([1.0, 2.0])
    with pytest.raises(ValueError, match="has shape"):
        keras.StatelessScope([(v, 1.0)])
    with pytest.raises(ValueError, match="pairs"):
        keras.StatelessScope([(1.0, v)])


def test_losses_are_collected_if_asked():
    layer = layers.ActivityRegularization(l2=1.0)
    with keras.StatelessScope(collect_losses=True) as scope:
        layer(np.ones((1, 2), "float32"))
    assert [float(loss) for loss in scope.losses] == [2.0]
    assert layer.losses == []


def test_paths_hold_the_names_of_the_scopes():
    with keras.name_scope("a"), keras.name_scope("b"):
        v = keras.Variable(0.0, name="c")
    assert v.path == "a/b/c"
    with pytest.raises(ValueError, match="without '/'"):
        keras.name_scope("a/b")


def gradients_of(model, x):
    state = [v.value for v in model.trainable_variables]
    other = [v.value for v in model.non_trainable_variables]

    def loss(values):
        outputs, updated = model.stateless_call(values, other, x, training=True)
        return ops.sum(outputs**2), updated

    return jax.jit(jax.grad(loss, has_aux=True))(state), jax.make_jaxpr(loss)(state)


def network():
    return [
        layers.Dense(3, activation="tanh", name="first", kernel_regularizer="l2"),
        layers.BatchNormalization(),
        layers.ActivityRegularization(0.1),
    ]


@pytest.mark.parametrize(
    "settings, recomputed",
    [
        ({"mode": "full"}, 3),
        ({"mode": "activations"}, 1),
        ({"mode": "list_of_layers", "layer_names": ["first"]}, 1),
        ({"mode": "larger_than", "output_size_threshold": 5}, 3),
        ({"mode": "larger_than", "output_size_threshold": 6}, 0),
        ({"mode": None}, 0),
    ],
)
def test_recomputed_layers_have_the_same_gradients_updates_and_losses(settings, recomputed):
    x = np.linspace(-1, 1, 8).reshape(2, 4).astype("float32")
    plain = keras.Sequential([keras.Input((4,)), *network()])
    with keras.RematScope(**settings):
        inner = network()
    scoped = keras.Sequential([keras.Input((4,)), *inner])
    scoped.set_weights(plain.get_weights())
    expected, _ = gradients_of(plain, x)
    found, program = gradients_of(scoped, x)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert str(program).count("checkpoint[") + str(program).count("remat") >= recomputed
    assert ("checkpoint[" in str(program) or "remat" in str(program)) == bool(recomputed)
    plain(x), scoped(x)
    np.testing.assert_allclose(scoped.losses, plain.losses, rtol=1e-5)


def test_unknown_modes_of_recomputation_are_refused():
    with pytest.raises(ValueError, match="must be one of"):
        keras.RematScope(mode="everything")


def test_arrays_are_made_on_the_device_of_the_context():
    with keras.device("cpu"):
        assert ops.ones(()).device.platform == "cpu"
    with keras.device(jax.devices()[0]):
        assert ops.ones(()).device == jax.devices()[0]


@pytest.mark.parametrize("name", ["cpu:99", "quantum:0", 3])
def test_absent_devices_are_named(name):
    with pytest.raises(ValueError, match=str(name)):
        keras.device(name)


def test_layers_that_die_leave_no_losses_to_later_ones():
    class Outer(layers.Layer):
        def call(self, x):
            counts = []
            for _ in range(6):
                inner = layers.ActivityRegularization(l2=1.0)
                inner(x)
                counts.append(len(inner.losses))
                del inner
                gc.collect()
            assert counts == [1] * 6
            return x

    with keras.StatelessScope():
        Outer()(np.ones((2, 3), "float32"))
