"""All state of a model as one nested dict, by the paths of the variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu.core.variable import Variable


class StateTree:
    """The nested dict of a model's variables; a base of `Trainer`."""

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict:
        """The variables' values, nested as their paths are.

        Args:
            value_format: "backend_tensor" for JAX arrays, "numpy_array" for NumPy's.

        Returns:
            Dict with `trainable_variables`, `non_trainable_variables`, `optimizer_variables` and
            `metrics_variables`, each a nested dict.

        Raises:
            ValueError: for another format, or if two variables have one path.

        >>> layers = [keras.Input((2,)), keras.layers.Dense(1, name="out")]
        >>> model = keras.Sequential(layers, name="net")
        >>> sorted(model.get_state_tree()["trainable_variables"]["net"]["out"])
        ['bias', 'kernel']
        """
        if value_format not in ("backend_tensor", "numpy_array"):
            raise ValueError(
                f"value_format must be 'backend_tensor' or 'numpy_array'; got {value_format!r}."
            )
        trees = {}
        for group, variables in self._state_groups().items():
            values = {
                path: variable.numpy() if value_format == "numpy_array" else variable.raw_value
                for path, variable in self._by_path(variables).items()
            }
            trees[group] = _nested(values)
        return trees

    def set_state_tree(self, state_tree: dict) -> None:
        """Set the variables from a nested dict as `get_state_tree` gives it; parts may be absent.

        Args:
            state_tree: the dict.

        Raises:
            ValueError: for a group or a path that the model has not.
        """
        groups = self._state_groups()
        for group, values in state_tree.items():
            if group not in groups:
                raise ValueError(
                    f"Model {self.name!r}: the state has no part {group!r}; its parts are "
                    f"{list(groups)}."
                )
            variables = self._by_path(groups[group])
            for path, value in _flat(values).items():
                if path not in variables:
                    raise ValueError(
                        f"Model {self.name!r} has no variable {path!r} among its {group}; they are "
                        f"{list(variables)}."
                    )
                variables[path].assign(np.asarray(value))

    def jax_state_sync(self) -> None:
        """Nothing: the variables hold the newest values after every step; Keras's callbacks ask."""

    def _state_groups(self) -> dict[str, list[Variable]]:
        return {
            "trainable_variables": self.trainable_variables,
            "non_trainable_variables": self.non_trainable_variables,
            "optimizer_variables": [] if self.optimizer is None else self.optimizer.variables,
            "metrics_variables": self.metrics_variables,
        }

    def _by_path(self, variables: list[Variable]) -> dict[str, Variable]:
        found: dict[str, Variable] = {}
        for variable in variables:
            if variable.path in found:
                raise ValueError(
                    f"Model {self.name!r} has two variables with the path {variable.path!r}. Give "
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
