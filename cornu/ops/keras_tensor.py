"""`KerasTensor`: a tensor known only by its shape and dtype."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cornu.engine import dtypes
from cornu.engine.names import auto_name


class History(NamedTuple):
    """Where a symbolic tensor comes from: an operation, the numbers of its call and output."""

    operation: Any
    node_index: int
    tensor_index: int


class KerasTensor:
    """A tensor known only by shape and dtype, from which Functional models are made.

    Args:
        shape: tuple of ints, with None where a size is not known.
        dtype: dtype name.
        sparse, ragged: accepted for compatibility; tensors here are dense.
        record_history: kept for compatibility.
        name: the tensor's name.
        ragged_rank: kept for compatibility.
        row_splits_dtype: kept for compatibility.

    >>> x = keras.Input((3,))
    >>> (x + 1).shape
    (None, 3)
    """

    __array_priority__ = 100.0

    def __init__(
        self,
        shape: Any,
        dtype: str = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        ragged_rank: int | None = None,
        row_splits_dtype: Any = None,
    ):
        self.shape = tuple(None if d is None else int(d) for d in shape)
        self.dtype = dtypes.standardize_dtype(dtype)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.ragged_rank = ragged_rank
        self.row_splits_dtype = row_splits_dtype
        self.name = name or auto_name("keras_tensor")
        self.record_history = record_history
        self._keras_history: History | None = None
        self._keras_mask: KerasTensor | None = None

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def history(self) -> History | None:
        """The operation, call and output this tensor comes from; None for a free tensor."""
        return self._keras_history

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def _no_value(self, wanted: str) -> TypeError:
        return TypeError(
            f"{wanted} needs values, but {self!r} is symbolic: it stands for data that a model "
            "will get later. Use functions of `cornu.ops` on it, or put the code into a layer's "
            "`call`."
        )

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise self._no_value("NumPy")

    def __bool__(self) -> bool:
        raise self._no_value("`if` or `bool`")

    def __float__(self) -> float:
        raise self._no_value("`float`")

    def __int__(self) -> int:
        raise self._no_value("`int`")

    def __index__(self) -> int:
        raise self._no_value("An index")

    def __iter__(self) -> Any:
        raise self._no_value("Iteration")

    def __hash__(self) -> int:
        return id(self)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds: all but the way it came, which the copied graph tells it."""
        return {**self.__dict__, "_keras_history": None}
