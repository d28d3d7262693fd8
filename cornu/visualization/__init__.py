"""Tables and pictures of models and of their training."""

from cornu.visualization.plot_history import plot_history
from cornu.visualization.plot_model import plot_model
from cornu.visualization.summary import summary

__all__ = ["plot_history", "plot_model", "summary"]
