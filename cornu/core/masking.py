"""Masks that travel with tensors: a side table from tensor to mask, emptied as tensors die."""

from __future__ import annotations

import weakref
from typing import Any

import jax

from cornu import tree
from cornu.ops.symbolic import KerasTensor

_masks: dict[int, tuple[weakref.ref, Any]] = {}


def set_mask(tensor: Any, mask: Any) -> None:
    """Attach a mask (bool, one entry per step, True where the step counts) to a tensor."""
    if isinstance(tensor, KerasTensor):
        tensor._keras_mask = mask
        return
    if isinstance(tensor, jax.Array) and not isinstance(tensor, jax.core.Tracer):
        # Not read here, but by users who look at masks as Keras's guide does.
        tensor._keras_mask = mask
    key = id(tensor)
    if mask is None:
        _masks.pop(key, None)
        return
    _masks[key] = (weakref.ref(tensor, lambda _: _masks.pop(key, None)), mask)


def get_mask(tensor: Any) -> Any:
    """The mask attached to a tensor, or None."""
    if isinstance(tensor, KerasTensor):
        return tensor._keras_mask
    entry = _masks.get(id(tensor))
    if entry is None or entry[0]() is not tensor:
        return None
    return entry[1]


def any_masks() -> bool:
    """Whether any tensor that is alive carries a mask; False only if none does."""
    return bool(_masks)


def get_masks(structure: Any) -> Any:
    """The masks of a nested structure of tensors; None if no tensor in it has one."""
    if not _masks and not tree.is_nested(structure) and not isinstance(structure, KerasTensor):
        return None
    masks = tree.map_structure(get_mask, structure)
    return None if all(m is None for m in tree.flatten(masks)) else masks


def set_masks(structure: Any, masks: Any) -> None:
    """Attach masks, given in the structure of the tensors or as one for the only tensor."""
    tensors = tree.flatten(structure)
    flat = [masks] if len(tensors) == 1 and not tree.is_nested(masks) else tree.flatten(masks)
    if len(flat) != len(tensors):
        several = isinstance(masks, (list, tuple)) and len(masks) == len(tensors)
        flat = list(masks) if several else [None] * len(tensors)
    for tensor, mask in zip(tensors, flat):
        if mask is not None and tensor is not None:
            set_mask(tensor, mask)
