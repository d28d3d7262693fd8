"""Shapes and dtypes of results, by abstract evaluation with stand-ins for unknown sizes.

An unknown size is None to users. A function that calls layers is evaluated with a size that is a
symbol of JAX, so that exactly those sizes are unknown that follow from it; a plain function is
evaluated with two numbers, and sizes that differ are unknown. Where one way fails, others are
tried. Stand-ins are behind the user's back: `shown` gives shapes, and messages, without them.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np
from jax import export

from cornu import tree
from cornu.engine import dtypes
from cornu.ops.keras_tensor import KerasTensor

# Two numbers for an unknown size; of several pairs, that which no known size equals.
PROBES = (83, 89)
OTHER_PROBES = ((97, 101), (103, 107))
EVEN_PROBES = (240, 480)
DIVISIBLE = 720720
DIVISIBLE_PROBES = (DIVISIBLE, 2 * DIVISIBLE)
# A symbol is at least this large, which answers most comparisons with known sizes.
LEAST_SYMBOL = 4096

# What a function may raise because a stand-in does not suit it.
FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    jax.errors.InconclusiveDimensionOperation,
)


class StandIn:
    """What stands for unknown sizes during one evaluation.

    Args:
        size: a number or a symbol.
        believes: whether what a layer says of its output is taken instead of its `call`.
    """

    __slots__ = ("asked", "believes", "size")

    def __init__(self, size: Any, believes: bool = True):
        self.size = size
        self.believes = believes
        self.asked = False

    def fill(self, shape: tuple, like: Sequence = ()) -> tuple:
        """A shape without None: each gets the size of the same axis in `like`, or the stand-in."""
        return tuple(
            size if size is not None else like[i] if i < len(like) else self.size
            for i, size in enumerate(shape)
        )


class _Current(threading.local):
    stand_in: StandIn | None = None


_current = _Current()


def current_stand_in() -> StandIn | None:
    """The stand-in of the evaluation under way in this thread; None without unknown sizes."""
    return _current.stand_in


def shown(shape: Any) -> tuple:
    """A tensor's shape as users know it, with None for each stand-in."""
    stand_in = _current.stand_in
    if stand_in is None:
        return tuple(shape)
    number = stand_in.size if isinstance(stand_in.size, int) else None
    return tuple(size if type(size) is int and size != number else None for size in shape)


@contextlib.contextmanager
def _standing(stand_in: StandIn | None) -> Iterator[None]:
    outer = _current.stand_in
    _current.stand_in = stand_in
    try:
        yield
    finally:
        _current.stand_in = outer


@functools.cache
def _symbol() -> Any:
    # A common name, as messages of JAX may show it.
    return export.symbolic_shape("size", constraints=[f"size >= {LEAST_SYMBOL}"])[0]


