"""`StackedRNNCells`: several cells that work as one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu.core import registry
from cornu.core.layer import Layer


class StackedRNNCells(Layer):
    """Cells one on top of the other: each step's output is the input of the next cell.

    Args:
        cells: list of cells.
        **kwargs: `name`, `dtype`.

    Raises:
        ValueError: for an object without `call` or `state_size`.

    >>> cells = [keras.layers.LSTMCell(8), keras.layers.GRUCell(4)]
    >>> rnn = keras.layers.RNN(keras.layers.StackedRNNCells(cells))
    >>> rnn(keras.ops.ones((2, 5, 3))).shape
    (2, 4)
    """

    _settings = ("cells",)

    def __init__(self, cells: list, **kwargs: Any):
        super().__init__(**kwargs)
        for cell in cells:
            check_cell(cell)
        self.cells = list(cells)

    @property
    def state_size(self) -> list:
        """The sizes of the cells' states."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """Features of the output."""
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: int | None = None) -> list:
        """For each cell its list of zeros."""
        return [initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: tuple) -> None:
        """Build each cell for the output of the one before it."""
        for cell in self.cells:
            if isinstance(cell, Layer) and not cell.built:
                cell.build(input_shape)
                cell.built = True
            input_shape = (input_shape[0], output_size(cell))

    def call(
        self, inputs: jax.Array, states: Any, training: bool | None = False, **kwargs: Any
    ) -> tuple[jax.Array, list]:
        """The output of the last cell and all new states."""
        new = []
        for cell, own in zip(self.cells, states):
            inputs, own = call_cell(cell, inputs, own, training, **kwargs)
            new.append(own)
        return inputs, new

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> StackedRNNCells:
        """Cells made from what `get_config` returned."""
        config = dict(config)
        cells = [
            registry.deserialize(cell, custom_objects, expected=(Layer,))
            for cell in config.pop("cells")
        ]
        return cls(cells, **config)


def check_cell(cell: Any) -> None:
    """Raise a ValueError for what is no cell."""
    for name in ("call", "state_size"):
        if not hasattr(cell, name):
            raise ValueError(
                f"A recurrent cell needs `call(inputs, states)` and `state_size`; {cell!r} has no "
                f"{name!r}. Pass a cell such as `keras.layers.LSTMCell(8)`."
            )


def output_size(cell: Any) -> Any:
    """Features of a cell's output: its `output_size`, else its first state's size."""
    size = getattr(cell, "output_size", None)
    if size is not None:
        return size
    return cell.state_size[0] if isinstance(cell.state_size, (list, tuple)) else cell.state_size


def initial_state(cell: Any, batch_size: int, dtype: str) -> list:
    """A cell's own initial state as a list; zeros of its `state_size` if it defines none."""
    if hasattr(cell, "get_initial_state"):
        state = cell.get_initial_state(batch_size=batch_size)
        return list(state) if isinstance(state, (list, tuple)) else [state]
    sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
    shapes = [tuple(size) if isinstance(size, (list, tuple)) else (size,) for size in sizes]
    return [jnp.zeros((batch_size, *shape), dtype) for shape in shapes]


def call_cell(
    cell: Any, inputs: Any, states: Any, training: bool | None, **kwargs: Any
) -> tuple[Any, Any]:
    """Call a cell; `training` is passed on to layers, whether they declare it or not."""
    if isinstance(cell, Layer):
        return cell(inputs, states, training=training, **kwargs)
    return cell(inputs, states, **kwargs)
