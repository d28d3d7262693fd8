"""Data on disk that is larger than memory is trained on in little memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("streamed_run.py")
MEGABYTES_ALLOWED = 100


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory as Linux tells it")
def test_training_on_a_stream_takes_a_tenth_of_its_size(tmp_path):
    environment = {
        **os.environ,
        "PYTHONPATH": str(SCRIPT.parents[3]),
        "JAX_PLATFORMS": "cpu",
        # Arrow's own pool keeps what it was given back; the system's does not.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
    size = str(10 * MEGABYTES_ALLOWED)
    result = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path), size],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    megabytes, growth = map(float, result.stdout.split())
    assert megabytes >= 10 * MEGABYTES_ALLOWED
    assert growth < MEGABYTES_ALLOWED
