"""The state of a model in training: its groups, as Keras names them, and as one nested dict."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.state import State, variables_of
from cornu.core.variable import Variable

FORMATS = ("backend_tensor", "numpy_array")


def groups_of(model: Any, kind: str = "train") -> dict[str, list[Variable]]:
    """The Variables of a model in the groups, and the order, in which Keras hands them on.

    Args:
        model: a model.
        kind: "train" for all, "test" without the optimizer's, "predict" without the metrics' too.
    """
    groups = {
        "trainable_variables": model.trainable_variables,
        "non_trainable_variables": model.non_trainable_variables,
    }
    if kind == "train":
        groups["optimizer_variables"] = [] if model.optimizer is None else model.optimizer.variables
    if kind != "predict":
        groups["metrics_variables"] = model.metrics_variables
    return groups


def state_of(model: Any, kind: str = "train") -> State:
    """The Variables that steps of that kind read or change, and the seeds that they draw from."""
    return variables_of(
        model,
        model.optimizer if kind == "train" else None,
        model.metrics if kind != "predict" else (),
    )


def state_tree(model: Any, value_format: str) -> dict:
    """The values of all groups, nested as the Variables' paths are."""
    if value_format not in FORMATS:
        raise ValueError(
            f"value_format must be 'backend_tensor' or 'numpy_array'; got {value_format!r}."
        )
    trees = {}
    for group, variables in groups_of(model).items():
        values = {
            path: variable.numpy() if value_format == "numpy_array" else variable.raw_value
            for path, variable in _by_path(model, variables).items()
        }
        trees[group] = _nested(values)
    return trees


def set_state_tree(model: Any, values_by_group: dict) -> None:
    """Assign what `state_tree` gave; groups and paths may be absent."""
    groups = groups_of(model)
    for group, values in values_by_group.items():
        if group not in groups:
            raise ValueError(
                f"Model {model.name!r}: the state has no part {group!r}; its parts are "
                f"{list(groups)}."
            )
        variables = _by_path(model, groups[group])
        for path, value in _flat(values).items():
            if path not in variables:
                raise ValueError(
                    f"Model {model.name!r} has no variable {path!r} among its {group}; they are "
                    f"{list(variables)}."
                )
            variables[path].assign(np.asarray(value))


def _by_path(model: Any, variables: list[Variable]) -> dict[str, Variable]:
    found: dict[str, Variable] = {}
    for variable in variables:
        if variable.path in found:
            raise ValueError(
                f"Model {model.name!r} has two variables with the path {variable.path!r}. Give "
                "its layers, metrics and optimizers different names."
            )
        found[variable.path] = variable
    return found


def _nested(values: dict[str, Any]) -> dict:
    tree: dict = {}
    for path, value in values.items():
        *folders, name = path.split("/")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
    return tree


def _flat(tree: dict, prefix: str = "") -> dict[str, Any]:
    values = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            values |= _flat(value, f"{prefix}{key}/")
        else:
            values[f"{prefix}{key}"] = value
    return values
