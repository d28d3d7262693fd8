"""Nested structures without JAX: what is a node, what is a leaf, and how to walk them.

Lists, tuples, named tuples and dicts (in key order; ordered dicts in theirs) are nodes. All else is
a leaf, None included, which is where this differs from `jax.tree`.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class MAP_TO_NONE:
    """What a function given to `traverse` returns to put None in a place.

    >>> tree = keras.tree
    >>> tree.traverse(lambda v: tree.MAP_TO_NONE if v == 1 else None, [1, 2])
    [None, 2]
    """


def is_nested(structure: Any) -> bool:
    """Whether this is a list, tuple or dict, rather than a leaf.

    Args:
        structure: anything.

    >>> keras.tree.is_nested([1]), keras.tree.is_nested(1)
    (True, False)
    """
    return isinstance(structure, (list, tuple, dict, Mapping))


def _is_namedtuple(structure: Any) -> bool:
    return isinstance(structure, tuple) and hasattr(structure, "_fields")


def _items(structure: Any) -> list[tuple[Any, Any]]:
    if isinstance(structure, Mapping):
        if isinstance(structure, OrderedDict):
            return list(structure.items())
        return [(key, structure[key]) for key in _sorted_keys(structure)]
    return list(enumerate(structure))


def _sorted_keys(structure: Mapping) -> list:
    try:
        return sorted(structure)
    except TypeError as error:
        raise TypeError(
            f"The keys of a dict in a nested structure must be sortable; got {list(structure)!r}."
        ) from error


def _rebuild(structure: Any, children: list) -> Any:
    """A node of the type of `structure` with these children, in the order of `_items`."""
    if _is_namedtuple(structure):
        return type(structure)(*children)
    if isinstance(structure, Mapping):
        by_key = dict(zip([key for key, _ in _items(structure)], children, strict=True))
        if isinstance(structure, defaultdict):
            return defaultdict(structure.default_factory, by_key)
        if type(structure) is dict:
            return {key: by_key[key] for key in structure}
        return type(structure)((key, by_key[key]) for key in structure)
    return type(structure)(children)


def flatten(structure: Any) -> list:
    """The leaves of a structure, in order.

    Args:
        structure: nested lists, tuples and dicts; the keys of dicts are sorted.

    >>> keras.tree.flatten({"b": [2, 3], "a": 1})
    [1, 2, 3]
    """
    if not is_nested(structure):
        return [structure]
    return [leaf for _, child in _items(structure) for leaf in flatten(child)]


def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """The leaves with the keys and indices that lead to each.

    Args:
        structure: nested lists, tuples and dicts.

    >>> keras.tree.flatten_with_path({"a": [5, 6]})
    [(('a', 0), 5), (('a', 1), 6)]
    """

    def walk(node: Any, path: tuple) -> Iterator[tuple[tuple, Any]]:
        if not is_nested(node):
            yield path, node
            return
        names = node._fields if _is_namedtuple(node) else None
        for key, child in _items(node):
            yield from walk(child, (*path, names[key] if names else key))

    return list(walk(structure, ()))


def map_structure(func: Callable, *structures: Any, none_is_leaf: bool = True) -> Any:
    """Apply a function to the leaves of structures of one shape.

    Args:
        func: takes one leaf of each structure.
        *structures: the structures; the result has the shape of the first.
        none_is_leaf: if False, None stays None and the function does not see it.

    >>> keras.tree.map_structure(lambda a, b: a + b, [1, (2,)], [10, (20,)])
    [11, (22,)]
    """
    if not structures:
        raise ValueError("map_structure needs at least one structure.")
    first = structures[0]
    if not is_nested(first):
        if first is None and not none_is_leaf:
            return None
        return func(*structures)
    for other in structures[1:]:
        _check_same_node(first, other, ())
    children = [[child for _, child in _items(s)] for s in structures]
    mapped = [map_structure(func, *row, none_is_leaf=none_is_leaf) for row in zip(*children)]
    return _rebuild(first, mapped)


def map_structure_up_to(shallow_structure: Any, func: Callable, *structures: Any) -> Any:
    """Apply a function to what stands where the shallow structure has its leaves.

    Args:
        shallow_structure: says how deep to go.
        func: called with the parts of the structures.
        *structures: at least as deep as the shallow one.

    >>> keras.tree.map_structure_up_to([0, 0], len, [[1, 2], [3]])
    [2, 1]
    """
    if not is_nested(shallow_structure):
        return func(*structures)
    for other in structures:
        _check_same_node(shallow_structure, other, ())
    rows = zip(*([child for _, child in _items(s)] for s in (shallow_structure, *structures)))
    mapped = [map_structure_up_to(row[0], func, *row[1:]) for row in rows]
    return _rebuild(shallow_structure, mapped)


def map_shape_structure(func: Callable, structure: Any) -> Any:
    """Apply a function to the shapes (tuples or lists of ints and None) in a structure.

    Args:
        func: called with each shape, as a tuple.
        structure: a shape, or nested lists, tuples and dicts of shapes.

    >>> keras.tree.map_shape_structure(len, {"a": (None, 2), "b": [3]})
    {'a': 2, 'b': 1}
    """
    if is_shape(structure):
        return func(tuple(structure))
    if not is_nested(structure):
        raise ValueError(f"Expected a shape or a nested structure of shapes; got {structure!r}.")
    return _rebuild(structure, [map_shape_structure(func, child) for _, child in _items(structure)])


def is_shape(structure: Any) -> bool:
    """Whether this is a tuple or list that holds only ints and None."""
    return isinstance(structure, (list, tuple)) and all(
        d is None or (hasattr(d, "__index__") and not is_nested(d)) for d in structure
    )


def traverse(func: Callable, structure: Any, top_down: bool = True) -> Any:
    """Walk a structure and replace each node or leaf for which the function returns a value.

    Args:
        func: called with every node and leaf; None means "leave it", `MAP_TO_NONE` puts None.
        structure: what to walk.
        top_down: whether a node is seen before its children (which are then not walked if the
            node was replaced) or after them.

    >>> keras.tree.traverse(lambda v: v * 2 if isinstance(v, int) else None, [1, {"a": 2}])
    [2, {'a': 4}]
    """

    def replaced(value: Any) -> Any:
        return None if value is MAP_TO_NONE else value

    if top_down:
        found = func(structure)
        if found is not None:
            return replaced(found)
    if is_nested(structure):
        children = [traverse(func, child, top_down) for _, child in _items(structure)]
        structure = _rebuild(structure, children)
    if not top_down:
        found = func(structure)
        if found is not None:
            return replaced(found)
    return structure


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """Put leaves back into the shape of a structure.

    Args:
        structure: the shape; its leaves do not count.
        flat_sequence: the leaves, in order.

    Raises:
        ValueError: if the number of leaves differs.

    >>> keras.tree.pack_sequence_as([0, (0, 0)], [1, 2, 3])
    [1, (2, 3)]
    """
    leaves = list(flat_sequence)
    wanted = len(flatten(structure))
    if wanted != len(leaves):
        raise ValueError(
            f"The structure has {wanted} leaves but {len(leaves)} values were given to fill it."
        )
    supply = iter(leaves)
    return map_structure(lambda _: next(supply), structure)


def assert_same_structure(a: Any, b: Any) -> None:
    """Raise an error unless both structures have the same nodes, types included.

    Args:
        a: nested lists, tuples and dicts.
        b: likewise.

    Raises:
        ValueError: naming the path of the first difference.

    >>> keras.tree.assert_same_structure([1, (2,)], [3, (4,)])
    """

    def walk(a: Any, b: Any, path: tuple) -> None:
        if not is_nested(a) and not is_nested(b):
            return
        _check_same_node(a, b, path)
        for (key, x), (_, y) in zip(_items(a), _items(b)):
            walk(x, y, (*path, key))

    walk(a, b, ())


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise an error unless the leaves of both structures lie under the same keys and indices.

    Args:
        a: nested lists, tuples and dicts.
        b: likewise.

    Raises:
        ValueError: naming the paths that only one of them has.

    >>> keras.tree.assert_same_paths([1, (2,)], (3, [4]))
    """
    paths_a = {path for path, _ in flatten_with_path(a)}
    paths_b = {path for path, _ in flatten_with_path(b)}
    if paths_a != paths_b:
        raise ValueError(
            f"The structures differ: only the first has {sorted(paths_a - paths_b, key=str)}, "
            f"only the second has {sorted(paths_b - paths_a, key=str)}."
        )


