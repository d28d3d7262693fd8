"""Optimizers against Keras: steps, state, configs."""

import keras
import numpy as np
import pytest

import cornu
from tests.parity.oracle import assert_same, compare_config

SHAPES = {"a": (3, 4), "b": (4,), "c": (2, 3, 4)}
CLASSES = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}),
    ("AdamW", {"weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "rho": 0.8}),
    ("Adagrad", {"initial_accumulator_value": 0.3}),
    ("Adadelta", {"rho": 0.8}),
    ("Adamax", {}),
    ("Nadam", {}),
    ("Ftrl", {}),
    (
        "Ftrl",
        {
            "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.1,
            "l2_shrinkage_regularization_strength": 0.1,
            "beta": 0.2,
        },
    ),
    ("Lion", {}),
    ("Lamb", {}),
    ("Adafactor", {}),
    ("Adafactor", {"relative_step": False, "clip_threshold": 0.5}),
    ("ScheduleFreeAdamW", {}),
    ("ScheduleFreeAdamW", {"warmup_steps": 3, "weight_decay": 0.1, "beta_1": 0.8}),
    ("Muon", {}),
    ("Muon", {"nesterov": False, "rms_rate": None, "exclude_layers": ["a"], "adam_lr_ratio": 0.3}),
]
OPTIONS = [
    {"clipnorm": 0.5},
    {"global_clipnorm": 0.5},
    {"clipvalue": 0.2},
    {"weight_decay": 0.1},
    {"loss_scale_factor": 3.0},
    {"use_ema": True, "ema_momentum": 0.8},
    {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
    {"gradient_accumulation_steps": 2},
    {
        "gradient_accumulation_steps": 2,
        "use_ema": True,
        "ema_overwrite_frequency": 2,
        "weight_decay": 0.1,
    },
]


def steps(module, name, settings, count=4, dtype="float32"):
    rng = np.random.default_rng(0)
    variables = [
        module.Variable(rng.normal(size=shape).astype(dtype), name=key)
        for key, shape in SHAPES.items()
    ]
    optimizer = getattr(module.optimizers, name)(**{"learning_rate": 0.1, **settings})
    for _ in range(count):
        optimizer.apply([rng.normal(size=v.shape).astype(dtype) for v in variables], variables)
    optimizer.finalize_variable_values(variables)
    state = [(v.name, v.path.split("/")[-1]) for v in optimizer.variables]
    return [v.value for v in variables], [v.value for v in optimizer.variables], state


@pytest.mark.parametrize(("name", "settings"), CLASSES)
def test_steps_and_state_are_keras(name, settings):
    ours, theirs = steps(cornu, name, settings), steps(keras, name, settings)
    assert_same(ours[0], theirs[0], name, 1e-4)
    assert_same(ours[1], theirs[1], name, 1e-4)


@pytest.mark.parametrize("settings", OPTIONS)
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_options_are_keras(name, settings):
    ours, theirs = steps(cornu, name, settings), steps(keras, name, settings)
    assert_same(ours[0], theirs[0], name, 1e-4)
    assert_same(ours[1], theirs[1], name, 1e-4)
    assert ours[2] == theirs[2]


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_float16_state_has_the_dtype_of_the_variable(name):
    settings = {"learning_rate": 0.01, "epsilon": 1e-3} if name != "SGD" else {"momentum": 0.9}
    ours, theirs = (steps(side, name, settings, dtype="float16") for side in (cornu, keras))
    assert_same(ours[0], theirs[0], name)
    assert_same(ours[1], theirs[1], name)


@pytest.mark.parametrize(("name", "settings"), CLASSES)
def test_configs_are_keras(name, settings):
    compare_config(f"optimizers.{name}", settings)


def multi_steps(module):
    sgd, adam = module.optimizers.SGD(0.1), module.optimizers.Adam(0.2)
    optimizer = module.optimizers.MultiOptimizer(module.optimizers.OptimizerMap(sgd, {"a.*": adam}))
    variables = [module.Variable(np.ones(2, "float32"), name=name) for name in ("a", "b")]
    for _ in range(2):
        optimizer.apply([np.arange(2, dtype="float32")] * 2, variables)
    return [v.value for v in variables], [v.value for v in optimizer.variables]


def test_several_optimizers_are_keras():
    assert_same(multi_steps(cornu), multi_steps(keras), "MultiOptimizer")


def test_config_of_several_optimizers_is_keras():
    ours, theirs = (
        side.optimizers.MultiOptimizer(
            side.optimizers.OptimizerMap(
                side.optimizers.SGD(name="one"), {"a.*": side.optimizers.Adam(name="two")}
            ),
            name="both",
        )
        for side in (cornu, keras)
    )
    assert cornu.optimizers.serialize(ours) == keras.optimizers.serialize(theirs)
    again = cornu.optimizers.deserialize(cornu.optimizers.serialize(ours))
    assert again.get_config() == ours.get_config()


def loss_scaled_steps(module, gradients):
    optimizer = module.optimizers.LossScaleOptimizer(
        module.optimizers.SGD(1.0, momentum=0.5), initial_scale=8.0, dynamic_growth_steps=3
    )
    variable = module.Variable(np.ones(2, "float32"))
    optimizer.build([variable])
    values, state = [variable.value], [v.value for v in optimizer.variables]
    for gradient in gradients:
        values, state = optimizer.stateless_apply(state, [np.full(2, gradient, "float32")], values)
    return values, state


def test_loss_scale_grows_and_shrinks_as_in_keras():
    gradients = [8, 8, 8, 16, np.inf, 8, np.nan, 4, 4, 4, 8]
    assert_same(
        loss_scaled_steps(cornu, gradients), loss_scaled_steps(keras, gradients), "loss scale"
    )


def test_loss_scale_config_is_keras():
    compare_config(lambda side: side.optimizers.LossScaleOptimizer(side.optimizers.SGD()))


@pytest.mark.parametrize(
    "name",
    "adam ADAM adamw rmsprop sgd adagrad adadelta adamax nadam ftrl lion adafactor muon".split(),
)
def test_names_are_keras(name):
    ours, theirs = cornu.optimizers.get(name), keras.optimizers.get(name)
    assert type(ours).__name__ == type(theirs).__name__


def test_serialized_optimizers_load_on_either_side():
    ours = cornu.optimizers.Adam(cornu.optimizers.schedules.CosineDecay(0.1, 10), clipnorm=1.0)
    theirs = keras.optimizers.deserialize(cornu.optimizers.serialize(ours))
    assert theirs.clipnorm == 1.0
    back = cornu.optimizers.deserialize(keras.optimizers.serialize(theirs))
    assert back.get_config() == ours.get_config()
