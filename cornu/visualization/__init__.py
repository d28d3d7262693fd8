"""Tables and pictures of models and of their training."""

from cornu.visualization.summary import summary

__all__ = ["summary"]
