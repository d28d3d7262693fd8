"""Control flow: branches, loops, scans and maps that can be compiled.

With a condition whose value is known, a branch is just called; inside a compiled program both
branches become part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu import tree
from cornu.ops.op import TensorLike, op, unwrap


@op(tensors=("pred", "true_fn", "false_fn"))
def cond(pred: TensorLike, true_fn: Callable, false_fn: Callable) -> Any:
    """One of two functions' results.

    Args:
        pred: bool or number, a scalar.
        true_fn: function without arguments, called if `pred` is true (not 0).
        false_fn: likewise, if it is false. In a compiled program both must give the same shapes
            and dtypes.

    Returns:
        What the function returned, numbers as tensors.

    >>> keras.ops.cond(True, lambda: 1, lambda: 2).item()
    1
    """
    if pred is None:
        raise ValueError("cond needs a condition that is true or false; got pred=None.")
    if isinstance(pred, jax.core.Tracer):
        return jax.lax.cond(pred, true_fn, false_fn)
    return _as_tensors(true_fn() if bool(pred) else false_fn())


def _as_tensors(structure: Any) -> Any:
    """The structure with tensors for its numbers and arrays, as a compiled program gives."""

    def tensor(leaf: Any) -> Any:
        is_value = isinstance(leaf, (bool, int, float, complex, np.ndarray, np.generic))
        return jnp.asarray(leaf) if is_value else unwrap(leaf)

    return tree.map_structure(tensor, structure)


@op(tensors=("index", "branches", "operands"))
def switch(index: TensorLike, branches: Sequence[Callable], *operands: Any) -> Any:
    """The result of one of several functions.

    Args:
        index: integer scalar; below 0 it means the first, beyond the end the last function.
        branches: functions that take the operands. In a compiled program all must give the same
            shapes and dtypes.
        *operands: tensors.

    Returns:
        What the function returned, numbers as tensors.

    >>> keras.ops.switch(1, [lambda x: x + 1, lambda x: x * 10], 3).item()
    30
    """
    if isinstance(index, jax.core.Tracer):
        return jax.lax.switch(index, branches, *operands)
    branch = branches[min(max(int(index), 0), len(branches) - 1)]
    return _as_tensors(branch(*_as_tensors(operands)))


@op(tensors=("loop_vars",))
def while_loop(
    cond: Callable, body: Callable, loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """Repeat a function while a condition holds.

    Args:
        cond: takes the loop variables, returns a scalar bool.
        body: takes the loop variables, returns new ones of the same shapes and dtypes.
        loop_vars: list or tuple of tensors (or of nested structures), which become separate
            arguments; or one tensor or dict.
        maximum_iterations: the loop stops after so many rounds; no limit for None.

    Returns:
        The last loop variables, as a tuple if there were several.

    >>> keras.ops.while_loop(lambda x: x < 10, lambda x: x * 2, 1).item()
    16
    """
    several = isinstance(loop_vars, (list, tuple))
    start = _as_tensors(tuple(loop_vars) if several else (loop_vars,))

    def go_on(state: tuple) -> Any:
        count, values = state
        wanted = cond(*values)
        if maximum_iterations is None:
            return wanted
        return jnp.logical_and(wanted, count < maximum_iterations)

    def step(state: tuple) -> tuple:
        count, values = state
        new = body(*values)
        new = tuple(new) if isinstance(new, (list, tuple)) else (new,)
        return count + 1, new

    _, last = jax.lax.while_loop(go_on, step, (0, start))
    return last if several else last[0]


@op(tensors=("init_val",))
def fori_loop(lower: int, upper: int, body_fun: Callable, init_val: Any) -> Any:
    """Call a function for each integer from `lower` up to, but without, `upper`.

    Args:
        lower: first integer.
        upper: end.
        body_fun: takes the integer and the value so far, returns the new value.
        init_val: first value: a tensor or nested structure.

    >>> keras.ops.fori_loop(0, 4, lambda i, total: total + i, 0).item()
    6
    """
    return jax.lax.fori_loop(lower, upper, body_fun, _as_tensors(init_val))


@op(tensors=("f", "init", "xs"))
def scan(
    f: Callable,
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """Carry a value along the first axis of tensors.

    Args:
        f: takes the carried value and a slice of `xs`, returns the new value and an output.
        init: first carried value: a tensor or nested structure.
        xs: tensor or nested structure of tensors that share the size of axis 0; None if `length`
            tells how often.
        length: number of steps, needed if `xs` is None.
        reverse: whether to go from the end.
        unroll: how many steps one round of the compiled loop has.

    Returns:
        The last carried value and the stacked outputs.

    >>> keras.ops.scan(lambda c, x: (c + x, c * x), 0, keras.ops.arange(4))[1]
    Array([0, 0, 2, 9], dtype=int32)
    """
    return jax.lax.scan(f, _as_tensors(init), xs, length, reverse, unroll)


@op(tensors=("f", "elems"))
def associative_scan(f: Callable, elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """Running results of an associative function along an axis, in parallel.

    Args:
        f: takes two nested structures like `elems` and returns one; `f(a, f(b, c))` must equal
            `f(f(a, b), c)`.
        elems: tensor or nested structure of tensors.
        reverse: whether to go from the end.
        axis: axis to go along.

    Returns:
        Structure of the shapes of `elems`.

    >>> keras.ops.associative_scan(lambda a, b: a + b, keras.ops.arange(4))
    Array([0, 1, 3, 6], dtype=int32)
    """
    return jax.lax.associative_scan(f, elems, reverse, axis)


@op(tensors=("f", "xs"))
def map(f: Callable, xs: Any) -> Any:
    """Apply a function to the slices along axis 0, one after the other.

    Args:
        f: takes a slice (a structure of slices) and returns a tensor or structure.
        xs: tensor or nested structure of tensors that share the size of axis 0.

    Returns:
        The stacked results.

    >>> keras.ops.map(lambda x: x * x, keras.ops.arange(3))
    Array([0, 1, 4], dtype=int32)
    """
    return jax.lax.map(f, xs)


@op(tensors=("elements",))
def vectorized_map(function: Callable, elements: Any) -> Any:
    """Apply a function to the slices along axis 0, all at once.

    Args:
        function: takes a slice (a structure of slices) and returns a tensor or structure.
        elements: tensor or nested structure of tensors that share the size of axis 0.

    Returns:
        The stacked results.

    >>> keras.ops.vectorized_map(lambda x: x * x, keras.ops.arange(3))
    Array([0, 1, 4], dtype=int32)
    """
    return jax.vmap(function)(elements)
