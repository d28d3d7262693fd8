"""Activation functions that have settings or weights, as layers."""

from cornu.layers.activations.prelu import PReLU
from cornu.layers.activations.rectifiers import ELU, LeakyReLU, ReLU
from cornu.layers.activations.softmax import Softmax

__all__ = ["ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"]
