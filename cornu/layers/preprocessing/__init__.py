"""Layers that prepare data."""

from cornu.layers.preprocessing.normalization import Normalization
from cornu.layers.preprocessing.rescaling import Rescaling

__all__ = ["Normalization", "Rescaling"]
