"""What every loss, metric, optimizer, schedule, initializer, regularizer and constraint does."""

import inspect
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import cornu as keras
from tests.contracts.catalog import missing_from, public, public_classes
from tests.contracts.part_table import ARGUMENTS, LEFT_OUT, PATH, targets_of

ROOMS = tuple(ARGUMENTS)


def cases(*rooms):
    return [
        pytest.param(room, name, id=f"{room}.{name}")
        for room in rooms
        for name in public_classes(room)
        if name not in LEFT_OUT[room]
    ]


def room_of(room):
    found = keras
    for part in room.split("."):
        found = getattr(found, part)
    return found


def make(room, name, **more):
    settings = ARGUMENTS[room].get(name, {})
    settings = settings() if callable(settings) else settings
    return getattr(room_of(room), name)(**settings, **more)


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_class_can_be_made(room):
    needing = {
        name: cls
        for name, cls in public_classes(room).items()
        if any(
            p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
            for p in inspect.signature(cls).parameters.values()
        )
    }
    known = {name: None for name in public_classes(room) if name not in needing}
    message = missing_from({**known, **ARGUMENTS[room]}, room, LEFT_OUT[room], PATH)
    assert not message, message


@pytest.mark.parametrize("room", ROOMS)
def test_the_table_names_public_classes_only(room):
    assert (ARGUMENTS[room].keys() | LEFT_OUT[room].keys()) - public_classes(room).keys() == set()


@pytest.mark.parametrize("room, name", cases(*ROOMS))
def test_config_goes_through_json_and_back(room, name):
    part = make(room, name)
    config = keras.saving.serialize_keras_object(part)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert type(again) is type(part)
    assert keras.saving.serialize_keras_object(again) == config
    assert type(part).from_config(part.get_config()).get_config() == part.get_config()


@pytest.mark.parametrize("room, name", cases(*(room for room in ROOMS if "." not in room)))
def test_the_room_s_own_functions_find_it_too(room, name):
    part, module = make(room, name), room_of(room)
    config = module.serialize(part)
    assert type(module.deserialize(config)) is type(part)
    assert type(module.get(config)) is type(part)
    assert module.get(part) is part


@pytest.mark.parametrize("room", [room for room in ROOMS if "." not in room])
def test_unknown_names_are_refused_with_the_name(room):
    with pytest.raises(ValueError, match="no_such_part"):
        room_of(room).get("no_such_part")


@pytest.mark.parametrize("room, name", cases(*ROOMS))
def test_unknown_arguments_are_refused(room, name):
    with pytest.raises((TypeError, ValueError), match=r"no_such_argument|takes no arguments"):
        make(room, name, no_such_argument=1)


@pytest.mark.parametrize("room, name", cases("losses"))
def test_losses_are_finite_scalars_of_their_dtype_compiled_or_not(room, name):
    y_true, y_pred = targets_of(name)
    loss = make(room, name)
    eager = loss(y_true, y_pred)
    value, gradient = jax.jit(jax.value_and_grad(lambda p: loss(y_true, p)))(jnp.asarray(y_pred))
    np.testing.assert_allclose(value, eager, rtol=1e-5, atol=1e-6)
    assert value.shape == () and value.dtype == "float32"
    assert bool(jnp.isfinite(value)) and bool(jnp.isfinite(gradient).all())
    half = jax.eval_shape(make(room, name, dtype="bfloat16"), y_true, y_pred)
    assert half.dtype == "bfloat16"


# By default one overlap of the whole batch, which has no values per sample.
OVERLAPS = ("Dice", "Tversky")


@pytest.mark.parametrize("room, name", cases("losses"))
def test_losses_without_reduction_have_one_value_per_sample(room, name):
    y_true, y_pred = targets_of(name)
    loss = make(room, name, reduction="none")
    for rows in (0, 1, 4):
        values = jax.eval_shape(loss, y_true[:rows], y_pred[:rows])
        expected = () if name in OVERLAPS else (rows,)
        assert values.shape[:1] == expected


