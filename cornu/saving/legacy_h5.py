"""Whole models and weights in the `.h5` files of Keras 2, which Keras 3 writes and reads too."""

from __future__ import annotations

import json
import warnings
from typing import Any

import h5py
import numpy as np

from cornu.core import registry
from cornu.core.layer import Layer
from cornu.saving.store import member, read

TOP_LEVEL = "top_level_model_weights"


def write_model(model: Any, file: h5py.File, include_optimizer: bool, version: str) -> None:
    """Write architecture, weights, and optimizer state into an open file."""
    config = registry.serialize(model)
    file.attrs["backend"] = "jax"
    file.attrs["keras_version"] = version
    file.attrs["model_config"] = json.dumps(
        {"class_name": config["class_name"], "config": config["config"]}
    )
    compiled = config.get("compile_config")
    if compiled and include_optimizer:
        training = {k: v for k, v in compiled.items() if k != "optimizer"}
        optimizer = compiled.get("optimizer")
        if isinstance(optimizer, dict):
            training["optimizer_config"] = {k: optimizer[k] for k in ("class_name", "config")}
        file.attrs["training_config"] = json.dumps(training)
    write_weights(model, file.create_group("model_weights"), version)
    if include_optimizer and getattr(model, "optimizer", None) is not None:
        group = file.create_group("optimizer_weights")
        _write_variables(group, model.optimizer.variables)


def write_weights(model: Any, group: h5py.Group, version: str) -> None:
    """Write the weights of each layer into a group."""
    group.attrs["backend"] = "jax"
    group.attrs["keras_version"] = version
    group.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
    for layer in model.layers:
        _write_variables(group.create_group(layer.name), _weights_of(layer))
    _write_variables(group.create_group(TOP_LEVEL), _top_level(model))


def _write_variables(group: h5py.Group, variables: list) -> None:
    names: list[str] = []
    for variable in variables:
        name = variable.path
        while name in names:
            name += "_again"
        names.append(name)
        group[name] = np.asarray(variable.raw_value)
    group.attrs["weight_names"] = [name.encode() for name in names]


def _weights_of(layer: Layer) -> list:
    """Trainable weights first, then the others: the order of these files."""
    trainable = layer.trainable_weights
    known = set(map(id, trainable))
    seeds = [v for v in layer.weights if v.name == "seed_generator_state"]
    known |= set(map(id, seeds))
    return trainable + [v for v in layer.weights if id(v) not in known]


def _top_level(model: Any) -> list:
    inside = {id(v) for layer in model.layers for v in layer.weights}
    return [v for v in model.weights if id(v) not in inside]


def read_model(file: h5py.File, path: str, custom_objects: dict | None, compile: bool) -> Any:
    """A model from an open file.

    Raises:
        ValueError: if the file holds no model.
    """
    text = file.attrs.get("model_config")
    if text is None:
        raise ValueError(
            f"{path!r} holds no architecture. If it holds weights only, build the model and use "
            "model.load_weights(...)."
        )
    with registry.CustomObjectScope(custom_objects):
        model = registry.deserialize(modern_config(_json(text, path)))
        weights = file.get("model_weights", file)
        read_weights(model, weights)
        training = file.attrs.get("training_config")
        if compile and training is not None:
            _compile(model, file, _json(training, path))
    return model


def _json(text: Any, path: str) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path!r} is damaged: its stored config is no JSON ({error}).") from error


def modern_config(config: Any) -> Any:
    """A config of Keras 2 in the names that Keras 3 uses."""
    if isinstance(config, list):
        return [modern_config(item) for item in config]
    if not isinstance(config, dict):
        return config
    inner = config.get("config")
    if config.get("class_name") == "Sequential" and isinstance(inner, list):
        config = {**config, "config": {"layers": inner}}
    first = _first_shape(config)
    config = {key: modern_config(value) for key, value in config.items()}
    inner = config.get("config")
    if "class_name" not in config or not isinstance(inner, dict):
        return config
    if config["class_name"] == "Model":
        config["class_name"] = "Functional"
    if config["class_name"] == "InputLayer":
        if "batch_input_shape" in inner:
            inner["batch_shape"] = inner.pop("batch_input_shape")
    elif first is not None:
        inner.setdefault("build_input_shape", first)
    for key in ("batch_input_shape", "time_major", "implementation"):
        inner.pop(key, None)
    return config


