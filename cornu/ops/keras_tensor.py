"""`KerasTensor`: a tensor known only by its shape and dtype."""

from __future__ import annotations

from typing import Any, NamedTuple

from cornu.engine import dtypes
from cornu.engine.names import auto_name
from cornu.ops.without_values import WithoutValues


class History(NamedTuple):
    """Where a symbolic tensor comes from: an operation, the numbers of its call and output."""

    operation: Any
    node_index: int
    tensor_index: int


class KerasTensor(WithoutValues):
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

    def __hash__(self) -> int:
        return id(self)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds: all but the way it came, which the copied graph tells it."""
        return {**self.__dict__, "_keras_history": None}
