"""Whole models and weights in the `.h5` files of Keras 2, which Keras 3 writes and reads too."""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np

from cornu.core import registry
from cornu.core.layer import Layer
from cornu.engine.errors import LoadError
from cornu.engine.formats import strict_json
from cornu.engine.user_warnings import warn
from cornu.saving.contents import Written
from cornu.saving.h5_reader import Group
from cornu.saving.legacy_order import in_order_of
from cornu.saving.model_config import check_model, model_config
from cornu.saving.store import H5Store

TOP_LEVEL = "top_level_model_weights"


# HDF5 refuses attributes of more than 64 KiB with all that belongs to them.
MOST_BYTES = 64_512


def write_model(
    model: Any, file: h5py.File, include_optimizer: bool, version: str
) -> list[Written]:
    """Write architecture, weights, and optimizer state into an open file.

    Returns:
        What must stand in the file now.
    """
    config = registry.serialize(model)
    file.attrs["backend"] = "jax"
    file.attrs["keras_version"] = version
    owner, named = f"Model {model.name!r}", {k: config[k] for k in ("class_name", "config")}
    file.attrs["model_config"] = strict_json.text(named, owner)
    compiled = config.get("compile_config")
    if compiled and include_optimizer:
        training = {k: v for k, v in compiled.items() if k != "optimizer"}
        optimizer = compiled.get("optimizer")
        if isinstance(optimizer, dict):
            training["optimizer_config"] = {k: optimizer[k] for k in ("class_name", "config")}
        file.attrs["training_config"] = strict_json.text(training, owner)
    written = _write_weights(model, file.create_group("model_weights"), version)
    if include_optimizer and getattr(model, "optimizer", None) is not None:
        group = file.create_group("optimizer_weights")
        written += _write_variables(group, model.optimizer.variables)
    return written


def _write_weights(model: Any, group: h5py.Group, version: str) -> list[Written]:
    group.attrs["backend"] = "jax"
    group.attrs["keras_version"] = version
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    written = []
    for layer in model.layers:
        written += _write_variables(group.create_group(layer.name), _weights_of(layer))
    return written + _write_variables(group.create_group(TOP_LEVEL), _top_level(model))


def _write_variables(group: h5py.Group, variables: list) -> list[Written]:
    arrays: dict[str, np.ndarray] = {}
    for variable in variables:
        name = variable.path
        while name in arrays:
            name += "_again"
        arrays[name] = np.asarray(variable.raw_value)
    H5Store(group).update(arrays)
    _write_names(group, "weight_names", list(arrays))
    place = group.name.strip("/")
    return [Written(f"{place}/{name}", a.shape, a.dtype.name) for name, a in arrays.items()]


def _write_names(group: h5py.Group, attribute: str, names: list[str]) -> None:
    encoded = np.array([name.encode() for name in names] or [], "S")
    parts = [encoded]
    while any(part.nbytes > MOST_BYTES for part in parts):
        parts = np.array_split(encoded, len(parts) + 1)
    if len(parts) == 1:
        group.attrs[attribute] = encoded
    else:
        group.attrs.update({f"{attribute}{i}": part for i, part in enumerate(parts)})


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


def read_model(file: Group, custom_objects: dict | None, compile: bool) -> Any:
    """A model from an open file.

    Raises:
        LoadError: if the file holds no model.
    """
    text = file.attribute("model_config")
    if text is None:
        raise LoadError(
            "it holds no architecture",
            advice="if it holds weights only, build the model and use model.load_weights(...)",
        )
    with registry.CustomObjectScope(custom_objects):
        model = registry.deserialize(modern_config(model_config(text, True, "model_config")))
        check_model(model)
        read_weights(model, file.group("model_weights") or file)
        training = file.attribute("training_config")
        if compile and training is not None:
            _compile(model, file, strict_json.parse(training, "training_config"))
    return model


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


