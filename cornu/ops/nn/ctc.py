"""Connectionist temporal classification: a loss for unaligned sequences, and its decoding.

Graves et al., 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from cornu.ops.nn.beam_search import beam_search
from cornu.ops.op import as_array, as_float, op

# The logarithm of "impossible": finite, so that gradients are finite where no alignment exists.
IMPOSSIBLE = -1e5


@op(tensors=("target", "output", "target_length", "output_length"))
def ctc_loss(
    target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0
) -> jax.Array:
    """Minus the log-probability of the target, summed over all its alignments with the output.

    Args:
        target: labels, integers of shape (batch, target_steps), padded at will.
        output: logits of shape (batch, steps, classes).
        target_length: number of labels of each sample, integers of shape (batch,).
        output_length: number of steps of each sample, integers of shape (batch,).
        mask_index: the class that stands for "no label here".

    Returns:
        Losses of shape (batch,); about 1e5 where the output is too short for the target.

    Raises:
        ValueError: if the ranks are others.

    >>> logits = keras.ops.zeros((1, 2, 3))
    >>> loss = keras.ops.ctc_loss([[1]], logits, [1], [2])
    >>> round(loss.item(), 4)
    1.0986
    """
    target, output = as_array(target), as_float(output)
    if target.ndim != 2 or output.ndim != 3:
        raise ValueError(
            "ctc_loss takes targets of shape (batch, target_steps) and outputs of shape (batch, "
            f"steps, classes); got {tuple(target.shape)} and {tuple(output.shape)}."
        )
    logs = jax.nn.log_softmax(output.astype(jnp.promote_types(output.dtype, "float32")))
    target = target.astype("int32")
    target_length = as_array(target_length).astype("int32")
    output_length = as_array(output_length).astype("int32")

    # States: blank, label, blank, label, ..., blank.
    batch, labels = target.shape
    states = jnp.full((batch, 2 * labels + 1), mask_index, "int32").at[:, 1::2].set(target)
    emitted = jnp.take_along_axis(logs, states[:, None, :], axis=-1)
    same = jnp.pad(target[:, 1:] == target[:, :-1], ((0, 0), (1, 0)))
    # Between two different labels the blank may be skipped.
    may_skip = jnp.zeros(states.shape, bool).at[:, 3::2].set(~same[:, 1:])

    def step(paths: jax.Array, inputs: tuple) -> tuple:
        emission, running = inputs
        moved = jnp.pad(paths[:, :-1], ((0, 0), (1, 0)), constant_values=IMPOSSIBLE)
        skipped = jnp.pad(paths[:, :-2], ((0, 0), (2, 0)), constant_values=IMPOSSIBLE)
        skipped = jnp.where(may_skip, skipped, IMPOSSIBLE)
        new = jnp.logaddexp(jnp.logaddexp(paths, moved), skipped) + emission
        return jnp.where(running[:, None], new, paths), None

    position = jnp.arange(states.shape[1])
    # Before the first step all the weight lies before the first blank, so the first step may
    # reach the first blank or the first label.
    start = jnp.where(position < 2, emitted[:, 0], IMPOSSIBLE)
    steps = jnp.arange(1, output.shape[1])
    running = steps[:, None] < output_length
    final, _ = lax.scan(step, start, (jnp.moveaxis(emitted[:, 1:], 1, 0), running))
    last_blank = jnp.take_along_axis(final, 2 * target_length[:, None], axis=1)[:, 0]
    index = jnp.maximum(2 * target_length - 1, 0)[:, None]
    last_label = jnp.take_along_axis(final, index, axis=1)[:, 0]
    last_label = jnp.where(target_length > 0, last_label, IMPOSSIBLE)
    return -jnp.logaddexp(last_blank, last_label)


@op(tensors=("inputs", "sequence_lengths"))
def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[jax.Array, jax.Array]:
    """The labels that the output of a CTC model most likely stands for.

    Args:
        inputs: logits of shape (batch, steps, classes).
        sequence_lengths: number of steps of each sample, integers of shape (batch,).
        strategy: `"greedy"` takes the best class of each step; `"beam_search"` sums over the
            alignments of the most probable label sequences.
        beam_width: how many sequences the beam search keeps.
        top_paths: how many sequences it returns.
        merge_repeated: whether the greedy strategy merges repeated classes; the beam search always
            does.
        mask_index: the class that stands for "no label here".

    Returns:
        Labels of shape (paths, batch, steps), padded with -1, and scores of shape (batch, paths):
        for the greedy strategy minus the sum of the best logits, else log-probabilities.

    Raises:
        ValueError: for an unknown strategy.

    >>> logits = [[[0.0, 5.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 5.0]]]
    >>> labels, _ = keras.ops.ctc_decode(logits, [3])
    >>> labels.tolist()
    [[[1, 2, -1]]]
    """
    logits = as_float(inputs)
    lengths = as_array(sequence_lengths).astype("int32")
    if strategy == "greedy":
        labels, scores = greedy(logits, lengths, merge_repeated, mask_index)
        return labels[None], scores[:, None]
    if strategy != "beam_search":
        raise ValueError(f"strategy must be 'greedy' or 'beam_search'; got {strategy!r}.")
    blank = mask_index % logits.shape[-1]
    labels, scores = jax.vmap(
        lambda sample, length: beam_search(sample, length, beam_width, top_paths, blank)
    )(jax.nn.log_softmax(logits), lengths)
    return jnp.moveaxis(labels, 1, 0), scores


def greedy(
    logits: jax.Array, lengths: jax.Array, merge_repeated: bool, blank: int
) -> tuple[jax.Array, jax.Array]:
    """Labels (batch, steps), padded with -1, and scores (batch,)."""
    steps = logits.shape[1]
    best = jnp.argmax(logits, axis=-1).astype("int32")
    inside = jnp.arange(steps) < lengths[:, None]
    scores = -jnp.sum(jnp.where(inside, jnp.max(logits, axis=-1), 0), axis=1)
    kept = inside & (best != blank)
    if merge_repeated:
        kept &= jnp.pad(best[:, 1:] != best[:, :-1], ((0, 0), (1, 0)), constant_values=True)
    # A stable sort by "left out" moves the kept labels to the front, in order.
    order = jnp.argsort(~kept, axis=1, stable=True)
    labels = jnp.take_along_axis(jnp.where(kept, best, -1), order, axis=1)
    return labels, scores
