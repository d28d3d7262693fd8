"""The inputs that a symbolic tensor was made from."""

from __future__ import annotations

from typing import Any

from cornu.ops.symbolic import KerasTensor


def get_source_inputs(tensor: KerasTensor) -> list[KerasTensor]:
    """The `Input`s that a symbolic tensor depends on.

    Args:
        tensor: the output of a layer or an operation on symbolic tensors.

    Returns:
        List of symbolic tensors; `[tensor]` for an input itself.

    Raises:
        ValueError: if it is no symbolic tensor.

    >>> x = keras.Input((3,), name="x")
    >>> [source.name for source in keras.utils.get_source_inputs(keras.layers.Dense(2)(x) + 1)]
    ['x']
    """
    if not isinstance(tensor, KerasTensor):
        raise ValueError(
            "get_source_inputs takes a symbolic tensor, as keras.Input(...) or a layer called on "
            f"one returns; got {type(tensor).__name__}."
        )
    sources: dict[int, KerasTensor] = {}
    seen: set[int] = set()
    waiting: list[Any] = [tensor]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        node = None
        if current.history is not None:
            node = current.history.operation._inbound_nodes[current.history.node_index]
        if node is None or node.is_input:
            sources[id(current)] = current
        else:
            waiting.extend(reversed(node.parents))
    return list(sources.values())