def _first_shape(config: dict) -> Any:
    """The input shape that the first layer of a Sequential of Keras 2 holds."""
    if config.get("class_name") != "Sequential" or not config["config"].get("layers"):
        return None
    return config["config"]["layers"][0].get("config", {}).get("batch_input_shape")


def _compile(model: Any, file: h5py.File, training: dict) -> None:
    optimizer = training.pop("optimizer_config", None)
    known = ("loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "jit_compile")
    known += ("steps_per_execution",)
    config = {key: value for key, value in training.items() if key in known}
    if optimizer is not None:
        config["optimizer"] = optimizer
    model.compile_from_config(config)
    group = member(file, "optimizer_weights")
    if group is None or model.optimizer is None:
        return
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    values, variables = _values(group), model.optimizer.variables
    shapes = [tuple(value.shape) for value in values]
    # Files of before the first step hold only the counter and the learning rate.
    if shapes != [tuple(v.shape) for v in variables][: len(shapes)]:
        warnings.warn(
            "The optimizer's state in the file does not fit this optimizer; it starts anew.",
            stacklevel=4,
        )
        return
    for variable, value in zip(variables, values):
        variable.assign(value)


def read_weights(
    model: Any, group: Any, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Set a model's weights from an open file or its group of weights.

    Args:
        model: a built model.
        group: file or group with the attribute `layer_names`.
        by_name: whether layers are matched by name; by order otherwise.
        skip_mismatch: whether to pass over layers that differ in shape.

    Raises:
        ValueError: if the numbers of layers or the shapes of weights differ.
    """
    if "layer_names" not in group.attrs and "model_weights" in group:
        group = group["model_weights"]
    if "layer_names" not in group.attrs:
        raise ValueError(f"The file {group.file.filename!r} holds no weights of layers.")
    names = [_text(name) for name in group.attrs["layer_names"]]
    stored = {name: _values(_layer_group(group, name)) for name in names}
    if by_name:
        pairs = [(layer, stored[layer.name]) for layer in model.layers if layer.name in stored]
    else:
        layers = [layer for layer in model.layers if _weights_of(layer)]
        filled = [values for values in stored.values() if values]
        if len(layers) != len(filled):
            raise ValueError(
                f"The file has {len(filled)} layers with weights, model {model.name!r} has "
                f"{len(layers)}. Use the architecture of the file, or by_name=True."
            )
        pairs = list(zip(layers, filled))
    for layer, values in pairs:
        _assign(layer.name, _weights_of(layer), values, skip_mismatch)
    top = member(group, TOP_LEVEL)
    if top is not None and _values(top):
        _assign(model.name, _top_level(model), _values(top), skip_mismatch)


def _layer_group(group: Any, name: str) -> Any:
    found = member(group, name)
    if found is None:
        raise ValueError(f"The file is incomplete: layer {name!r} is listed but not stored.")
    return found


def _text(name: Any) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else str(name)


def _values(group: Any) -> list[np.ndarray]:
    names = [_text(name) for name in group.attrs.get("weight_names", ())]
    found = [member(group, name) for name in names]
    for name, dataset in zip(names, found):
        if not isinstance(dataset, h5py.Dataset):
            raise ValueError(f"The file is incomplete: weight {name!r} is listed but not stored.")
    return [read(dataset) for dataset in found]


def _assign(name: str, variables: list, values: list, skip_mismatch: bool) -> None:
    wanted = [tuple(variable.shape) for variable in variables]
    got = [tuple(value.shape) for value in values]
    if wanted != got:
        message = f"Layer {name!r} has weights of shapes {wanted}, the file holds {got}."
        if not skip_mismatch:
            raise ValueError(f"{message} Pass skip_mismatch=True to leave the layer as it is.")
        warnings.warn(f"{message} It was left as it is.", stacklevel=4)
        return
    for variable, value in zip(variables, values):
        variable.assign(value)
