"""What every test shares: JAX on the CPU, one quiet oracle back end, the path of the data sets."""

import os
from pathlib import Path

# Set before anything imports JAX or Keras: conftest is loaded first, in each xdist worker too.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("MPLBACKEND", "agg")

import hypothesis
import pytest

# A busy machine is no failure.
hypothesis.settings.register_profile("cornu", deadline=None)
hypothesis.settings.load_profile("cornu")

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data sets that lies beside the repository, or skip."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no data sets at ../shared/data, beside the repository")
    return SHARED_DATA


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return ROOT
