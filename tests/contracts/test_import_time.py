"""`import cornu` is light: what costs time is imported when the first tensor is needed."""

import json
import subprocess
import sys

import pytest

# Each costs tens of milliseconds or more.
HEAVY = (
    "jax",
    "jaxlib",
    "numpy",
    "scipy",
    "h5py",
    "rich",
    "ml_dtypes",
    "pandas",
    "pyarrow",
    "PIL",
    "sklearn",
    "matplotlib",
    "grain",
    "ray",
    "onnx",
    "tensorflow",
    "torch",
    "keras",
    "asyncio",
    "multiprocessing",
    "http.client",
)

REPORT = "import json, sys; import cornu; print(json.dumps(sorted(sys.modules)))"


@pytest.mark.smoke
def test_import_cornu_loads_no_heavy_module():
    output = subprocess.run(
        [sys.executable, "-c", REPORT], capture_output=True, text=True, check=True
    ).stdout
    assert sorted(set(HEAVY) & set(json.loads(output))) == []


@pytest.mark.smoke
def test_submodules_are_there_after_a_bare_import():
    program = "import cornu as keras; assert callable(keras.layers.Dense)"
    subprocess.run([sys.executable, "-c", program], check=True)
