"""`Input`: where symbolic tensors come from."""

from __future__ import annotations

from numbers import Integral
from typing import Any

from cornu.core.layer import Layer
from cornu.engine import dtypes
from cornu.ops.symbolic import KerasTensor, Node


class InputLayer(Layer):
    """The layer that stands for an input of a model.

    Args:
        shape: shape of one example, None for unknown sizes.
        batch_size: size of the batch, if it is fixed.
        dtype: dtype name; `floatx` by default.
        sparse: accepted for compatibility.
        ragged: accepted for compatibility.
        batch_shape: shape with the batch, instead of `shape` and `batch_size`.
        input_tensor: a symbolic tensor to use as it is.
        optional: whether None may be passed for it.
        name: name of the input.
        **kwargs: none are known.

    >>> keras.layers.InputLayer((3,)).output.shape
    (None, 3)
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name)
        if "input_shape" in kwargs:
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        if kwargs:
            raise TypeError(f"InputLayer got arguments it does not know: {sorted(kwargs)}.")
        if input_tensor is not None:
            batch_shape, dtype = input_tensor.shape, input_tensor.dtype
        elif shape is not None and batch_shape is not None:
            raise ValueError("Pass `shape` or `batch_shape` to Input, not both.")
        elif shape is not None:
            shape = (shape,) if isinstance(shape, Integral) else tuple(shape)
            batch_shape = (batch_size, *shape)
        if batch_shape is None:
            raise ValueError("Input needs a `shape` (without the batch), such as Input((28, 28)).")
        for size in batch_shape:
            if size is not None and (not isinstance(size, Integral) or size < 0):
                raise ValueError(
                    f"A shape holds integers and None; Input got {tuple(batch_shape)!r}."
                )
        self._batch_shape = tuple(batch_shape)
        self._input_dtype = dtypes.standardize_dtype(dtype)
        self.sparse, self.ragged, self.optional = bool(sparse), bool(ragged), optional
        tensor = input_tensor
        if tensor is None:
            tensor = KerasTensor(self._batch_shape, self._input_dtype, name=name)
        tensor._keras_history = None
        Node(self, (), {}, tensor)
        self.built = True

    def __getstate__(self) -> dict[str, Any]:
        # It is nothing without its tensor, so it does not wait for a graph to tell its call.
        return {**super().__getstate__(), "_tensor": self.output}

    def __setstate__(self, state: dict[str, Any]) -> None:
        tensor = state["_tensor"]
        super().__setstate__({key: value for key, value in state.items() if key != "_tensor"})
        if tensor.history is None:
            Node(self, (), {}, tensor)

    def call(self) -> Any:
        raise NotImplementedError("An InputLayer is not called; pass data to the model.")

    @property
    def batch_shape(self) -> tuple:
        """The shape with the batch."""
        return self._batch_shape

    @property
    def dtype(self) -> str:
        """Dtype of the input."""
        return self._input_dtype

    def get_config(self) -> dict:
        return {
            "batch_shape": self._batch_shape,
            "dtype": self._input_dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """A symbolic tensor to start a Functional model from.

    Args:
        shape: shape of one example, None for unknown sizes.
        batch_size: size of the batch, if it is fixed.
        dtype: dtype name; `floatx` by default.
        sparse: accepted for compatibility.
        ragged: accepted for compatibility.
        batch_shape: shape with the batch, instead of `shape` and `batch_size`.
        name: name of the input.
        tensor: a symbolic tensor to use as it is.
        optional: whether None may be passed for it.

    Returns:
        The symbolic tensor.

    >>> keras.Input((28, 28, 1)).shape
    (None, 28, 28, 1)
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        name=name,
        input_tensor=tensor,
        optional=optional,
    )
    return layer.output
