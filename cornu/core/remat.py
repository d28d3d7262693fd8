"""Rematerialization: results that are computed again in the backward pass instead of stored.

It trades time for memory. A layer's `call` reads and assigns Variables, which a recomputed
function cannot do, so it runs as a pure function of them inside `jax.checkpoint`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax

from cornu.core.scope import thread
from cornu.core.state import isolated, read, without_effects

MODES = ("full", "activations", "larger_than", "list_of_layers", None)


class RematScope:
    """Layers made inside this scope are computed again in the backward pass.

    Args:
        mode: "full" for whole layers, "activations" for activation functions only, "larger_than"
            for layers with large outputs, "list_of_layers" for the layers named, None for none.
        output_size_threshold: number of elements of the output above which "larger_than" holds.
        layer_names: names of the layers that "list_of_layers" means.

    Raises:
        ValueError: for another mode.

    Reference:
        Chen et al., 2016, https://arxiv.org/abs/1604.06174

    >>> with keras.RematScope(mode="full"):
    ...     layer = keras.layers.Dense(3)
    >>> layer(keras.ops.ones((2, 4))).shape
    (2, 3)
    """

    def __init__(
        self,
        mode: str | None = "full",
        output_size_threshold: int = 1024,
        layer_names: Sequence[str] | None = None,
    ):
        if mode not in MODES:
            raise ValueError(f"RematScope's mode must be one of {MODES}; got {mode!r}.")
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or ())

    def __enter__(self) -> RematScope:
        self._outer = thread.remat
        thread.remat = self
        return self

    def __exit__(self, *exc: Any) -> None:
        thread.remat = self._outer


def remat(f: Callable) -> Callable:
    """The function, with results that are computed again in the backward pass.

    Args:
        f: a pure function of arrays.

    >>> keras.remat(keras.ops.sin)(0.0).item()
    0.0
    """
    return jax.checkpoint(f)


def recomputed(layer: Any, call: Callable, args: tuple, kwargs: dict) -> Callable:
    """The layer's call as its scope wants it: recomputed as a whole, in part, or not at all."""
    scope = layer._remat
    if scope is None or scope.mode is None:
        return call
    if scope.mode == "activations":
        return _with_recomputed_activation(layer, call)
    whole = functools.partial(_recomputed_call, layer, call)
    if scope.mode == "list_of_layers":
        return whole if layer.name in scope.layer_names else call
    if scope.mode == "larger_than":
        with without_effects():
            made = jax.eval_shape(lambda: call(*args, **kwargs))
        size = sum(math.prod(y.shape) for y in jax.tree.leaves(made))
        return whole if size > scope.output_size_threshold else call
    return whole


def _with_recomputed_activation(layer: Any, call: Callable) -> Callable:
    activation = getattr(layer, "activation", None)
    if activation is None:
        return call

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        layer.activation = remat(activation)
        try:
            return call(*args, **kwargs)
        finally:
            layer.activation = activation

    return wrapper


def _recomputed_call(layer: Any, call: Callable, *args: Any, **kwargs: Any) -> Any:
    variables, run = layer.variables, isolated(call, layer.variables)
    leaves, form = jax.tree.flatten((args, kwargs))
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, jax.Array)]

    def of_values(values: list, arrays: list) -> tuple:
        filled = list(leaves)
        for place, value in zip(places, arrays):
            filled[place] = value
        args, kwargs = jax.tree.unflatten(form, filled)
        return run(values, *args, **kwargs)

    arrays = [leaves[place] for place in places]
    outputs, effects = jax.checkpoint(of_values)(read(variables), arrays)
    effects.assign()
    effects.add_losses()
    return outputs
