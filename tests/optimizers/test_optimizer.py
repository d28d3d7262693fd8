"""What all optimizers share."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras

CLASSES = [
    "SGD",
    "Adam",
    "AdamW",
    "RMSprop",
    "Adagrad",
    "Adadelta",
    "Adamax",
    "Nadam",
    "Ftrl",
    "Lion",
    "Lamb",
    "Adafactor",
    "Muon",
]


def matrix():
    return keras.Variable(np.arange(6.0).reshape(2, 3) + 1, name="w")


def gradient():
    return jnp.linspace(-1.0, 1.0, 6).reshape(2, 3)


@pytest.mark.parametrize("name", CLASSES)
def test_compiled_step_equals_eager_step(name):
    eager, compiled = matrix(), matrix()
    optimizer = getattr(keras.optimizers, name)(learning_rate=0.1, gradient_accumulation_steps=2)
    for _ in range(4):
        optimizer.apply([gradient()], [eager])
    other = getattr(keras.optimizers, name)(learning_rate=0.1, gradient_accumulation_steps=2)
    other.build([compiled])
    values, state = [compiled.value], [v.value for v in other.variables]
    step = jax.jit(other.stateless_apply)
    for _ in range(4):
        values, state = step(state, [gradient()], values)
    np.testing.assert_allclose(values[0], eager.value, rtol=1e-5)
    assert int(state[0]) == 4


@pytest.mark.parametrize("name", CLASSES)
def test_state_survives_a_store(name):
    variable = matrix()
    optimizer = getattr(keras.optimizers, name)(learning_rate=0.1)
    optimizer.apply([gradient()], [variable])
    store = {}
    optimizer.save_own_variables(store)
    again = type(optimizer).from_config(optimizer.get_config())
    again.build([variable])
    again.load_own_variables(store)
    for ours, theirs in zip(again.variables, optimizer.variables):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_state_of_another_shape_is_skipped_with_a_warning():
    optimizer = keras.optimizers.Adam()
    with pytest.warns(UserWarning, match="not loaded: it has 2 variables, the file 1"):
        optimizer.load_own_variables({"0": np.zeros(())})


def test_missing_gradients_leave_the_variable_and_warn_once():
    first, second = matrix(), matrix()
    optimizer = keras.optimizers.SGD(1.0)
    with pytest.warns(UserWarning, match="no gradients for"):
        optimizer.apply([gradient(), None], [first, second])
    optimizer.apply([gradient(), None], [first, second])
    np.testing.assert_array_equal(second.numpy(), matrix().numpy())


def test_no_gradient_at_all_is_an_error():
    with pytest.raises(ValueError, match="None as the gradient of every variable"):
        keras.optimizers.SGD().apply([None], [matrix()])


def test_unknown_variable_is_an_error():
    optimizer = keras.optimizers.SGD()
    optimizer.build([matrix()])
    with pytest.raises(ValueError, match="built for other variables"):
        optimizer.apply([gradient()], [matrix()])


def test_gradients_without_variables_need_a_built_optimizer():
    with pytest.raises(ValueError, match="is not built"):
        keras.optimizers.SGD().apply([gradient()])


def test_number_of_gradients_is_checked():
    with pytest.raises(ValueError, match="got 2 gradients for 1 variables"):
        keras.optimizers.SGD().apply([gradient(), gradient()], [matrix()])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "in one way only"),
        ({"clipnorm": -1.0}, "must not be negative"),
        ({"use_ema": True, "ema_momentum": 2.0}, "must lie in"),
        ({"use_ema": True, "ema_overwrite_frequency": -1}, "positive int or None"),
        ({"gradient_accumulation_steps": 1}, "at least 2"),
        ({"nonsense": 1}, "does not know"),
        ({"momentum": 2.0}, "from 0 to 1"),
    ],
)
def test_nonsense_arguments_are_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        keras.optimizers.SGD(**settings)


def test_learning_rate_can_be_set():
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.learning_rate = 0.25
    assert float(optimizer.learning_rate) == 0.25
    optimizer.learning_rate.assign(0.5)
    assert optimizer.get_config()["learning_rate"] == 0.5


def test_a_number_cannot_replace_a_schedule():
    schedule = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    optimizer = keras.optimizers.SGD(schedule)
    with pytest.raises(TypeError, match="schedule or function"):
        optimizer.learning_rate = 0.1


def test_schedule_falls_with_the_steps():
    variable = keras.Variable(0.0)
    optimizer = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5))
    for _ in range(3):
        optimizer.apply([jnp.ones(())], [variable])
    assert float(variable) == -1.75
    assert len(optimizer.variables) == 1


def test_function_as_learning_rate():
    variable = keras.Variable(0.0)
    keras.optimizers.SGD(lambda: 0.25).apply([jnp.ones(())], [variable])
    assert float(variable) == -0.25


def test_constraint_holds_after_the_step():
    variable = keras.Variable([1.0, 1.0])
    variable.constraint = keras.constraints.NonNeg()
    keras.optimizers.SGD(1.0).apply([jnp.array([2.0, -1.0])], [variable])
    assert variable.numpy().tolist() == [0.0, 2.0]


def test_variable_overwritten_with_its_gradient():
    scale, weight = keras.Variable(1.0), keras.Variable(1.0)
    scale.overwrite_with_gradient = True
    optimizer = keras.optimizers.Adam(0.5)
    optimizer.apply([jnp.array(7.0), jnp.array(1.0)], [scale, weight])
    assert float(scale) == 7.0
    assert len(optimizer.variables) == 4


def test_names_exclude_from_weight_decay():
    kernel, bias = keras.Variable(1.0, name="kernel"), keras.Variable(1.0, name="bias")
    optimizer = keras.optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.apply([jnp.zeros(()), jnp.zeros(())], [kernel, bias])
    assert (float(kernel), float(bias)) == (0.5, 1.0)


def test_an_optimizer_that_is_built_takes_exclusions_too():
    kernel, bias = keras.Variable(1.0, name="kernel"), keras.Variable(1.0, name="bias")
    optimizer = keras.optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.build([kernel, bias])
    optimizer.exclude_from_weight_decay(var_list=[kernel])
    optimizer.apply([jnp.zeros(()), jnp.zeros(())])
    assert (float(kernel), float(bias)) == (1.0, 0.5)


def test_apply_gradients_refuses_an_empty_list():
    with pytest.raises(ValueError, match="got no pairs"):
        keras.optimizers.SGD().apply_gradients([])


def test_scaled_loss_is_scaled_back():
    weight = keras.Variable(1.0)
    optimizer = keras.optimizers.SGD(1.0, loss_scale_factor=4.0)
    assert optimizer.scale_loss(2.0) == 8.0
    optimizer.apply([jnp.array(4.0)], [weight])
    assert float(weight) == 0.0


def test_inner_loss_scale_counts_too():
    inner = keras.optimizers.SGD(1.0, loss_scale_factor=2.0)
    optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=4.0)
    weight = keras.Variable(1.0)
    optimizer.apply([optimizer.scale_loss(jnp.array(0.5))], [weight])
    assert float(weight) == 0.5


def test_scale_beyond_float16_keeps_gradients():
    weight = keras.Variable([1.0], dtype="float16")
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0), 2.0**17)
    optimizer.apply([jnp.array([2.0**15], "float16")], [weight])
    assert weight.numpy().tolist() == [0.75]


def test_variables_of_a_subclass_are_state():
    class Counting(keras.optimizers.SGD):
        def build(self, variables):
            super().build(variables)
            self.count = keras.Variable(0.0, name="count")

    optimizer = Counting()
    optimizer.build([matrix()])
    assert optimizer.variables[-1] is optimizer.count


def test_unknown_name_suggests_a_known_one():
    with pytest.raises(ValueError, match="adam"):
        keras.optimizers.get("adamm")


def test_convex_problem_is_solved():
    weight = keras.Variable([3.0, -2.0])
    optimizer = keras.optimizers.Adam(0.3)
    for _ in range(100):
        optimizer.apply([2 * weight.value], [weight])
    np.testing.assert_allclose(weight.numpy(), 0.0, atol=0.05)


@pytest.mark.parametrize("scaled", [False, True], ids=["plain", "loss scaled"])
@pytest.mark.parametrize("name", CLASSES)
def test_accumulated_gradients_make_the_steps_of_their_means(name, scaled):
    """With schedules, averages and decay, which all count updates, not calls."""

    def path_of(accumulated, gradients):
        optimizer = getattr(keras.optimizers, name)(
            keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.5, 0.05, 0.01]),
            weight_decay=0.1,
            use_ema=True,
            ema_momentum=0.5,
            ema_overwrite_frequency=2,
            gradient_accumulation_steps=2 if accumulated else None,
        )
        if scaled:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=1.0)
        weight = keras.Variable([[1.0, -2.0], [0.5, 3.0]])
        path = []
        for gradient in gradients:
            optimizer.apply([gradient], [weight])
            path.append(weight.numpy())
        return path, int(optimizer.iterations), float(optimizer.learning_rate)

    calls = np.random.default_rng(0).normal(size=(8, 2, 2)).astype("float32")
    ours, updates, rate = path_of(True, calls)
    expected, steps, expected_rate = path_of(False, calls.reshape(4, 2, 2, 2).mean(axis=1))
    np.testing.assert_allclose(ours[1::2], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ours[2::2], ours[1:-1:2])
    assert (updates, rate) == (steps, expected_rate)
