"""Random tensors: each function takes a `seed`, and the same seed gives the same values."""

from cornu.core.seed_generator import SeedGenerator
from cornu.random.distributions import (
    beta,
    binomial,
    gamma,
    normal,
    randint,
    truncated_normal,
    uniform,
)
from cornu.random.sampling import categorical, dropout, shuffle

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]
