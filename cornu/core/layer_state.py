"""The variables of a layer and of the layers in it, which its `call` leaves as they are."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

from cornu.core import registry, tracking
from cornu.core.scope import name_path, thread
from cornu.core.seed_generator import SeedGenerator
from cornu.core.variable import Variable
from cornu.engine import dtypes
from cornu.engine.identity import IdentitySet


class LayerState(tracking.Tracked):
    """What a layer knows of its own variables; a base of `Layer`."""

    # --- variables -----------------------------------------------------------------------------

    def add_weight(
        self,
        *args: Any,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Create a Variable that belongs to the layer.

        Args:
            *args: `shape`, `initializer` and `dtype`, in this order.
            shape: tuple of ints; a scalar by default.
            initializer: name, object or callable `(shape, dtype)`; Glorot uniform for floats,
                zeros for the rest by default.
            dtype: dtype name; the policy's variable dtype by default.
            trainable: whether optimizers change it.
            autocast: whether it is read in the compute dtype.
            regularizer: its penalty is added to the loss.
            constraint: applied after each update.
            aggregation: how replicas agree.
            overwrite_with_gradient: whether its "gradient" is its new value.
            name: name within the layer.

        Returns:
            The Variable.
        """
        named = {"shape": shape, "initializer": initializer, "dtype": dtype}
        shape, initializer, dtype = self._by_place(args, named).values()
        dtype = self.variable_dtype if dtype is None else dtypes.standardize_dtype(dtype)
        if initializer is None:
            initializer = "glorot_uniform" if dtypes.is_float(dtype) else "zeros"
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if not all(isinstance(size, Integral) for size in shape):
            raise ValueError(
                f"Layer {self.name!r}: a weight needs a shape of known sizes, ints; got {shape}. "
                "Give the layer's input a known size in that place."
            )
        with name_path((*self._own_path(), self.name)):
            variable = Variable(
                registry.get("initializer", initializer),
                shape=shape,
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = registry.get("regularizer", regularizer)
        variable.constraint = registry.get("constraint", constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        variable.trainable_by_design = trainable
        variable.trainable = trainable and self._trainable
        self._track(variable)
        return variable

    def _by_place(self, args: tuple, named: dict[str, Any]) -> dict[str, Any]:
        """The arguments of `add_weight` that may be given by place, by name."""
        if len(args) > len(named):
            raise TypeError(
                f"Layer {self.name!r}: add_weight takes {', '.join(named)} by place, the rest by "
                f"name; got {len(args)} arguments by place."
            )
        if args and isinstance(args[0], str):
            raise ValueError(
                f"Layer {self.name!r}: the first argument of add_weight is the shape; got the text "
                f"{args[0]!r}. Write add_weight(shape=..., name={args[0]!r})."
            )
        given = dict(zip(named, args))
        twice = [name for name in given if named[name] is not None]
        if twice:
            raise ValueError(
                f"Layer {self.name!r}: add_weight got {twice[0]} by place and by name."
            )
        return {**named, **given}

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """`add_weight` under an older name."""
        return self.add_weight(
            shape,
            initializer,
            dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    def _own_path(self) -> tuple[str, ...]:
        """The scopes the layer was called under, without its own name."""
        names = thread.names
        return names[:-1] if names and names[-1] == self.name else names

    def _own_variables(self) -> list[Variable]:
        own = tracking.members(self, Variable)
        return sorted(own, key=lambda v: not getattr(v, "trainable_by_design", v.trainable))

    def _own_state(self) -> list[Variable]:
        """Variables that are no weights: the states of random seeds."""
        return [generator.state for generator in tracking.members(self, SeedGenerator)]

    @property
    def _layers(self) -> list[LayerState]:
        return [m for m in tracking.members(self, LayerState) if m is not self]

    def _flatten_layers(
        self, include_self: bool = True, recursive: bool = True
    ) -> list[LayerState]:
        found: dict[int, LayerState] = {id(self): self}

        def walk(layer: LayerState) -> None:
            for inner in layer._layers:
                if id(inner) not in found:
                    found[id(inner)] = inner
                    if recursive:
                        walk(inner)

        walk(self)
        return list(found.values())[0 if include_self else 1 :]

    @property
    def variables(self) -> list[Variable]:
        """All variables of the layer and the layers in it, random seeds included."""
        found: list[Variable] = []
        for layer in self._flatten_layers():
            found += layer._own_variables()
            found += layer._own_state()
        return tracking.unique(found)

    @property
    def weights(self) -> list[Variable]:
        """All variables but the states of random seeds."""
        found: list[Variable] = []
        for layer in self._flatten_layers():
            found += layer._own_variables()
        return tracking.unique(found)

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that optimizers change."""
        return [v for v in self.variables if v.trainable]

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The other variables: moving statistics, seeds, frozen weights."""
        return [v for v in self.variables if not v.trainable]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that optimizers change."""
        return [v for v in self.weights if v.trainable]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The other weights."""
        return [v for v in self.weights if not v.trainable]

    @property
    def metrics_variables(self) -> list[Variable]:
        """The variables of all metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    @property
    def metrics(self) -> list:
        """The metrics among the attributes of the layer and the layers in it."""
        metric_class = registry.PUBLISHED.get(("keras.metrics", "Metric"))
        if metric_class is None:
            return []
        return tracking.unique(
            m for layer in self._flatten_layers() for m in tracking.members(layer, metric_class)
        )

    @property
    def trainable(self) -> bool:
        """Whether the variables are trained; setting it reaches all layers inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for layer in self._flatten_layers():
            layer._trainable = bool(value)
            for variable in layer._own_variables():
                by_design = getattr(variable, "trainable_by_design", None)
                if by_design is None:
                    variable.trainable_by_design = by_design = variable.trainable
                variable.trainable = bool(value) and by_design

    @property
    def path(self) -> str:
        """The layer's name behind those of the layers around it, once it is built."""
        return "/".join((*self._path_names, self.name))

    def get_weights(self) -> list[np.ndarray]:
        """The weights' values as NumPy arrays."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Set the weights from arrays in the order of `get_weights`.

        Raises:
            ValueError: if their number or a shape differs.
        """
        variables = self.weights
        if len(variables) != len(weights):
            raise ValueError(
                f"Layer {self.name!r} has {len(variables)} weights, got {len(weights)} arrays. "
                "Build the layer first (call it once) if it has none yet."
            )
        for variable, value in zip(variables, weights):
            if tuple(np.shape(value)) != variable.shape:
                raise ValueError(
                    f"Layer {self.name!r}: weight {variable.path!r} has shape {variable.shape}, "
                    f"got an array of shape {tuple(np.shape(value))}."
                )
        for variable, value in zip(variables, weights):
            variable.assign(value)

    def count_params(self) -> int:
        """Number of values in all weights.

        Raises:
            ValueError: if the layer is not built yet.
        """
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} has no weights yet, so they cannot be counted. Call it on "
                "data or `build` it with an input shape first."
            )
        return sum(v.size for v in self.weights)

    # --- files ---------------------------------------------------------------------------------

    def save_own_variables(self, store: Any) -> None:
        """Put the layer's own variables into a dict-like store, under "0", "1", ..."""
        for i, variable in enumerate(self._own_variables()):
            store[str(i)] = np.asarray(variable.raw_value)

    def load_own_variables(self, store: Any) -> None:
        """Take the layer's own variables from a store that `save_own_variables` filled.

        Raises:
            ValueError: if the number of variables differs.
        """
        variables = self._own_variables()
        if len(store.keys()) != len(variables):
            hint = "" if variables or self.built else " The layer is not built: build it first."
            raise ValueError(
                f"Layer {self.name!r} has {len(variables)} variables, the file holds "
                f"{len(store.keys())} for it.{hint}"
            )
        for i, variable in enumerate(variables):
            value = store[str(i)]
            variable.assign(value[()] if hasattr(value, "id") else value)


def call_without_new_state(layer: Any, call: Callable, *args: Any, **kwargs: Any) -> Any:
    """What `call` returns, if it leaves no new state in the layer.

    The calls of the package's own layers are not looked at.

    Args:
        layer: whose call it is.
        call: the bound method.
        *args: arguments of the call.
        **kwargs: likewise.

    Raises:
        ValueError: naming the attribute that got a layer, variable, metric or random seed.
    """
    module = getattr(type(layer).call, "__module__", None) or ""
    if module.startswith("cornu."):
        return call(*args, **kwargs)
    attributes = dict(vars(layer))
    before = IdentitySet(item for _, item in _state(layer))
    outputs = call(*args, **kwargs)
    new = {id(item): (place, item) for place, item in _state(layer) if item not in before}
    if new:
        place, item = next(iter(new.values()))
        _restore(layer, attributes, set(new))
        where = "by add_weight" if place.startswith("_variables[") else f"in self.{place}"
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}): `call` made a "
            f"{type(item).__name__} {where}. It would be made anew in each call and not be "
            "trained. Make it in `__init__`, or in `build` where it needs the shape of the "
            "inputs, and only use it in `call`."
        )
    return outputs


