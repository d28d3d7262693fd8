"""Every layer, metric, loss, optimizer, ... and every operation is copied and pickled as it is."""

import copy
import pickle

import numpy as np
import pytest

import cornu as keras
from cornu.ops.op import REGISTRY
from tests.contracts.catalog import public_classes
from tests.contracts.layer_table import LAYERS
from tests.contracts.part_table import ARGUMENTS, LEFT_OUT
from tests.contracts.test_layers import built

WAYS = [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))]


def assert_same(one, other):
    assert type(other) is type(one)
    assert str(other.get_config()) == str(one.get_config())
    for mine, theirs in zip(
        getattr(one, "variables", ()), getattr(other, "variables", ()), strict=True
    ):
        assert theirs is not mine
        assert theirs.path == mine.path
        np.testing.assert_array_equal(theirs, mine)


@pytest.mark.parametrize("name", LAYERS)
def test_a_built_layer(name):
    layer, _ = built(name)
    for way in WAYS:
        twin = way(layer)
        assert_same(layer, twin)
        assert twin.built


PARTS = [
    (room, name)
    for room, arguments in ARGUMENTS.items()
    for name in public_classes(room)
    if name not in LEFT_OUT[room]
]


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_part(room, name):
    arguments = ARGUMENTS[room].get(name, {})
    owner = keras
    for part in room.split("."):
        owner = getattr(owner, part)
    made = getattr(owner, name)(**(arguments() if callable(arguments) else arguments))
    for way in WAYS:
        assert_same(made, way(made))


def test_a_seed_generator_goes_on_where_it_was():
    generator = keras.random.SeedGenerator(5, name="mine")
    generator.next()
    for way in WAYS:
        twin = way(generator)
        assert twin.name == "mine"
        np.testing.assert_array_equal(twin.state, generator.state)
        np.testing.assert_array_equal(way(twin).next(), twin.next())


def test_a_variable_is_copied_with_all_it_knows():
    variable = keras.layers.Dense(2, kernel_constraint="max_norm", kernel_regularizer="l2")
    variable.build((None, 3))
    for way in WAYS:
        twin = way(variable.kernel)
        assert twin.path == variable.kernel.path
        assert twin.constraint.get_config() == variable.kernel.constraint.get_config()
        twin.assign_add(np.ones((3, 2)))
        assert not np.array_equal(twin, variable.kernel)


def test_every_operation_of_graphs_is_pickled_by_its_public_name():
    for record in REGISTRY.values():
        assert pickle.loads(pickle.dumps(record)) is record
        assert copy.deepcopy(record) is record


def test_every_callback_is_pickled_after_a_run(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callbacks = [
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="loss"),
        keras.callbacks.BackupAndRestore(tmp_path / "backup"),
        keras.callbacks.EarlyStopping(monitor="loss", restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau(monitor="loss"),
        keras.callbacks.TerminateOnNaN(),
    ]
    model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0, callbacks=callbacks)
    for callback in callbacks:
        for way in WAYS:
            assert type(way(callback)) is type(callback)