def _compile(model: Any, file: Group, training: Any) -> None:
    if not isinstance(training, dict):
        raise LoadError("it says nothing of how to compile", place="training_config")
    optimizer = training.pop("optimizer_config", None)
    known = ("loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly", "jit_compile")
    known += ("steps_per_execution",)
    config = {key: value for key, value in training.items() if key in known}
    if optimizer is not None:
        config["optimizer"] = optimizer
    model.compile_from_config(config)
    group = file.group("optimizer_weights")
    if group is None or model.optimizer is None or not model.built:
        return
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    values, variables = list(_arrays(group).values()), model.optimizer.variables
    shapes = [tuple(value.shape) for value in values]
    # Files of before the first step hold only the counter and the learning rate.
    if shapes != [tuple(v.shape) for v in variables][: len(shapes)]:
        warn("The optimizer's state in the file does not fit this optimizer; it starts anew.")
        return
    for variable, value in zip(variables, values):
        variable.assign(value)


def read_weights(
    model: Any, group: Group, by_name: bool = False, skip_mismatch: bool = False
) -> None:
    """Set a model's weights from an open file or its group of weights.

    Args:
        model: a built model.
        group: file or group with the attribute `layer_names`.
        by_name: whether layers are matched by name; by order otherwise.
        skip_mismatch: whether to pass over layers that differ in shape.

    Raises:
        LoadError: if the numbers of layers or the shapes of weights differ.
    """
    names = _names(group, "layer_names")
    if names is None and (inner := group.group("model_weights")) is not None:
        group, names = inner, _names(inner, "layer_names")
    if names is None:
        raise LoadError("it holds no weights of layers", place=group.place or None)
    stored = {name: _arrays(_layer_group(group, name)) for name in names}
    if by_name:
        pairs = [(layer, stored[layer.name]) for layer in model.layers if layer.name in stored]
    else:
        layers = [layer for layer in model.layers if _weights_of(layer)]
        filled = [arrays for arrays in stored.values() if arrays]
        if len(layers) != len(filled):
            raise LoadError(
                f"the file has {len(filled)} layers with weights, model {model.name!r} has "
                f"{len(layers)}",
                advice="use the architecture of the file, or by_name=True",
            )
        pairs = list(zip(layers, filled))
    for layer, arrays in pairs:
        _assign(layer.name, _weights_of(layer), arrays, skip_mismatch)
    top = group.group(TOP_LEVEL)
    arrays = {} if top is None else _arrays(top)
    if arrays:
        _assign(model.name, _top_level(model), arrays, skip_mismatch)


def _layer_group(group: Group, name: str) -> Group:
    found = group.group(name)
    if found is None:
        raise LoadError("it is incomplete: a layer is listed but not stored", place=name)
    return found


def _names(group: Group, attribute: str) -> list[str] | None:
    """A list of names; where it was too long for one attribute, Keras wrote it in several."""
    whole = group.attribute(attribute)
    parts = [] if whole is None else [whole]
    if whole is None:
        while (part := group.attribute(f"{attribute}{len(parts)}")) is not None:
            parts.append(part)
    if not parts:
        return None
    return [_text(name) for part in parts for name in np.atleast_1d(part)]


def _text(name: Any) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else str(name)


def _arrays(group: Group) -> dict[str, np.ndarray]:
    arrays = {name: group.array(name) for name in _names(group, "weight_names") or ()}
    for name, array in arrays.items():
        if array is None:
            raise LoadError(
                "it is incomplete: a weight is listed but not stored",
                place=f"{group.place}/{name}",
            )
    return {name: array.read() for name, array in arrays.items()}


def _assign(name: str, variables: list, arrays: dict[str, np.ndarray], skip_mismatch: bool) -> None:
    values = list(arrays.values())
    variables = in_order_of(list(arrays), variables) or variables
    wanted = [tuple(variable.shape) for variable in variables]
    got = [tuple(value.shape) for value in values]
    if wanted != got:
        if skip_mismatch:
            warn(
                f"Layer {name!r} has weights of shapes {wanted}, the file holds {got}. It was left "
                "as it is."
            )
            return
        raise LoadError(
            f"layer {name!r} has weights of other shapes",
            found=got,
            expected=wanted,
            advice="pass skip_mismatch=True to leave the layer as it is",
        )
    for variable, value in zip(variables, values):
        variable.assign(value)