@pytest.mark.parametrize("room, name", cases("metrics"))
def test_metrics_start_again_after_reset_and_do_not_depend_on_the_batches(room, name):
    y_true, y_pred = targets_of(name)
    metric = make(room, name)
    arguments = (y_pred,) if name in ("Mean", "Sum") else (y_true, y_pred)
    metric.update_state(*arguments)
    whole = np.asarray(metric.result())
    metric.reset_state()
    for part in (slice(0, 2), slice(2, None)):
        metric.update_state(*(a[part] for a in arguments))
    np.testing.assert_allclose(np.asarray(metric.result()), whole, rtol=1e-5, atol=1e-5)
    assert np.isfinite(whole).all()
    assert all(v.dtype in ("float32", "int32") for v in metric.variables)


@pytest.mark.parametrize("room, name", cases("optimizers"))
def test_optimizers_lower_a_quadratic_compiled_as_eagerly(room, name):
    start = np.linspace(-1, 1, 6).reshape(2, 3).astype("float32")
    results = []
    for compile_step in (False, True):
        optimizer, weight = make(room, name), keras.Variable(start)
        optimizer.build([weight])

        def step(values, state, optimizer=optimizer):
            scale = optimizer.scale_loss(1.0)
            return optimizer.stateless_apply(state, [2 * values * scale], [values])

        step = jax.jit(step) if compile_step else step
        values, state = jnp.asarray(start), [v.value for v in optimizer.variables]
        for _ in range(3):
            (values,), state = step(values, state)
        results.append(np.asarray(values))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-5, atol=1e-6)
    assert np.square(results[0]).sum() < np.square(start).sum()


@pytest.mark.parametrize("room, name", cases("optimizers.schedules"))
def test_schedules_give_finite_rates_for_ints_and_traced_steps(room, name):
    schedule = make(room, name)
    rates = [float(schedule(step)) for step in (0, 5, 50)]
    assert np.isfinite(rates).all()
    traced = jax.jit(jax.vmap(schedule))(jnp.array([0, 5, 50]))
    np.testing.assert_allclose(traced, rates, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("room, name", cases("initializers"))
def test_initializers_give_the_shape_and_dtype_asked_for(room, name, dtype):
    shape = (8, 1, 10) if name == "STFT" else (4, 4)
    first, second = (make(room, name)(shape, dtype=dtype) for _ in range(2))
    assert (first.shape, first.dtype.name) == (shape, dtype)
    assert bool(jnp.isfinite(first).all())
    seeded = [make(room, name, **seed_of(name))(shape, dtype=dtype) for _ in range(2)]
    np.testing.assert_array_equal(
        np.asarray(seeded[0], "float32"), np.asarray(seeded[1], "float32")
    )
    assert second.shape == shape


def seed_of(name):
    parameters = inspect.signature(getattr(keras.initializers, name)).parameters
    return {"seed": 1} if "seed" in parameters else {}


@pytest.mark.parametrize("room, name", cases("regularizers"))
def test_regularizers_give_a_penalty_that_can_be_differentiated(room, name):
    weight = jnp.linspace(-1, 1, 6).reshape(2, 3)
    penalty, gradient = jax.value_and_grad(make(room, name))(weight)
    assert penalty.shape == () and float(penalty) >= 0
    assert bool(jnp.isfinite(gradient).all())


@pytest.mark.parametrize("room, name", cases("constraints"))
def test_constraints_keep_shape_and_dtype_and_change_nothing_twice(room, name):
    weight = jnp.linspace(-3, 3, 6, dtype="float32").reshape(2, 3)
    once = make(room, name)(weight)
    assert (once.shape, once.dtype) == (weight.shape, weight.dtype)
    np.testing.assert_allclose(make(room, name)(once), once, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "name", [n for n in public("activations") if n not in ("get", "serialize", "deserialize")]
)
def test_activations_have_names_and_finite_values_and_gradients(name):
    function = keras.activations.get(name)
    assert keras.activations.get(keras.activations.serialize(function)) is function
    x = jnp.array([-100.0, -1.0, 0.5, 100.0]) if name != "exponential" else jnp.array([-1.0, 1.0])
    settings = (0.5, 0.0) if name == "threshold" else ()
    value, gradient = jax.value_and_grad(lambda x: function(x, *settings).sum())(x)
    assert bool(jnp.isfinite(value)) and bool(jnp.isfinite(gradient).all())
    assert function(x.astype("bfloat16"), *settings).dtype == "bfloat16"
