"""Run a step function over time: a compiled loop, or one step after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

Step = Callable[[Any, Any, Any], tuple[Any, Any, Any]]


def run_steps(
    step: Step,
    sequences: Any,
    states: Any,
    extra: Any,
    mask: jax.Array | None = None,
    go_backwards: bool = False,
    unroll: bool = False,
    zero_output_for_mask: bool = False,
) -> tuple[Any, Any, Any]:
    """Apply `step` to each step of the sequences.

    Args:
        step: takes the inputs of one step (batch, ...), the states and `extra`; returns the output,
            the new states and the new `extra`.
        sequences: arrays of shape (batch, time, ...).
        states: arrays of shape (batch, ...), nested.
        extra: further arrays that travel through the loop whatever the mask says.
        mask: booleans of shape (batch, time); a step that is False keeps states and output.
        go_backwards: whether to start with the last step.
        unroll: whether to run the steps one by one instead of in a compiled loop.
        zero_output_for_mask: whether a masked step gives zeros instead of the output before it.

    Returns:
        Outputs (batch, time, ...) in the order they were made, the last states and `extra`.
    """
    timed = jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), (sequences, mask))
    if go_backwards:
        timed = jax.tree.map(lambda x: jnp.flip(x, 0), timed)
    form = jax.tree.structure(states)
    first = jax.tree.map(lambda x: x[0], timed[0])
    shapes, _, _ = jax.eval_shape(step, first, states, extra)
    zeros = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shapes)

    def body(carry: tuple, inputs: tuple) -> tuple[tuple, Any]:
        before, states, extra = carry
        x, step_mask = inputs
        output, new, extra = step(x, states, extra)
        new = jax.tree.unflatten(form, jax.tree.leaves(new))
        if step_mask is None:
            return (before, new, extra), output
        new = _select(step_mask, new, states)
        output = _select(step_mask, output, zeros if zero_output_for_mask else before)
        return (output, new, extra), output

    carry = (zeros if mask is not None else (), states, extra)
    if unroll:
        made = []
        for i in range(jax.tree.leaves(timed)[0].shape[0]):
            carry, output = body(carry, jax.tree.map(lambda x, i=i: x[i], timed))
            made.append(output)
        outputs = jax.tree.map(lambda *each: jnp.stack(each), *made)
    else:
        carry, outputs = lax.scan(body, carry, timed)
    outputs = jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), outputs)
    return outputs, carry[1], carry[2]


def _select(mask: jax.Array, new: Any, old: Any) -> Any:
    def one(a: jax.Array, b: jax.Array) -> jax.Array:
        return jnp.where(mask.reshape(mask.shape + (1,) * (a.ndim - 1)), a, b)

    return jax.tree.map(one, new, old)
