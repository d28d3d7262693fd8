"""Write down what Keras prints for each program, or for those named.

    python tests/programs/make_golden.py [field/name ...]

Keras (JAX back end) must be installed. The files are `golden/<field>/<name>.json`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE / "golden"

# Programs that use what Keras does on TensorFlow only, or refuses: nothing to compare with.
NOT_ON_KERAS = {
    "tables/feature_space": "string features need TensorFlow there",
    "tables/graph": "fit leaves BatchNormalization in layers of one's own as in inference there",
    "tables/lookups": "StringLookup needs TensorFlow there",
    "tables/wide_deep": "StringLookup needs TensorFlow there",
    "text/raw_strings": "TextVectorization needs TensorFlow there",
}


def names() -> list[str]:
    """Return every program as `field/name`."""
    return sorted(f"{path.parent.name}/{path.stem}" for path in HERE.glob("[a-z]*/[a-z]*.py"))


def printed_by(name: str, package: str, *options: str) -> dict:
    """Run a program on a package, in an empty folder, and return the numbers that it prints."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])]),
        "JAX_PLATFORMS": "cpu",
        "KERAS_BACKEND": "jax",
    }
    command = [sys.executable, *options, str(HERE / f"{name}.py"), package]
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"{name} on {package} ends with {run.returncode}:\n{run.stderr[-4000:]}")
    return json.loads(run.stdout.strip().splitlines()[-1])


def golden_file(name: str) -> Path:
    """Return where the numbers of Keras lie."""
    return GOLDEN / f"{name}.json"


if __name__ == "__main__":
    for name in sys.argv[1:] or names():
        if name in NOT_ON_KERAS:
            continue
        numbers = printed_by(name, "keras")
        golden_file(name).parent.mkdir(parents=True, exist_ok=True)
        golden_file(name).write_text(json.dumps(numbers, indent=1, sort_keys=True) + "\n")
        print(golden_file(name))
