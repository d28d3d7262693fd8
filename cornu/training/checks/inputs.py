"""Inputs that a model cannot read as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from cornu import tree
from cornu.core import registry
from cornu.training.checks.said import warn_once

INT32 = np.iinfo("int32")
# Layers that make something of any whole number.
HASHES = ("Hashing", "IntegerLookup", "HashedCrossing")


def check_names(model: Any, x: Any) -> None:
    """Warn of parts of a dict that no input of the model reads."""
    if not isinstance(x, dict) or not getattr(model, "_has_graph", False):
        return
    struct = model._inputs_struct
    known = {*model.input_names, *(tensor.name for tensor in model._inputs)}
    if isinstance(struct, dict):
        known |= set(struct)
    surplus = [key for key in x if key not in known]
    if surplus and any(key in known for key in x):
        warn_once(
            model,
            "surplus inputs",
            f"x has the keys {surplus}, which no input of model {model.name!r} reads: its inputs "
            f"are {sorted(struct) if isinstance(struct, dict) else model.input_names}. Leave them "
            "out, or check the names.",
        )


def check_complex(model: Any, x: Any, y: Any) -> None:
    """Refuse complex numbers where only their real part would be read.

    Raises:
        ValueError: for complex inputs of a model whose inputs are real, and complex targets.
    """
    graph = getattr(model, "_has_graph", False)
    takes = graph and any("complex" in str(tensor.dtype) for tensor in model._inputs)
    parts = {} if takes or not graph else {"x": x}
    if getattr(model, "_compile_loss", None) is not None:
        parts["y"] = y
    for name, part in parts.items():
        for leaf in tree.flatten(part):
            if getattr(getattr(leaf, "dtype", None), "kind", None) == "c":
                raise ValueError(
                    f"{name} holds complex numbers ({leaf.dtype}), of which model {model.name!r} "
                    "would read the real part only. Pass real and imaginary part as two channels, "
                    "numpy.stack([a.real, a.imag], axis=-1), or their size, numpy.abs(a)."
                )


def check_range(model: Any, x: Any, y: Any) -> None:
    """Say which whole numbers are too large for the 32 bits that they are computed in.

    Raises:
        ValueError: for such targets; for inputs there is a warning.
    """
    if jax.config.jax_enable_x64:
        return
    if getattr(model, "_compile_loss", None) is not None:
        for leaf in filter(_overflows, tree.flatten(y)):
            raise ValueError(f"y {_of_range(leaf)}")
    for leaf in filter(_overflows, tree.flatten(x)):
        if not any(type(layer).__name__ in HASHES for layer in model._flatten_layers()):
            warn_once(model, "large inputs", f"x {_of_range(leaf)}")


def _overflows(leaf: Any) -> bool:
    if not isinstance(leaf, np.ndarray) or leaf.dtype.kind not in "iu" or not leaf.size:
        return False
    if np.can_cast(leaf.dtype, "int32"):
        return False
    return bool(leaf.max() > INT32.max or leaf.min() < INT32.min)


def _of_range(leaf: np.ndarray) -> str:
    return (
        f"holds whole numbers from {leaf.min()} to {leaf.max()} ({leaf.dtype}), of which 32 bits "
        "keep only the last digits. Pass them as floats, x.astype('float32'), and best scale them."
    )


def refuse_pairs(model: Any, x: Any, y: Any) -> None:
    """Refuse a pair `(x, y)` that was passed as the inputs of a model with one input.

    Raises:
        ValueError: saying how to pass it.
    """
    if y is not None or type(x) is not tuple or not 2 <= len(x) <= 3:
        return
    if not getattr(model, "_has_graph", False) or len(model._inputs) != 1:
        return
    if all(hasattr(part, "shape") for part in x):
        raise ValueError(
            f"x is a tuple of {len(x)} arrays, but model {model.name!r} has one input. If they are "
            "inputs and targets, pass them one by one: `fit(x, y)`, `fit(*data)`, and to `predict` "
            "only x."
        )


def tables_behind(model: Any, x: Any) -> Iterator[tuple[Any, Any]]:
    """Pairs of an input's array and an Embedding that reads it.

    Args:
        model: a built model.
        x: its inputs.
    """
    embedding = registry.PUBLISHED.get(("keras.layers", "Embedding"))
    if embedding is None:
        return
    leaves = _in_order_of_inputs(model, x)
    for array, layers in zip(leaves, _readers_of_inputs(model)):
        for layer in layers:
            if isinstance(layer, embedding) and isinstance(array, np.ndarray):
                yield array, layer


def check_ids(array: np.ndarray, layer: Any) -> None:
    """Refuse numbers that an Embedding has no row for.

    Raises:
        ValueError: naming the layer, the numbers and its size.
    """
    if array.dtype.kind not in "iuf" or not array.size:
        return
    low, high = array.min(), array.max()
    if low >= 0 and high < layer.input_dim:
        return
    low, high = (int(v) if np.isfinite(v) else v for v in (low, high))
    if low < 0:
        advice = (
            "Rows are counted from 0: numbers below 0 have none. If they mark what is missing or "
            "padding, use 0 for that and count the others from 1."
        )
    else:
        advice = (
            f"Give it input_dim={high + 1} (the largest number plus 1), or limit the numbers, as "
            "num_words does."
        )
    raise ValueError(
        f"x holds numbers from {low} to {high}, but Embedding {layer.name!r} has rows for 0 to "
        f"{layer.input_dim - 1} only. {advice}"
    )


def _in_order_of_inputs(model: Any, x: Any) -> list:
    if isinstance(x, dict) and getattr(model, "_has_graph", False):
        if not isinstance(model._inputs_struct, dict):
            return [x.get(name) for name in model.input_names]
    return tree.flatten(x)


def _readers_of_inputs(model: Any) -> list[list]:
    """For each input, the layers that read it."""
    if getattr(model, "_has_graph", False):
        sources = [tensor.history.operation for tensor in model._inputs]
        return [[node.operation for node in source._outbound_nodes] for source in sources]
    stack = getattr(model, "_stack", None)
    return [stack[:1]] if stack else []
