"""State as one value, and stateful code as pure functions of it.

Layers, metrics, optimizers and seed generators read and assign Variables. Whatever compiles,
differentiates, recomputes or repeats such code does it here: `pure` makes a function of values of
it, `State` is the whole of a model's values as one pytree, whose leaves have the Variables' paths.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import jax

from cornu.core import seed_generator
from cornu.core.scope import StatelessScope, thread
from cornu.core.seed_generator import SeedGenerator
from cornu.core.tracking import members
from cornu.core.variable import Variable
from cornu.engine.identity import IdentitySet


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class State:
    """What a model holds: arrays, or the Variables that hold them, by group and path.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="out")], name="net")
    >>> from cornu.core import state
    >>> values = state.read(state.variables_of(model))
    >>> values.trainable["net/out/kernel"].shape
    (2, 1)
    """

    # Ordered, since JAX sorts the keys of other dicts, and names count up: dense_10, dense_9.
    trainable: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    non_trainable: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    optimizer: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    metrics: OrderedDict[str, Any] = field(default_factory=OrderedDict)
    seeds: OrderedDict[str, Any] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, **groups: Iterable[Variable]) -> State:
        """The Variables of these groups, each once; one that is in two groups is in the later."""
        names = [group.name for group in fields(cls) if group.name in groups]
        met, found = IdentitySet(), {}
        for name in reversed(names):
            found[name] = _by_path(v for v in groups[name] if met.add(v))
        return cls(**found)

    def including(self, variables: Iterable[Variable]) -> State:
        """With Variables of nobody's among those that are not trained."""
        groups = {group.name: getattr(self, group.name).values() for group in fields(self)}
        return State.of(**{**groups, "non_trainable": [*groups["non_trainable"], *variables]})


def _by_path(variables: Iterable[Variable]) -> OrderedDict[str, Variable]:
    found: OrderedDict[str, Variable] = OrderedDict()
    for variable in variables:
        path, count = variable.path, 1
        while path in found:
            count += 1
            path = f"{variable.path}#{count}"
        found[path] = variable
    return found


def variables_of(
    layer: Any,
    optimizer: Any = None,
    metrics: Iterable[Any] = (),
) -> State:
    """The Variables of a model or layer, with the random seeds that its calls draw from.

    Args:
        layer: a layer or model.
        optimizer: whose Variables belong to it; None for none.
        metrics: likewise.
    """
    generators = [
        generator for each in layer._flatten_layers() for generator in members(each, SeedGenerator)
    ]
    return State.of(
        trainable=layer.trainable_variables,
        non_trainable=layer.non_trainable_variables,
        optimizer=() if optimizer is None else optimizer.variables,
        metrics=[variable for metric in metrics for variable in metric.variables],
        seeds=[*(generator.state for generator in generators), *seed_generator.global_state()],
    )


def is_variable(value: Any) -> bool:
    """Whether this is a Variable, which JAX would take for a container of its value."""
    return isinstance(value, Variable)


def leaves(variables: Any) -> list[Variable]:
    """The Variables in a structure of them."""
    return jax.tree.leaves(variables, is_leaf=is_variable)


def read(variables: Any) -> Any:
    """The values of Variables, in the structure that the Variables are in."""
    return jax.tree.map(lambda variable: variable.raw_value, variables, is_leaf=is_variable)


def write(variables: Any, values: Any) -> None:
    """Assign values, in the structure that the Variables are in."""
    for variable, value in _pairs(variables, values):
        variable.assign(value)


def _pairs(variables: Any, values: Any) -> Iterator[tuple[Variable, Any]]:
    found, structure = jax.tree.flatten(variables, is_leaf=is_variable)
    return zip(found, structure.flatten_up_to(values), strict=True)


