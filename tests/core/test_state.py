"""State as one value, and stateful code as pure functions of it."""

import jax
import numpy as np

import cornu as keras
from cornu.core import state
from cornu.core.state import State, isolated, pure, variables_of


def small_model():
    layers = [keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dropout(0.5)]
    return keras.Sequential([*layers, keras.layers.BatchNormalization()])


def test_a_state_has_each_variable_once_under_its_path():
    model = small_model()
    found = variables_of(model)
    assert list(found.trainable) == [v.path for v in model.trainable_variables]
    assert len(state.leaves(found)) == len({id(v) for v in model.variables})
    assert any("seed_generator_state" in path for path in found.seeds)
    assert not any("seed_generator_state" in path for path in found.non_trainable)


def test_a_state_is_a_tree_whose_leaves_have_the_paths_of_the_variables():
    values = state.read(variables_of(small_model()))
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(values)]
    assert any(path.startswith(".trainable[") and "kernel" in path for path in paths)


def test_two_variables_of_one_path_are_both_in_the_state():
    one, two = (keras.Variable(float(i), name="same") for i in range(2))
    assert list(State.of(trainable=[one, two]).trainable) == ["same", "same#2"]


def test_leaves_stand_in_the_order_of_the_variables_however_names_count():
    variables = [keras.Variable(0.0, name=f"dense_{n}") for n in (9, 10)]
    assert state.leaves(State.of(trainable=variables)) == variables


def test_what_is_read_can_be_written_back():
    model = small_model()
    variables = variables_of(model)
    before = state.read(variables)
    model.set_weights([w * 0 for w in model.get_weights()])
    state.write(variables, before)
    np.testing.assert_array_equal(model.layers[0].kernel, jax.tree.leaves(before)[0])


def test_a_pure_call_gives_the_outputs_and_the_new_state_and_changes_nothing():
    model = small_model()
    variables = variables_of(model)
    before = state.read(variables)
    call = jax.jit(pure(lambda x: model(x, training=True), variables))
    outputs, after = call(before, np.ones((4, 2), "float32"))
    assert outputs.shape == (4, 3)
    assert jax.tree.structure(after) == jax.tree.structure(before)
    for old, new in zip(jax.tree.leaves(before), jax.tree.leaves(state.read(variables))):
        np.testing.assert_array_equal(old, new)
    mean = next(path for path in before.non_trainable if path.endswith("moving_mean"))
    assert np.any(after.non_trainable[mean] != before.non_trainable[mean])


def test_structures_of_lists_stay_what_they_are():
    a, b = keras.Variable(1.0), keras.Variable(2.0)
    _, new = pure(lambda: a.assign(b.value * 3), ([a], [b]))(([0.0], [5.0]))
    assert isinstance(new, tuple)
    assert [float(v) for group in new for v in group] == [15.0, 5.0]


def test_effects_on_other_variables_come_out_of_a_transformation():
    weight, count = keras.Variable(3.0), keras.Variable(0.0)

    def loss():
        count.assign_add(1.0)
        return weight * weight

    run = isolated(loss, [weight])
    gradient, effects = jax.grad(run, has_aux=True)([weight.value])
    assert float(gradient[0]) == 6.0
    assert float(count) == 0.0
    assert effects.assigned == [count]
    effects.carry_out()
    assert float(count) == 1.0


def test_losses_of_layers_come_out_too():
    layer = keras.layers.ActivityRegularization(l2=1.0)
    x = np.ones((1, 2), "float32")
    _, effects = jax.jit(isolated(lambda: layer(x), []))([])
    assert layer.losses == []
    effects.add_losses()
    assert [float(loss) for loss in layer.losses] == [2.0]
