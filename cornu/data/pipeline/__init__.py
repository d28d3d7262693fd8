"""Pipelines: lazy chains of steps from samples to batches. They run without JAX."""

from cornu.data.pipeline.dataset import AUTOTUNE, Dataset
from cornu.data.pipeline.reading import ArraySpec

__all__ = ["AUTOTUNE", "ArraySpec", "Dataset"]
