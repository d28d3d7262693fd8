"""Scopes that change what a Variable means for a while.

Inside a `StatelessScope` a read gives the mapped (traced) value and an assignment is collected
instead of carried out. It is the one mechanism by which stateful code becomes a pure function.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any


class _ThreadState(threading.local):
    scope: StatelessScope | None = None
    autocast_dtype: str | None = None
    call_context: Any = None
    names: tuple[str, ...] = ()
    remat: Any = None


thread = _ThreadState()


class StatelessScope:
    """Maps Variables to values and collects assignments and losses.

    Args:
        state_mapping: pairs (variable, value) that reads give inside the scope.
        collect_losses: whether the values passed to `Layer.add_loss` are kept in `losses`.
        initialize_variables: accepted for compatibility.

    >>> v = keras.Variable(1.0)
    >>> with keras.StatelessScope([(v, 5.0)]) as scope:
    ...     _ = v.assign(v.value + 1)
    >>> float(scope.get_current_value(v)), float(v.value)
    (6.0, 1.0)
    """

    def __init__(
        self,
        state_mapping: Any = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ):
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        self.losses: list = []
        self.layer_losses: dict[int, list] = {}
        # Kept, or a later layer gets the address of one that died, and with it its losses.
        self.layers: dict[int, Any] = {}
        self.values: dict[int, tuple] = {}
        self.updated: dict[int, Any] = {}
        for variable, value in state_mapping or ():
            if not hasattr(variable, "assign"):
                raise ValueError(
                    f"state_mapping must hold pairs (Variable, value); got {variable!r} first."
                )
            self.values[id(variable)] = (variable, variable.as_value(value))

    def __enter__(self) -> StatelessScope:
        self._outer = thread.scope
        thread.scope = self
        return self

    def __exit__(self, *exc: Any) -> None:
        thread.scope = self._outer

    def add_loss(self, loss: Any) -> None:
        """Keep a loss if the scope collects them."""
        if self.collect_losses:
            self.losses.append(loss)

    def add_layer_loss(self, layer: Any, loss: Any) -> None:
        """Keep a loss for the layer that adds it, and beside those of the others."""
        self.layers[id(layer)] = layer
        self.layer_losses.setdefault(id(layer), []).append(loss)
        self.add_loss(loss)

    def set_layer_losses(self, layer: Any, losses: list) -> None:
        """Keep these as all losses of the layer."""
        self.layers[id(layer)] = layer
        self.layer_losses[id(layer)] = losses

    def add_update(self, update: tuple) -> None:
        """Collect an assignment, given as a pair (variable, value)."""
        variable = update[0]
        self.values[id(variable)] = update
        self.updated[id(variable)] = variable

    def get_current_value(self, variable: Any) -> Any:
        """The variable's value in this scope, or None if the scope does not know it."""
        entry = self.values.get(id(variable))
        if entry is not None:
            return entry[1]
        return self._outer.get_current_value(variable) if self._outer is not None else None


def in_stateless_scope() -> bool:
    """Whether a `StatelessScope` is active in this thread."""
    return thread.scope is not None


@contextlib.contextmanager
def autocast(dtype: str | None) -> Iterator[None]:
    """Read float Variables that allow it in this dtype."""
    outer = thread.autocast_dtype
    thread.autocast_dtype = dtype
    try:
        yield
    finally:
        thread.autocast_dtype = outer


class name_scope:
    """Prefix for the paths of Variables created inside.

    Args:
        name: the prefix; a string without `/`.
        **kwargs: accepted for compatibility.

    >>> with keras.name_scope("encoder"):
    ...     v = keras.Variable(0.0, name="scale")
    >>> v.path
    'encoder/scale'
    """

    def __init__(self, name: str, **kwargs: Any):
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"name_scope needs a string without '/'; got {name!r}.")
        self.name = name

    def __enter__(self) -> name_scope:
        self._outer = thread.names
        thread.names = (*thread.names, self.name)
        return self

    def __exit__(self, *exc: Any) -> None:
        thread.names = self._outer


@contextlib.contextmanager
def name_path(names: tuple[str, ...]) -> Iterator[None]:
    """Replace the whole stack of name scopes."""
    outer = thread.names
    thread.names = names
    try:
        yield
    finally:
        thread.names = outer


class SymbolicScope:
    """Marks code that runs on symbolic tensors; kept for compatibility."""

    def __enter__(self) -> SymbolicScope:
        return self

    def __exit__(self, *exc: Any) -> None:
        return None
