"""`set_random_seed`: the same program gives the same weights, whatever came before or between."""

import random
import subprocess
import sys

import numpy as np
import pytest

import cornu as keras
from cornu.data.random_state import random_state, set_random_state
from cornu.engine import lazy, randomness

PROGRAM = """
import hashlib, random, sys
import numpy as np
{before}
import cornu as keras

def weights():
    keras.utils.set_random_seed(7)
    model = keras.Sequential(
        [keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    {between}
    x = np.arange(64, dtype="float32").reshape(16, 4) / 64
    model.fit(x, x[:, :1], epochs=2, batch_size=4, verbose={verbose})
    flat = np.concatenate([w.ravel() for w in model.get_weights()])
    return hashlib.sha256(flat.tobytes()).hexdigest()

print("weights", weights(), file=sys.stderr)
print("weights", weights(), file=sys.stderr)
"""
COURSES = {
    "quiet": {},
    "disturbed": {
        "before": "import rich; random.random(); np.random.rand(3)",
        "between": "random.random(); np.random.rand(3); random.seed(3)",
        "verbose": 1,
    },
}


def _weights(course):
    parts = {"before": "", "between": "pass", "verbose": 0, **course}
    code = PROGRAM.format(**parts)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    found = [line for line in done.stderr.splitlines() if line.startswith("weights")]
    assert len(found) == 2, done.stderr
    return found


def test_first_and_second_model_of_every_process_are_one():
    assert len({line for course in COURSES.values() for line in _weights(course)}) == 1


def test_who_else_draws_does_not_change_default_seeds():
    keras.utils.set_random_seed(3)
    wanted = [keras.random.SeedGenerator().initial_seed for _ in range(3)]
    keras.utils.set_random_seed(3)
    found = []
    for _ in range(3):
        random.random()
        found.append(keras.random.SeedGenerator().initial_seed)
    assert found == wanted


def test_an_unseeded_program_follows_python_s_seed(monkeypatch):
    monkeypatch.setattr(randomness, "_own", None)
    random.seed(5)
    first = keras.initializers.RandomNormal()((3,)).tolist()
    random.seed(5)
    assert keras.initializers.RandomNormal()((3,)).tolist() == first


def test_a_package_that_draws_when_imported_leaves_no_trace(tmp_path, monkeypatch):
    (tmp_path / "draws_when_imported.py").write_text("import random\nrandom.random()\n")
    monkeypatch.syspath_prepend(tmp_path)
    random.seed(1)
    wanted = random.random()
    random.seed(1)
    lazy.load("draws_when_imported")
    assert random.random() == wanted


def test_a_generator_s_config_has_its_name():
    generator = keras.random.SeedGenerator(3, name="mine")
    assert generator.get_config() == {"seed": 3, "name": "mine"}
    copy = keras.random.SeedGenerator.from_config(generator.get_config())
    assert (copy.name, copy.initial_seed) == ("mine", 3)
    np.testing.assert_array_equal(copy.next(), generator.next())


@pytest.mark.parametrize("name", ["a/b", 3])
def test_a_generator_s_name_is_a_text_without_slash(name):
    with pytest.raises(ValueError, match="name must be a string without '/'"):
        keras.random.SeedGenerator(1, name=name)


def test_the_state_of_all_generators_comes_back():
    keras.utils.set_random_seed(3)
    state = random_state()
    wanted = random.random(), np.random.rand(), randomness.draw_seed()  # noqa: NPY002
    set_random_state(state)
    assert (random.random(), np.random.rand(), randomness.draw_seed()) == wanted  # noqa: NPY002
