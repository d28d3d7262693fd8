"""TensorBoard's event files, written without TensorFlow."""

from cornu.callbacks.tensorboard.event_file import EventWriter

__all__ = ["EventWriter"]
