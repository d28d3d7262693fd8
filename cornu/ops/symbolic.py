"""Symbolic tensors, the operations that made them, and shape inference by abstract evaluation.

A `KerasTensor` has a shape and a dtype but no values. Calling an operation (a function of
`cornu.ops` or a layer) on one records a `Node`; a Functional model is the graph of those nodes.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from cornu import tree
from cornu.engine import dtypes
from cornu.engine.names import auto_name, to_snake_case


class History(NamedTuple):
    """Where a symbolic tensor comes from: an operation, the numbers of its call and output."""

    operation: Any
    node_index: int
    tensor_index: int


class KerasTensor:
    """A tensor known only by shape and dtype, from which Functional models are made.

    Args:
        shape: tuple of ints, with None where a size is not known.
        dtype: dtype name.
        sparse, ragged: accepted for compatibility; tensors here are dense.
        record_history: kept for compatibility.
        name: the tensor's name.
        ragged_rank: kept for compatibility.
        row_splits_dtype: kept for compatibility.

    >>> x = keras.Input((3,))
    >>> (x + 1).shape
    (None, 3)
    """

    __array_priority__ = 100.0

    def __init__(
        self,
        shape: Any,
        dtype: str = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        ragged_rank: int | None = None,
        row_splits_dtype: Any = None,
    ):
        self.shape = tuple(None if d is None else int(d) for d in shape)
        self.dtype = dtypes.standardize_dtype(dtype)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.ragged_rank = ragged_rank
        self.row_splits_dtype = row_splits_dtype
        self.name = name or auto_name("keras_tensor")
        self.record_history = record_history
        self._keras_history: History | None = None
        self._keras_mask: KerasTensor | None = None

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def history(self) -> History | None:
        """The operation, call and output this tensor comes from; None for a free tensor."""
        return self._keras_history

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def _no_value(self, wanted: str) -> TypeError:
        return TypeError(
            f"{wanted} needs values, but {self!r} is symbolic: it stands for data that a model "
            "will get later. Use functions of `cornu.ops` on it, or put the code into a layer's "
            "`call`."
        )

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise self._no_value("NumPy")

    def __bool__(self) -> bool:
        raise self._no_value("`if` or `bool`")

    def __float__(self) -> float:
        raise self._no_value("`float`")

    def __int__(self) -> int:
        raise self._no_value("`int`")

    def __index__(self) -> int:
        raise self._no_value("An index")

    def __iter__(self) -> Any:
        raise self._no_value("Iteration")

    def __hash__(self) -> int:
        return id(self)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds: all but the way it came, which the copied graph tells it."""
        return {**self.__dict__, "_keras_history": None}


class Node:
    """One call of an operation on symbolic tensors: its arguments and its outputs."""

    __slots__ = ("args", "kwargs", "operation", "outputs", "parents")

    def __init__(self, operation: Any, args: tuple, kwargs: dict, outputs: Any):
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = [t for t in tree.flatten(outputs) if isinstance(t, KerasTensor)]
        self.parents = self.inputs
        index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for tensor in self.parents:
            if tensor._keras_history is not None:
                tensor._keras_history.operation._outbound_nodes.append(self)
        for i, tensor in enumerate(self.outputs):
            tensor._keras_history = History(operation, index, i)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic tensors among the arguments, in order."""
        return [t for t in tree.flatten((self.args, self.kwargs)) if isinstance(t, KerasTensor)]

    @property
    def is_input(self) -> bool:
        """Whether the node stands for an input of the graph."""
        return not self.parents

    def fill(self, values: dict[int, Any]) -> tuple[tuple, dict]:
        """The arguments with each symbolic tensor replaced by `values[id(tensor)]`."""

        def value(leaf: Any) -> Any:
            return values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

        return tree.map_structure(value, self.args), tree.map_structure(value, self.kwargs)


class Operation:
    """Something that can be called on tensors and takes part in graphs: a layer or a function.

    Subclasses write `call`; `compute_output_spec` follows from it by abstract evaluation.

    Args:
        name: unique name; made from the class name if not given.
    """

    def __init__(self, name: str | None = None):
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(
                f"The name of a {type(self).__name__} must be a string without '/'; got {name!r}."
            )
        self.name = name or auto_name(to_snake_case(type(self).__name__))
        self._inbound_nodes: list[Node] = []
        self._outbound_nodes: list[Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic(args, kwargs):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the outputs."""
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Record a call on symbolic tensors and return the symbolic outputs."""
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic outputs for symbolic inputs."""
        return infer_output(self.call, *args, **kwargs)

    def get_config(self) -> dict:
        """The constructor's arguments, as plain values."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict) -> Operation:
        """An operation made from what `get_config` returned."""
        return cls(**config)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds: all but its calls, each of which belongs to a graph.

        So the copy of a layer takes no model with it, and that of a deep model no deep recursion.
        """
        calls = ("_inbound_nodes", "_outbound_nodes")
        return {key: value for key, value in self.__dict__.items() if key not in calls}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A graph that holds the operation may have entered its calls already.
        own = self.__dict__
        own.update(state, _inbound_nodes=own.get("_inbound_nodes", []))
        own.setdefault("_outbound_nodes", [])

    def _first_node(self, what: str) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} was never called on symbolic tensors, so it "
                f"has no `{what}`. Call it on a keras.Input(...) first."
            )
        return self._inbound_nodes[0]

    @property
    def input(self) -> Any:
        """The symbolic input of the first call; an error if there was none."""
        inputs = self._first_node("input").inputs
        return inputs[0] if len(inputs) == 1 else inputs

    @property
    def output(self) -> Any:
        """The symbolic output of the first call; an error if there was none."""
        outputs = self._first_node("output").outputs
        return outputs[0] if len(outputs) == 1 else outputs


