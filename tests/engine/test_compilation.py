"""Options of compiled programs, and the cache of programs on disk."""

import os
import subprocess
import sys

import jax
import pytest

from cornu.engine import compilation

PROGRAM = """
import numpy as np
import cornu as keras

x = np.ones((64, 6, 6, 1), "float32")
model = keras.Sequential([keras.Input((6, 6, 1)), LAYERS])
model.compile("sgd", "mse")
model.fit(x, np.zeros((64, 1), "float32"), verbose=0)
"""
DENSE = "keras.layers.Flatten(), keras.layers.Dense(1)"
CONVOLUTION = "keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(1)"


def run(layers, folder, **settings):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM.replace("LAYERS", layers)],
        env={**os.environ, "XDG_CACHE_HOME": str(folder), **settings},
        capture_output=True,
        text=True,
        check=True,
    )


def programs_in(folder):
    return [path.name for path in folder.rglob("*-cache") if "_loop" in path.name]


def test_the_training_program_is_kept_on_disk(tmp_path):
    run(DENSE, tmp_path)
    assert len(programs_in(tmp_path / "cornu" / "xla")) == 1


def test_the_cache_can_be_turned_off(tmp_path):
    run(DENSE, tmp_path, CORNU_COMPILATION_CACHE="0")
    assert programs_in(tmp_path) == []


def test_programs_that_call_onednn_are_compiled_without_a_warning_and_not_kept(tmp_path):
    run(CONVOLUTION, tmp_path)
    assert programs_in(tmp_path) == []


@pytest.fixture
def on_x86(monkeypatch):
    monkeypatch.delenv("CORNU_ONEDNN", raising=False)
    monkeypatch.setattr(compilation.platform, "machine", lambda: "x86_64")


def test_only_programs_of_mostly_convolutions_call_onednn(on_x86):
    assert compilation.options_for(0.1) is None
    assert compilation.options_for(0.9) == {compilation.ONEDNN: True}


@pytest.mark.skipif(jax.__version_info__ < (0, 12), reason="JAX without oneDNN's convolutions")
def test_training_leaves_no_convolution_to_ynnpack(on_x86):
    assert compilation.options_for(0.9, trains=True).keys() > {compilation.ONEDNN}
    assert compilation.options_for(0.1, trains=True) is None


def test_other_processors_have_no_onednn(on_x86, monkeypatch):
    monkeypatch.setattr(compilation.platform, "machine", lambda: "arm64")
    assert compilation.options_for(0.9) is None


def test_onednn_can_be_turned_off(monkeypatch):
    monkeypatch.setenv("CORNU_ONEDNN", "0")
    assert compilation.options_for(0.9) is None


def test_settings_of_the_cache_are_as_before_after_an_error_while_compiling():
    before = jax.config.jax_persistent_cache_min_compile_time_secs
    with pytest.raises(ZeroDivisionError), compilation.compiling({"option": True}):
        _ = 1 / 0
    assert jax.config.jax_persistent_cache_min_compile_time_secs == before


def test_the_oldest_programs_are_forgotten_first(tmp_path):
    for age, name in enumerate(["new", "middle", "old"]):
        path = tmp_path / name
        path.write_bytes(b"12345678")
        os.utime(path, (1000 - age, 1000 - age))
    compilation.forget_oldest(tmp_path, most_bytes=17)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["middle", "new"]