def _restore(layer: Any, attributes: dict[str, Any], new: set[int]) -> None:
    """Take back what a call left, so that the next one meets the same conditions, and is refused.

    Args:
        layer: whose call it was.
        attributes: those before the call.
        new: the `id`s of what the call made; containers that it was put into lose it.
    """
    own = vars(layer)
    own.clear()
    own.update(attributes)
    walked: set[int] = set()
    for value in attributes.values():
        _drop(value, new, walked)


def _drop(container: Any, new: set[int], walked: set[int]) -> None:
    """Take the new items out of a container and those in it."""
    if not isinstance(container, (list, tuple, set, dict)) or id(container) in walked:
        return
    walked.add(id(container))
    if isinstance(container, dict):
        for key in [key for key, item in container.items() if id(item) in new]:
            del container[key]
    elif isinstance(container, list):
        container[:] = [item for item in container if id(item) not in new]
    elif isinstance(container, set):
        container -= {item for item in container if id(item) in new}
    for item in container.values() if isinstance(container, dict) else container:
        _drop(item, new, walked)


def _state(layer: Any) -> list[tuple[str, Any]]:
    """The parts of a layer that hold state, each with its place."""
    found: list[tuple[str, Any]] = []
    walked: set[int] = set()
    for name, value in vars(layer).items():
        if type(value) not in PLAIN and name not in NO_STATE:
            _collect(name, value, found, walked)
    return found


def _collect(place: str, value: Any, found: list, walked: set[int]) -> None:
    if isinstance(value, (list, tuple, set, dict)):
        if id(value) in walked:  # A container may hold itself.
            return
        walked.add(id(value))
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            if type(item) not in PLAIN:
                _collect(f"{place}[{key!r}]", item, found, walked)
    elif isinstance(value, KINDS) or _is_metric(value):
        found.append((place, value))


def _is_metric(value: Any) -> bool:
    metric = registry.PUBLISHED.get(("keras.metrics", "Metric"))
    return metric is not None and isinstance(value, metric)


KINDS = (Variable, LayerState, SeedGenerator)
# Attributes of these types need no look; most are of these.
PLAIN = frozenset({type(None), bool, int, float, str, bytes})
# Attributes of every layer that hold none.
NO_STATE = tracking.NOT_PARTS | {
    "_inbound_nodes",
    "_outbound_nodes",
    "_dtype_policy",
    "_losses",
    "_build_shapes",
    "_path_names",
}
