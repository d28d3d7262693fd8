"""What the layers that merge several tensors element by element share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.core.layer import Layer
from cornu.engine import dtypes
from cornu.layers.precision import as_given
from cornu.ops import KerasTensor


class Merge(Layer):
    """Combine tensors whose shapes broadcast, after axes of size 1 next to the batch.

    Subclasses define `merge`; `exact_inputs` is the number of inputs if only one will do.

    Args:
        **kwargs: `name`, `dtype`.
    """

    exact_inputs: int | None = None
    leaves_masked_out: bool = False
    """Whether an input counts only where its mask is True."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        # Differences of large numbers are small: they are taken before digits are lost.
        self.autocast = False
        self.supports_masking = True

    def merge(self, tensors: list[jax.Array]) -> jax.Array:
        """Combine tensors of equal rank."""
        raise NotImplementedError(f"{type(self).__name__} must define `merge`.")

    def build(self, input_shape: Any) -> None:
        """Check that the shapes fit."""
        shapes = list_of_shapes(self, input_shape)
        if self.exact_inputs not in (None, len(shapes)):
            raise ValueError(
                f"{type(self).__name__} {self.name!r} merges exactly {self.exact_inputs} inputs; "
                f"got {len(shapes)}, of shapes {shapes}."
            )
        self.compute_output_shape(shapes)

    def compute_output_shape(self, input_shape: Any) -> tuple:
        """The shape that the inputs' shapes broadcast to; None where it is not known."""
        shapes = list_of_shapes(self, input_shape)
        rank = max(map(len, shapes))
        expanded = [(*s[:1], *(1,) * (rank - len(s)), *s[1:]) for s in shapes]
        result = []
        for axis, sizes in enumerate(zip(*expanded)):
            # The batch does not broadcast: a batch of one beside others is most often a bug.
            distinct = {n for n in sizes if n is not None and (n != 1 or axis == 0)}
            if len(distinct) > 1:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r} got inputs of shapes {shapes}, which "
                    f"do not fit each other: sizes {sorted(distinct)} meet on one axis."
                )
            known = next(iter(distinct), None)
            unknown = any(n is None for n in sizes)
            result.append(None if unknown and axis > 0 and known is None else known)
            if not unknown and known is None:
                result[-1] = 1
        return tuple(result)

    def compute_output_spec(self, inputs: Any, mask: Any = None) -> KerasTensor:
        """The symbolic output."""
        return symbolic_output(self, inputs)

    def call(self, inputs: Sequence[jax.Array], mask: Any = None) -> jax.Array:
        """The merged tensor; integers stay integers unless the layer divides."""
        if not any(jnp.issubdtype(x.dtype, jnp.floating) for x in inputs):
            return self._merged(inputs, mask)
        given = [as_given(self, x) if jnp.issubdtype(x.dtype, jnp.floating) else x for x in inputs]
        return self._merged(given, mask).astype(self.compute_dtype)

    def _merged(self, inputs: Sequence[jax.Array], mask: Any) -> jax.Array:
        shapes = [x.shape for x in inputs]
        if any(s != shapes[0] for s in shapes) and all(type(n) is int for s in shapes for n in s):
            self.compute_output_shape(shapes)
        rank = max(x.ndim for x in inputs)
        tensors = [x.reshape(*x.shape[:1], *(1,) * (rank - x.ndim), *x.shape[1:]) for x in inputs]
        if not self.leaves_masked_out or mask is None or all(m is None for m in mask):
            return self.merge(tensors)
        check_masks(self, inputs, mask)
        masks = [
            ops.ones_like(x, "bool") if m is None else m.reshape(m.shape + (1,) * (rank - m.ndim))
            for x, m in zip(tensors, mask)
        ]
        merged, counts = tensors[0], masks[0]
        for tensor, counted in zip(tensors[1:], masks[1:]):
            both = self.merge([merged, tensor])
            one = ops.where(counts, merged, tensor)
            merged = ops.where(ops.logical_and(counts, counted), both, one)
            counts = ops.logical_or(counts, counted)
        return merged

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True where any input counts; None if one of them has no mask."""
        if mask is None:
            return None
        check_masks(self, inputs, mask)
        if any(m is None for m in mask):
            return None
        merged = mask[0]
        for other in mask[1:]:
            merged = ops.logical_or(merged, other)
        return merged


def symbolic_output(layer: Layer, inputs: Sequence[KerasTensor], *weak: type) -> KerasTensor:
    """The symbolic output: integers stay integers unless the layer divides (`weak` is float)."""
    shape = layer.compute_output_shape([x.shape for x in inputs])
    if layer.takes_strings and all(x.dtype == "string" for x in inputs):
        return KerasTensor(shape, "string")
    own = (layer.compute_dtype if dtypes.is_float(x.dtype) else x.dtype for x in inputs)
    return KerasTensor(shape, dtypes.result_type(*own, *weak))


def list_of_shapes(layer: Layer, input_shape: Any) -> list[tuple]:
    """The shapes of the inputs, checked to be several."""
    is_list = isinstance(input_shape, (list, tuple)) and input_shape
    if not is_list or not all(isinstance(s, (list, tuple)) for s in input_shape):
        raise ValueError(
            f"{type(layer).__name__} {layer.name!r} merges a list of tensors; got one of shape "
            f"{input_shape}. Pass `[x1, x2]`."
        )
    return [tuple(s) for s in input_shape]


def check_masks(layer: Layer, inputs: Any, mask: Any) -> None:
    """Raise a ValueError unless there is a mask (or None) for each input, of its first axes."""
    fits = isinstance(mask, (list, tuple)) and isinstance(inputs, (list, tuple))
    if not fits or len(mask) != len(inputs):
        raise ValueError(
            f"{type(layer).__name__} {layer.name!r} needs a list of masks, one for each of its "
            "inputs (None for one without)."
        )
    for x, m in zip(inputs, mask):
        if m is None:
            continue
        # Sizes that are no ints are unknown.
        pairs = [(a, b) for a, b in zip(m.shape, x.shape) if type(a) is type(b) is int]
        if len(m.shape) > len(x.shape) or any(a not in (1, b) for a, b in pairs):
            raise ValueError(
                f"{type(layer).__name__} {layer.name!r} got an input of shape {tuple(x.shape)} "
                f"with a mask of shape {tuple(m.shape)}. A mask has the shape of the input's first "
                "axes."
            )
