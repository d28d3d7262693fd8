"""Prefix beam search: the most probable label sequences under a CTC model.

Each sequence in the beam carries two log-probabilities: of its alignments that end in a blank, and
of those that end in its last label. Only the first kind lets the last label come again as a new
one.
Hannun et al., 2014, https://arxiv.org/abs/1408.2873
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax


class Beam(NamedTuple):
    """The sequences kept so far, with `width` rows."""

    labels: jax.Array  # (width, steps), padded with -1
    lengths: jax.Array  # (width,)
    ends_blank: jax.Array  # (width,) log-probabilities
    ends_label: jax.Array  # (width,) log-probabilities


def beam_search(
    logs: jax.Array, length: jax.Array, width: int, top: int, blank: int
) -> tuple[jax.Array, jax.Array]:
    """The `top` most probable label sequences of one sample.

    Args:
        logs: log-probabilities of shape (steps, classes).
        length: number of steps that count.
        width: how many sequences are kept from step to step.
        top: how many are returned, at most `width`.
        blank: the class that stands for "no label here".

    Returns:
        Labels of shape (top, steps), padded with -1, and log-probabilities of shape (top,).
    """
    if top > width:
        raise ValueError(
            f"ctc_decode cannot return top_paths={top} sequences from beam_width={width}. "
            "Make the beam at least as wide."
        )
    steps = logs.shape[0]
    nothing = jnp.full((width,), -jnp.inf, logs.dtype)
    start = Beam(
        jnp.full((width, steps), -1, "int32"),
        jnp.zeros((width,), "int32"),
        nothing.at[0].set(0),
        nothing,
    )

    def step(beam: Beam, inputs: tuple) -> tuple[Beam, None]:
        log, running = inputs
        new = advance(beam, log, blank)
        return jax.tree.map(lambda a, b: jnp.where(running, a, b), new, beam), None

    beam, _ = lax.scan(step, start, (logs, jnp.arange(steps) < length))
    scores, best = lax.top_k(jnp.logaddexp(beam.ends_blank, beam.ends_label), top)
    return beam.labels[best], scores


def advance(beam: Beam, log: jax.Array, blank: int) -> Beam:
    """The beam after one more step with these log-probabilities (classes,)."""
    labels, lengths, ends_blank, ends_label = beam
    width, steps = labels.shape
    classes = log.shape[0]
    total = jnp.logaddexp(ends_blank, ends_label)
    last = jnp.where(lengths > 0, labels[jnp.arange(width), lengths - 1], -1)

    # Sequences that stay as they are.
    stay_blank = total + log[blank]
    stay_label = jnp.where(lengths > 0, ends_label + log[last], -jnp.inf)

    # Sequences with a label more; the same label again only after a blank.
    again = jnp.arange(classes) == last[:, None]
    longer = jnp.where(again, ends_blank[:, None], total[:, None]) + log
    longer = longer.at[:, blank].set(-jnp.inf)

    # A longer sequence that is in the beam already joins it there.
    positions = jnp.arange(steps)
    equal = (labels[:, None] == labels[None]) | (positions >= lengths[:, None, None])
    joins = equal.all(-1) & (lengths[None] == lengths[:, None] + 1)
    joins &= jnp.isfinite(total)[None]
    reached = jnp.where(joins, longer[:, last], -jnp.inf)
    stay_label = jnp.logaddexp(stay_label, jax.nn.logsumexp(reached, axis=0))
    taken = (joins[:, :, None] & (last[:, None] == jnp.arange(classes))).any(1)
    longer = jnp.where(taken, -jnp.inf, longer)

    scores = jnp.concatenate([jnp.logaddexp(stay_blank, stay_label), longer.ravel()])
    _, best = lax.top_k(scores, width)
    stays = best < width
    source = jnp.where(stays, best, (best - width) // classes)
    label = jnp.where(stays, -1, (best - width) % classes)
    added = (positions == lengths[source][:, None]) & ~stays[:, None]
    return Beam(
        jnp.where(added, label[:, None], labels[source]),
        lengths[source] + jnp.where(stays, 0, 1),
        jnp.where(stays, stay_blank[source], -jnp.inf),
        jnp.where(stays, stay_label[source], longer.ravel()[jnp.maximum(best - width, 0)]),
    )