def is_keras_tensor(x: Any) -> bool:
    """Whether this is a symbolic tensor.

    Args:
        x: anything.

    >>> keras.utils.is_keras_tensor(keras.Input((2,)))
    True
    """
    return isinstance(x, KerasTensor)


def any_symbolic(*structures: Any) -> bool:
    """Whether a symbolic tensor stands anywhere in these nested structures."""
    for item in structures:
        kind = type(item)
        if kind is KerasTensor:
            return True
        if kind is tuple or kind is list:
            if any_symbolic(*item):
                return True
        elif kind is dict:
            if any_symbolic(*item.values()):
                return True
        elif isinstance(item, (KerasTensor, tuple, list, dict)) and any(
            isinstance(leaf, KerasTensor) for leaf in tree.flatten(item)
        ):
            return True
    return False


# An unknown size is evaluated with two values; sizes of the result that follow it are unknown too.
PROBES = (83, 89)
DIVISIBLE_PROBES = (720720, 1441440)


def infer_output(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Symbolic outputs of a function of arrays, from abstract evaluation.

    Args:
        function: takes arrays where `args` and `kwargs` hold symbolic tensors.
        *args: arguments, symbolic tensors among them.
        **kwargs: likewise.

    Returns:
        The function's result with every array replaced by a `KerasTensor`.
    """
    leaves, places = _symbolic_leaves(args, kwargs)
    evaluate = _evaluator(function, args, kwargs, leaves, places)
    shapes = [leaves[i].shape for i in places]
    return _merge(_evaluate_twice(evaluate, shapes, PROBES))


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
                results = _evaluate_twice(evaluate, trial, pair)
            except (TypeError, ValueError, IndexError):
                continue
            return _merge(results)
    first_error.add_note(
        f"The symbolic inputs have the shapes {', '.join(map(str, shapes))}; sizes shown as "
        f"{probes[0]} stand for None."
    )
    raise first_error


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
    """A function from shapes (with unknown sizes replaced by `probe`) to the abstract result."""

    def run(*arrays: Any) -> Any:
        filled = list(leaves)
        for place, array in zip(places, arrays):
            filled[place] = array
        new_args, new_kwargs = tree.pack_sequence_as((args, kwargs), filled)
        return function(*new_args, **new_kwargs)

    def evaluate(shapes: list[tuple], probe: int) -> Any:
        structs = [
            jax.ShapeDtypeStruct(
                tuple(probe if d is None else d for d in shape), dtypes.canonical(leaves[i].dtype)
            )
            for i, shape in zip(places, shapes)
        ]
        return jax.eval_shape(lambda *arrays: _Box.wrap(run(*arrays)), *structs).structure

    return evaluate


def _evaluate_twice(evaluate: Callable, shapes: list[tuple], probes: tuple[int, int]) -> tuple:
    if all(d is not None for shape in shapes for d in shape):
        return (evaluate(shapes, probes[0]),)
    return evaluate(shapes, probes[0]), evaluate(shapes, probes[1])


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
    if not hasattr(first, "shape"):
        return first
    second = first if second is None else second
    shape = tuple(a if a == b else None for a, b in zip(first.shape, second.shape))
    return KerasTensor(shape, np.dtype(first.dtype).name)
