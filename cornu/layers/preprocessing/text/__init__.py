"""Layers that read text."""

from cornu.layers.preprocessing.text.text_vectorization import TextVectorization

__all__ = ["TextVectorization"]
