"""`MultiOptimizer`: different optimizers for different variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from cornu.core import registry
from cornu.core.variable import Variable
from cornu.engine.identity import IdentityMap
from cornu.optimizers.optimizer import Optimizer


class OptimizerMap(MutableMapping):
    """Which optimizer trains a variable, by its path.

    Args:
        default_optimizer: for paths that match no pattern.
        optimizer_map: dict from regular expressions, which must match the whole path, to
            optimizers.

    >>> optimizers = keras.optimizers
    >>> chosen = optimizers.OptimizerMap(optimizers.SGD(), {"encoder/.*": optimizers.Adam()})
    >>> type(chosen["encoder/kernel"]).__name__, type(chosen["head/kernel"]).__name__
    ('Adam', 'SGD')
    """

    def __init__(self, default_optimizer: Optimizer, optimizer_map: dict | None = None):
        self._default = default_optimizer
        self._by_pattern: dict[str, Optimizer] = dict(optimizer_map or {})

    @property
    def default_optimizer(self) -> Optimizer:
        """The optimizer for paths that match no pattern."""
        return self._default

    def __getitem__(self, key: str) -> Optimizer:
        """The optimizer for a pattern or path; a ValueError if several patterns match."""
        if key in self._by_pattern:
            return self._by_pattern[key]
        matches = [pattern for pattern in self._by_pattern if re.fullmatch(pattern, key)]
        if len(matches) > 1:
            raise ValueError(
                f"Variable {key!r} matches several patterns of the OptimizerMap: {matches}. Make "
                "them exclude each other."
            )
        return self._by_pattern[matches[0]] if matches else self._default

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if key in self._by_pattern:
            raise ValueError(f"The OptimizerMap has an optimizer for {key!r}; delete it first.")
        if not isinstance(optimizer, Optimizer):
            raise ValueError(
                f"The OptimizerMap takes optimizers; got {type(optimizer).__name__} for {key!r}."
            )
        self._by_pattern[key] = optimizer

    def __delitem__(self, key: str) -> None:
        del self._by_pattern[key]

    def __contains__(self, key: object) -> bool:
        return key in self._by_pattern

    def __len__(self) -> int:
        return len(self._by_pattern)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_pattern)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {
            "default_optimizer": registry.serialize(self._default),
            "optimizer_map": registry.serialize(self._by_pattern),
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> OptimizerMap:
        """A map made from what `get_config` returned."""
        return cls(**registry.deserialize(dict(config), custom_objects, expected=(Optimizer,)))


class MultiOptimizer(Optimizer):
    """Gives each variable to the optimizer that was chosen for it.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a variable to its optimizer.
        loss_scale_factor: factor of the loss, by which gradients are divided again.
        name: its name.

    >>> fast, slow = keras.optimizers.SGD(1.0), keras.optimizers.SGD(0.5)
    >>> optimizer = keras.optimizers.MultiOptimizer(lambda v: fast if v.name == "w" else slow)
    >>> w, b = keras.Variable(1.0, name="w"), keras.Variable(1.0, name="b")
    >>> optimizer.apply([keras.ops.ones(()), keras.ops.ones(())], [w, b])
    >>> float(w), float(b)
    (0.0, 0.5)
    """

    def __init__(
        self,
        optimizer_map: OptimizerMap | Callable[[Variable], Optimizer],
        loss_scale_factor: float | None = None,
        name: str | None = None,
    ):
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)
        if not isinstance(optimizer_map, OptimizerMap) and not callable(optimizer_map):
            raise ValueError(
                "MultiOptimizer needs an OptimizerMap or a function from a variable to its "
                f"optimizer; got {type(optimizer_map).__name__}."
            )
        self.optimizer_map = optimizer_map
        self._optimizers: list[Optimizer] = []
        self._chosen = IdentityMap()
        if isinstance(optimizer_map, OptimizerMap):
            everyone = [*optimizer_map.values(), optimizer_map.default_optimizer]
            self._optimizers = list({id(one): one for one in everyone}.values())

    @property
    def optimizers(self) -> list[Optimizer]:
        """The optimizers; for a function those that it chose, known after `build`."""
        return list(self._optimizers)

    def build(self, var_list: Iterable[Variable]) -> None:
        variables = list(var_list)
        super().build(variables)
        for variable in variables:
            chosen = self._choose(variable)
            self._chosen[variable] = chosen
            if all(one is not chosen for one in self._optimizers):
                self._optimizers.append(chosen)
        for optimizer in self._optimizers:
            optimizer.build([v for v in variables if self._chosen[v] is optimizer])

    def _choose(self, variable: Variable) -> Optimizer:
        if isinstance(self.optimizer_map, OptimizerMap):
            return self.optimizer_map[variable.path]
        return self.optimizer_map(variable)

    @property
    def variables(self) -> list[Variable]:
        """The optimizer's own state, then that of each optimizer."""
        return [*super().variables, *(v for one in self._optimizers for v in one.variables)]

    @property
    def learning_rate(self) -> Any:
        """Not defined: each optimizer has its own."""
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own. Use those of its optimizers: "
            "`[one.learning_rate for one in optimizer.optimizers]`."
        )

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        raise AttributeError(
            "A MultiOptimizer has no learning rate of its own. Set those of its optimizers: "
            "`for one in optimizer.optimizers: one.learning_rate = ...`."
        )

    def apply(
        self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None
    ) -> None:
        """Do one step with the gradients of each optimizer's variables."""
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_for(grads, trainable_variables)
        pairs = self._present(grads, variables)
        for optimizer in self._optimizers:
            own = [(g, v) for g, v in pairs if self._chosen[v] is optimizer]
            if own:
                optimizer.apply([self._unscaled(g, v) for g, v in own], [v for _, v in own])
        self._iterations.assign_add(1)

    def _unscaled(self, gradient: Any, variable: Variable) -> Any:
        if not self.loss_scale_factor or variable.overwrite_with_gradient:
            return gradient
        return gradient / self.loss_scale_factor

    def finalize_variable_values(self, var_list: Iterable[Variable]) -> None:
        """Set variables to the averages of their optimizers, where these keep them."""
        for variable in var_list:
            self._chosen[variable].finalize_variable_values([variable])

    def get_config(self) -> dict:
        return {
            "optimizer_map": registry.serialize(self.optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> MultiOptimizer:
        """An optimizer made from what `get_config` returned."""
        config = dict(config)
        if isinstance(config["optimizer_map"], dict):
            config["optimizer_map"] = registry.deserialize(
                config["optimizer_map"], custom_objects, expected=(OptimizerMap,)
            )
        return cls(**config)
