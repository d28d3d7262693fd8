"""Models: Sequential, Functional, and the base class to subclass."""

from cornu.core import registry
from cornu.models import tables
from cornu.models.clone import clone_model
from cornu.models.functional import Functional
from cornu.models.model import Model, model_from_json
from cornu.models.sequential import Sequential
from cornu.saving.model_io import load_model, save_model

__all__ = [
    "Functional",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
    "tables",
]

registry.publish("keras", {"Sequential": Sequential, "Model": Model})
registry.publish("keras.src.models.functional", {"Functional": Functional})
registry.publish(
    "keras.models", {"Sequential": Sequential, "Model": Model, "Functional": Functional}
)