def infer_output(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Symbolic outputs of a function of arrays, from abstract evaluation.

    Args:
        function: takes arrays where `args` and `kwargs` hold symbolic tensors.
        *args: arguments, symbolic tensors among them.
        **kwargs: likewise.

    Returns:
        The function's result with every array replaced by a `KerasTensor`.
    """
    return infer(function, args, kwargs)


def infer(function: Callable, args: tuple, kwargs: dict, calls_layers: bool = False) -> Any:
    """Like `infer_output`, for a function that may call layers, and so build them.

    Args:
        function: as for `infer_output`.
        args: its arguments, symbolic tensors among them.
        kwargs: likewise.
        calls_layers: whether it does; then symbols come first, as numbers derived from a stand-in
            could not be told from known sizes when a layer is built.

    Raises:
        Exception: what the function raised with numbers; its message shows None for them.
    """
    leaves, places = _symbolic_leaves(args, kwargs)
    evaluate = _evaluator(function, args, kwargs, leaves, places)
    shapes = [leaves[i].shape for i in places]
    if _known(shapes):
        return _merge((evaluate(shapes, None),))
    symbols = [(_symbol(),), (DIVISIBLE * _symbol(),)]
    pair = _unlike(shapes)
    orders = [*symbols, pair, EVEN_PROBES] if calls_layers else [pair, symbols[1], EVEN_PROBES]
    first_error: Exception | None = None
    for sizes in orders:
        for believes in (True, False):
            stand_ins = [StandIn(size, believes) for size in sizes]
            try:
                return _merge(tuple(evaluate(shapes, stand_in) for stand_in in stand_ins))
            except NotImplementedError:
                raise
            except FAILURES as error:
                if sizes is pair and first_error is None:
                    first_error = error
            if not any(stand_in.asked for stand_in in stand_ins):
                break
    raise _without_stand_ins(first_error, lambda: evaluate(shapes, StandIn(pair[1])))


def infer_broadcast(
    function: Callable,
    args: tuple,
    kwargs: dict,
    probes: tuple[int, int] = PROBES,
    sizes: Sequence[int] = (),
) -> Any:
    """Like `infer_output`, for a function without side effects whose shapes must fit each other.

    An unknown size that must equal a known one, as in `(None, 3) + (5, 3)`, is taken to be that.
    An unknown size that must be divisible, as in a reshape of `(None, 4)` to `(-1, 8)`, is taken
    to be so.

    Args:
        function: as for `infer_output`.
        args: its arguments, symbolic tensors among them.
        kwargs: likewise.
        probes: two values for unknown sizes.
        sizes: values that an unknown size might have, besides the sizes of the arguments.
    """
    leaves, places = _symbolic_leaves(args, kwargs)
    evaluate = _evaluator(function, args, kwargs, leaves, places)
    shapes = [leaves[i].shape for i in places]
    try:
        results = _evaluate_twice(evaluate, shapes, probes)
    except (TypeError, ValueError, IndexError) as error:
        first_error = error
    else:
        return _merge(results)
    unknown = sum(d is None for shape in shapes for d in shape)
    if not unknown:
        raise first_error
    known = {d for leaf in leaves for d in getattr(leaf, "shape", ()) if d is not None}
    candidates = sorted(d for d in {*known, *sizes} if d > 1)
    for trial in _assumptions(shapes, [*candidates, 1], unknown):
        for pair in (PROBES, DIVISIBLE_PROBES):
            try:
                return _merge(_evaluate_twice(evaluate, trial, pair))
            except (TypeError, ValueError, IndexError):
                continue
    raise _without_stand_ins(first_error, lambda: evaluate(shapes, StandIn(probes[1])))


def _known(shapes: list[tuple]) -> bool:
    return all(size is not None for shape in shapes for size in shape)


def _unlike(shapes: list[tuple]) -> tuple[int, int]:
    """Two numbers that are no known sizes."""
    known = {size for shape in shapes for size in shape}
    return next((p for p in (PROBES, *OTHER_PROBES) if not known & {*p}), PROBES)


def _without_stand_ins(error: Exception, again: Callable) -> Exception:
    """The error with None for each number in its message that depends on the stand-in.

    Args:
        error: what an evaluation raised.
        again: evaluates with another number.
    """
    try:
        again()
    except FAILURES as other:
        second = other
    else:
        return error
    if len(error.args) == len(second.args):
        error.args = tuple(map(_common, error.args, second.args))
    return error


def _common(text: Any, other: Any) -> Any:
    """A text, with None for the numbers in which it differs from another."""
    if not isinstance(text, str) or not isinstance(other, str):
        return text
    parts, others = re.split(r"(\d+)", text), re.split(r"(\d+)", other)
    if parts[::2] != others[::2]:
        return text
    return "".join(a if a == b else "None" for a, b in zip(parts, others))


# Shapes with few unknown sizes have few assumptions; the limit keeps errors of the others quick.
MOST_TRIALS = 64


def _assumptions(shapes: list[tuple], known: list[int], unknown: int) -> Iterator[list[tuple]]:
    """The shapes with unknown sizes replaced by known ones, as few as possible first."""
    choices = itertools.product([None, *known], repeat=unknown)
    ordered = sorted(itertools.islice(choices, 4096), key=lambda c: sum(d is not None for d in c))
    for choice in ordered[:MOST_TRIALS]:
        supply = iter(choice)
        yield [tuple(next(supply) if d is None else d for d in shape) for shape in shapes]


def _symbolic_leaves(args: tuple, kwargs: dict) -> tuple[list, list[int]]:
    leaves = tree.flatten((args, kwargs))
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, KerasTensor)]
    for place in places:
        if leaves[place].dtype == "string":
            raise TypeError(
                f"{leaves[place]!r} stands for strings, which compiled programs cannot hold. Turn "
                "them to numbers first, with TextVectorization, StringLookup or Hashing; a layer "
                "of your own that reads strings must define `compute_output_spec`."
            )
    return leaves, places


def _evaluator(
    function: Callable, args: tuple, kwargs: dict, leaves: list, places: list[int]
) -> Callable:
    """A function from shapes, and what stands for unknown sizes, to the abstract result."""

    def run(*arrays: Any) -> Any:
        filled = list(leaves)
        for place, array in zip(places, arrays):
            filled[place] = array
        new_args, new_kwargs = tree.pack_sequence_as((args, kwargs), filled)
        return function(*new_args, **new_kwargs)

    def evaluate(shapes: list[tuple], stand_in: StandIn | None) -> Any:
        structs = [
            jax.ShapeDtypeStruct(
                shape if stand_in is None else stand_in.fill(shape),
                dtypes.canonical(leaves[i].dtype),
            )
            for i, shape in zip(places, shapes)
        ]
        with _standing(stand_in):
            return jax.eval_shape(lambda *arrays: _Box.wrap(run(*arrays)), *structs).structure

    return evaluate


def _evaluate_twice(evaluate: Callable, shapes: list[tuple], probes: tuple[int, int]) -> tuple:
    if _known(shapes):
        return (evaluate(shapes, None),)
    return tuple(evaluate(shapes, StandIn(probe)) for probe in probes)


def _merge(results: tuple) -> Any:
    """Symbolic tensors for the results; sizes in which two results differ are unknown."""
    counts = [len(tree.flatten(result)) for result in results]
    if len(set(counts)) > 1:
        raise ValueError(
            "The number of results depends on a size that is not known. Give the tensor a known "
            "shape, or tell the number of results (as `num` of `unstack` does)."
        )
    return tree.map_structure(_to_symbolic, *results)


class _Box:
    """Carries a nested structure through `jax.eval_shape`, keeping Python values as they are."""

    def __init__(self, structure: Any):
        self.structure = structure

    @classmethod
    def wrap(cls, structure: Any) -> _Box:
        return cls(structure)


def _box_flatten(box: _Box) -> tuple[list, Any]:
    leaves = tree.flatten(box.structure)
    is_array = [hasattr(leaf, "shape") and hasattr(leaf, "dtype") for leaf in leaves]
    arrays = [leaf for leaf, array in zip(leaves, is_array) if array]
    static = tuple(None if array else _Static(leaf) for leaf, array in zip(leaves, is_array))
    return arrays, (static, _Static(box.structure))


def _box_unflatten(aux: Any, arrays: Any) -> _Box:
    static, template = aux
    supply = iter(arrays)
    leaves = [next(supply) if s is None else s.value for s in static]
    return _Box(tree.pack_sequence_as(template.value, leaves))


class _Static:
    """A value that JAX's tree machinery must not look into; compared by identity."""

    def __init__(self, value: Any):
        self.value = value


jax.tree_util.register_pytree_node(_Box, _box_flatten, _box_unflatten)


def _to_symbolic(first: Any, second: Any = None) -> Any:
    second = first if second is None else second
    if not hasattr(first, "shape"):
        is_size = export.is_symbolic_dim(first) or type(first) is int
        return _size(first, second) if is_size else first
    return KerasTensor(map(_size, first.shape, second.shape), np.dtype(first.dtype).name)


def _size(first: Any, second: Any) -> int | None:
    """A size of a result; None where two results differ, or it is a symbol."""
    return None if export.is_symbolic_dim(first) or first != second else first