def pure(function: Callable, variables: Any) -> Callable[..., tuple[Any, Any]]:
    """A function that reads and assigns Variables, as a pure function of their values.

    Args:
        function: the stateful function.
        variables: the Variables that it may read and assign, in any structure: a list, a tuple of
            lists, a `State`.

    Returns:
        A function `(values, *args, **kwargs) -> (result, new values)`; both sorts of values are in
        the structure of the Variables. What it assigns to other Variables is lost.

    >>> from cornu.core.state import pure
    >>> total = keras.Variable(1.0)
    >>> _, new = pure(total.assign_add, [total])([5.0], 2.0)
    >>> float(new[0]), float(total)
    (7.0, 1.0)
    """
    run = isolated(function, variables)

    def wrapper(values: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        result, effects = run(values, *args, **kwargs)
        return result, effects.after(variables, values)

    return wrapper


def isolated(function: Callable, variables: Any) -> Callable[..., tuple[Any, Effects]]:
    """Like `pure`, with all that the function does beside returning, for who carries it out.

    Args:
        function: the stateful function.
        variables: the Variables whose values are given.

    Returns:
        A function `(values, *args, **kwargs) -> (result, effects)`.
    """

    def run(values: Any, *args: Any, **kwargs: Any) -> tuple[Any, Effects]:
        with StatelessScope(_pairs(variables, values)) as scope:
            result = function(*args, **kwargs)
            return result, Effects.of(scope)

    return run


class Effects:
    """What a stateful function did: the values it assigned, and the losses that layers added.

    A pytree of these arrays, so that it comes out of JAX's transformations.
    """

    def __init__(self, values: list, losses: list[list], keys: _Keys):
        self.values, self.losses, self._keys = values, losses, keys

    @classmethod
    def of(cls, scope: StatelessScope) -> Effects:
        """Those that a scope has collected."""
        variables = list(scope.updated.values())
        values = [scope.values[id(variable)][1] for variable in variables]
        losses = list(scope.layer_losses.values())
        layers = [scope.layers[key] for key in scope.layer_losses]
        return cls(values, losses, _Keys((*variables, *layers)))

    @property
    def assigned(self) -> list[Variable]:
        """The Variables that were assigned to."""
        return list(self._keys.objects[: len(self.values)])

    def value_of(self, variable: Variable, before: Any = None) -> Any:
        """The value that a Variable has now: what was assigned, else `before`, else its own."""
        value = self._by_id.get(id(variable), before)
        return variable.raw_value if value is None else value

    def after(self, variables: Any, before: Any) -> Any:
        """The values of Variables, in their structure, that had the values `before`."""
        return jax.tree.map(self.value_of, variables, before, is_leaf=is_variable)

    @functools.cached_property
    def _by_id(self) -> dict[int, Any]:
        return {id(variable): value for variable, value in zip(self._keys.objects, self.values)}

    def carry_out(self) -> None:
        """Assign the values, and let the losses take the place of those of an earlier call."""
        self.assign()
        if thread.scope is not None:
            for layer, losses in self._layers():
                thread.scope.set_layer_losses(layer, losses)

    def assign(self) -> None:
        """Assign the values."""
        for variable, value in zip(self._keys.objects, self.values):
            variable.assign(value)

    def add_losses(self) -> None:
        """Add the losses to those that the layers have."""
        for layer, losses in self._layers():
            layer.add_loss(losses)

    def _layers(self) -> Iterator[tuple[Any, list]]:
        return zip(self._keys.objects[len(self.values) :], self.losses)


class _Keys:
    """Objects told apart by identity, as the static part of a pytree."""

    def __init__(self, objects: tuple):
        self.objects = objects

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keys) and list(map(id, self.objects)) == list(
            map(id, other.objects)
        )

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.objects)))


jax.tree_util.register_pytree_node(
    Effects,
    lambda effects: ((effects.values, effects.losses), effects._keys),
    lambda keys, parts: Effects(*parts, keys),
)


def without_effects() -> StatelessScope:
    """A context in which assignments and losses are forgotten: for shapes and trial calls."""
    return StatelessScope()
