"""Which names in a config are found: ours in any process, and a user's class that is imported."""

import subprocess
import sys
import types

import pytest

import cornu as keras

FRESH = """
import cornu as keras
read = keras.saving.deserialize_keras_object
{code}
"""


def fresh(code):
    command = [sys.executable, "-c", FRESH.format(code=code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_fresh_process_finds_every_kind():
    code = """
for module, name, config in [
    ("keras.layers", "Dense", {"units": 2}),
    (None, "Adam", {}),
    ("keras.src.losses.losses", "MeanSquaredError", {}),
    ("keras.random", "SeedGenerator", {"seed": 3}),
    ("keras.metrics", "AUC", {}),
    ("keras.initializers", "Zeros", {}),
    ("keras.utils", "FeatureSpace", {"features": {"a": "float"}}),
]:
    config = {"module": module, "class_name": name, "config": config, "registered_name": None}
    print(type(read(config)).__name__)
print(read({"module": "builtins", "class_name": "function", "config": "relu"}).__name__)
"""
    names = "Dense Adam MeanSquaredError SeedGenerator AUC Zeros FeatureSpace relu"
    assert fresh(code) == names.split()


def test_nothing_is_imported_for_a_name_in_a_config():
    code = """
import sys
config = {"module": "wave", "class_name": "Wave_read", "config": {}, "registered_name": "Wave_read"}
try:
    read(config)
except TypeError as error:
    print("refused", "wave" in sys.modules)
"""
    assert fresh(code) == ["refused", "False"]


@pytest.fixture
def project(monkeypatch):
    """A module of a user's, imported, with classes that nobody registered."""
    module = types.ModuleType("project_of_a_user")
    code = """
import subprocess
import cornu as keras

class Twice(keras.layers.Layer):
    def call(self, x):
        return 2 * x

class Loss(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return (y_true - y_pred) ** 2

class Danger:
    @classmethod
    def from_config(cls, config):
        raise SystemExit("this was run")
"""
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(code, vars(module))
    return module


def test_a_class_of_an_imported_module_is_found(project, tmp_path):
    model = keras.Sequential([keras.Input((2,)), project.Twice(name="twice")])
    model.compile("sgd", project.Loss())
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    assert type(again.layers[0]) is project.Twice
    assert type(again.loss) is project.Loss


def config_of(name, module="project_of_a_user"):
    return {"module": module, "class_name": name, "config": {}, "registered_name": name}


@pytest.mark.parametrize("name", ["Danger", "subprocess", "keras", "__builtins__", "Absent"])
def test_only_kinds_of_ours_are_found_in_it(project, name):
    with pytest.raises(TypeError, match="Cannot find the class"):
        keras.saving.deserialize_keras_object(config_of(name))


def test_a_class_that_a_module_only_imported_is_not_its_own(project):
    project.Borrowed = type("Borrowed", (keras.layers.Layer,), {"__module__": "elsewhere"})
    with pytest.raises(TypeError, match="Cannot find the class"):
        keras.saving.deserialize_keras_object(config_of("Borrowed"))


def test_a_class_of_another_kind_does_not_fit_the_slot(project):
    layer = keras.layers.Dense(2, kernel_initializer="zeros")
    config = keras.saving.serialize_keras_object(layer)
    config["config"]["kernel_initializer"] = config_of("Twice")
    with pytest.raises((TypeError, ValueError), match="Twice"):
        keras.saving.deserialize_keras_object(config)
