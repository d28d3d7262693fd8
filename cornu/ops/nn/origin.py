"""Remembers the logits that probabilities come from, while a program is traced.

A loss that receives the very tensor which `softmax` or `sigmoid` returned can go back to the
logits: the logarithm of a probability that rounds to 0 or 1 is lost, and costs more than a
log-softmax.
Only traced values are remembered, and only as long as the probabilities themselves live.
"""

from __future__ import annotations

import weakref
from typing import NamedTuple

import jax


class Origin(NamedTuple):
    """What probabilities were made from: `logits`, by softmax along `axis` or by sigmoid (None)."""

    logits: jax.Array
    axis: int | None


_origins: dict[int, tuple[weakref.ref, Origin]] = {}


def remember(probabilities: jax.Array, logits: jax.Array, axis: int | None = None) -> None:
    """Note that these probabilities are the softmax along `axis`, or the sigmoid, of the logits."""
    if not isinstance(probabilities, jax.core.Tracer):
        return
    key = id(probabilities)
    forget = weakref.ref(probabilities, lambda _: _origins.pop(key, None))
    _origins[key] = forget, Origin(logits, axis)


def logits_of(probabilities: jax.Array, axis: int | None = None) -> jax.Array | None:
    """The logits whose softmax along `axis` (None: sigmoid) these probabilities are, if known."""
    reference, origin = _origins.get(id(probabilities), (None, None))
    if reference is None or reference() is not probabilities or origin.axis != axis:
        return None
    return origin.logits
