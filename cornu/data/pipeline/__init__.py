"""Pipelines: lazy chains of steps from samples to batches. They run without JAX."""

from cornu.data.pipeline.dataset import AUTOTUNE, ArraySpec, Dataset

__all__ = ["AUTOTUNE", "ArraySpec", "Dataset"]
