"""Reshaping and transposing by a readable pattern, as in einops (Rogozhnikov, 2022)."""

from __future__ import annotations

import math
import re

import jax
import jax.numpy as jnp

from cornu.ops.op import TensorLike, as_array, op

Group = list[str]
# `...` outside parentheses: not one axis, but as many as there are.
ELLIPSIS: Group = ["..."]


@op(tensors=("tensor", "pattern"))
def rearrange(tensor: TensorLike, pattern: str, **axes_lengths: int) -> jax.Array:
    """Split, merge and reorder axes by a pattern such as `"b (h w) c -> b c h w"`.

    Args:
        tensor: tensor of any shape.
        pattern: names of the axes before and after `->`. Names in parentheses are one axis split
            into (or merged from) several, `...` stands for any axes, `1` or `()` for an axis of
            size 1.
        **axes_lengths: sizes of named axes; each group may have one size that is not given.

    >>> keras.ops.rearrange(keras.ops.ones((2, 6)), "b (h w) -> h w b", h=2).shape
    (2, 3, 2)
    """
    x = as_array(tensor)
    before, after = _parse(pattern, x.ndim)
    sizes = _sizes(pattern, before, x.shape, axes_lengths)
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if sorted(names) != sorted(wanted) or len(set(names)) != len(names):
        raise ValueError(
            f"rearrange: both sides of {pattern!r} must have the same axes, each once; got {names} "
            f"and {wanted}."
        )
    x = x.reshape([sizes[name] for name in names])
    x = jnp.transpose(x, [names.index(name) for name in wanted])
    return x.reshape([math.prod(sizes[name] for name in group) for group in after])


def _parse(pattern: str, ndim: int) -> tuple[list[Group], list[Group]]:
    """Both sides as lists of axes, each a list of names; `...` becomes as many as are needed."""
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError(f"rearrange expects a pattern with one '->'; got {pattern!r}.")
    before, after = (_groups(side, pattern) for side in sides)
    rest = [f"...{i}" for i in range(ndim - sum(group is not ELLIPSIS for group in before))]
    return _fill(before, rest), _fill(after, rest)


def _groups(side: str, pattern: str) -> list[Group]:
    tokens = re.findall(r"\([^()]*\)|\.\.\.|\w+|\S", side)
    groups = []
    for token in tokens:
        if token == "...":
            groups.append(ELLIPSIS)
            continue
        names = token[1:-1].split() if token.startswith("(") and token.endswith(")") else [token]
        names = [name for name in names if name != "1"]
        if any(not re.fullmatch(r"\.\.\.|[A-Za-z_]\w*", name) for name in names):
            raise ValueError(f"rearrange cannot read {token!r} in the pattern {pattern!r}.")
        groups.append(names)
    return groups


def _fill(groups: list[Group], rest: list[str]) -> list[Group]:
    filled: list[Group] = []
    for group in groups:
        if group is ELLIPSIS:
            filled += [[name] for name in rest]
        else:
            filled.append([n for name in group for n in (rest if name == "..." else [name])])
    return filled


def _sizes(
    pattern: str, before: list[Group], shape: tuple[int, ...], given: dict[str, int]
) -> dict[str, int]:
    """The size of each name, from the tensor's shape and the sizes that were given."""
    sizes = dict(given)
    if len(before) != len(shape):
        raise ValueError(
            f"rearrange: {pattern!r} has {len(before)} axes, the tensor's shape {shape} "
            f"has {len(shape)}."
        )
    for group, size in zip(before, shape):
        unknown = [name for name in group if name not in sizes]
        known = math.prod(sizes[name] for name in group if name in sizes)
        if len(unknown) > 1:
            raise ValueError(
                f"rearrange: give the sizes of all but one of {unknown} in {pattern!r}, as in "
                f"`rearrange(x, pattern, {unknown[0]}=2)`."
            )
        if size % known or (not unknown and size != known):
            raise ValueError(
                f"rearrange: axis {group} of {pattern!r} has size {size}, which does not fit the "
                f"given sizes {given}."
            )
        if unknown:
            sizes[unknown[0]] = size // known
    return sizes