def lists_to_tuples(structure: Any) -> Any:
    """The structure with every list turned into a tuple.

    Args:
        structure: nested lists, tuples and dicts.

    >>> keras.tree.lists_to_tuples([1, [2]])
    (1, (2,))
    """
    return traverse(
        lambda node: tuple(node) if isinstance(node, list) else None, structure, top_down=False
    )


def _check_same_node(a: Any, b: Any, path: tuple) -> None:
    where = f" at {list(path)}" if path else ""
    if not is_nested(a) or not is_nested(b):
        raise ValueError(f"The structures differ{where}: {_kind(a)} against {_kind(b)}.")
    mappings = isinstance(a, Mapping), isinstance(b, Mapping)
    if mappings == (True, True):
        if set(a) != set(b):
            raise ValueError(
                f"The structures differ{where}: keys {_sorted_keys(a)} against {_sorted_keys(b)}."
            )
        return
    if any(mappings) or type(a) is not type(b):
        raise ValueError(f"The structures differ{where}: {_kind(a)} against {_kind(b)}.")
    if len(a) != len(b):
        raise ValueError(f"The structures differ{where}: length {len(a)} against {len(b)}.")


def _kind(node: Any) -> str:
    return f"a {type(node).__name__}" if is_nested(node) else f"the leaf {node!r}"
