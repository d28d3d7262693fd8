"""`InputSpec`: what a layer demands of its inputs, checked at each call; and what None means."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import tree
from cornu.ops.inference import shown


class InputSpec:
    """Demands on the dtype, rank and sizes of an input.

    Args:
        dtype: dtype name.
        shape: the whole shape, None where anything goes.
        ndim: exact number of dimensions.
        max_ndim: greatest number of dimensions.
        min_ndim: least number of dimensions.
        axes: dict from axis to size.
        allow_last_axis_squeeze: whether a missing or extra last axis of size 1 is accepted.
        name: name of the input, where inputs are given as a dict.
        optional: whether None is accepted.

    >>> keras.InputSpec(ndim=2, axes={-1: 8})
    InputSpec(ndim=2, axes={-1: 8})
    """

    def __init__(
        self,
        dtype: str | None = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def __repr__(self) -> str:
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        parts = [f"{n}={getattr(self, n)}" for n in names if getattr(self, n)]
        return f"InputSpec({', '.join(parts)})"

    def get_config(self) -> dict:
        """The constructor's arguments."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict) -> InputSpec:
        """A spec made from what `get_config` returned."""
        return cls(**config)

    def mismatch(self, shape: tuple, dtype: str) -> str | None:
        """What is wrong with an input of this shape and dtype, in words; None if nothing."""
        ndim = len(shape)
        if self.ndim is not None and ndim != self.ndim and not self._squeezable(shape):
            return f"{self.ndim} dimensions"
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"at most {self.max_ndim} dimensions"
        if self.min_ndim is not None and ndim < self.min_ndim:
            return f"at least {self.min_ndim} dimensions"
        if self.dtype is not None and str(dtype) != self.dtype:
            return f"dtype {self.dtype}"
        for axis, size in self.axes.items():
            if size is not None and shape[axis] not in (size, None):
                return f"size {size} on axis {axis}"
        if self.shape is not None and not self._squeezable(shape):
            for wanted, got in zip(self.shape, shape):
                if wanted is not None and got is not None and wanted != got:
                    return "shape " + str(self.shape).replace("None", "any")
        return None

    def _squeezable(self, shape: tuple) -> bool:
        if not self.allow_last_axis_squeeze or self.ndim is None:
            return False
        if len(shape) == self.ndim + 1:
            return shape[-1] == 1
        return len(shape) == self.ndim - 1 and self.shape is not None and self.shape[-1] == 1


def check_inputs(spec: Any, inputs: Any, layer_name: str) -> None:
    """Raise an error if the inputs do not meet the spec (one, or a structure of them).

    Raises:
        ValueError: naming the layer, the input, what came and what was expected.
    """
    if spec is None:
        return
    specs = [s for s in tree.flatten(spec) if s is not None]
    if isinstance(inputs, dict) and all(s.name is not None for s in specs):
        missing = [s.name for s in specs if s.name not in inputs and not s.optional]
        if missing:
            raise ValueError(
                f"Layer {layer_name!r} expects inputs named {[s.name for s in specs]}; "
                f"{missing} are missing from the dict with keys {list(inputs)}."
            )
        values = [inputs.get(s.name) for s in specs]
    else:
        values = tree.flatten(inputs)
    if len(values) != len(specs):
        raise ValueError(
            f"Layer {layer_name!r} expects {len(specs)} input(s), got {len(values)}. Pass "
            "as many tensors, in a list, as the layer has inputs."
        )
    for i, (one, value) in enumerate(zip(specs, values)):
        if value is None and one.optional:
            continue
        if not hasattr(value, "shape"):
            continue
        shape = shown(value.shape)
        expected = one.mismatch(shape, str(value.dtype))
        if expected is not None:
            which = f" for input {i}" if len(specs) > 1 else ""
            got = f"shape {shape}".replace("None", "any")
            if expected.startswith("dtype"):
                got = f"dtype {value.dtype}"
            advice = "Check the layer before it or the data, or make the layer anew for this input."
            if one.ndim == 3 and len(shape) == 2:
                advice += " A recurrent layer before it needs return_sequences=True."
            raise ValueError(f"Layer {layer_name!r} expects {expected}{which}, got {got}. {advice}")


def nothing_returned(layer: Any) -> str:
    """The message for a layer or model whose `call` returned None where outputs are needed.

    Args:
        layer: the layer or model.
    """
    kind = type(layer).__name__
    return (
        f"{kind} {layer.name!r}: its `call` returned None, but its outputs are needed here. End "
        f"`{kind}.call` with `return outputs`."
    )


def check_given(layer: Any, inputs: Any) -> None:
    """Refuse None among the inputs of a layer that needs them all, and what holds no numbers.

    Raises:
        ValueError: naming the layer.
        TypeError: for strings.
    """
    missing = inputs is None
    if type(inputs) is dict and not layer.takes_dicts:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) expects a tensor, got a dict with the "
            f"keys {list(inputs)}. Pass one of its values, as in layer(inputs[key])."
        )
    if type(inputs) is np.ndarray and inputs.dtype.kind in "OSUT":
        if not (layer.takes_strings or layer.host_capable):
            raise TypeError(
                f"Layer {layer.name!r} ({type(layer).__name__}) expects numbers, got an array of "
                f"{inputs.dtype} of shape {inputs.shape}. Turn text to numbers first, with "
                "TextVectorization or StringLookup."
            )
    if isinstance(inputs, (list, tuple)):
        missing = any(leaf is None for leaf in tree.flatten(inputs))
    if missing:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) got None "
            f"{'as' if inputs is None else 'among'} its inputs, where tensors were expected. If it "
            "came from a layer or model of your own, let its `call` end with `return outputs`."
        )
