"""What a program was compiled for, and why again: the shape, dtype or size that changed."""

from __future__ import annotations

from typing import Any

import jax

# Compilations in one `fit` from which on it is said what makes them.
MANY = 5


class Compilations:
    """Counts the compilations of a program, each with its reason.

    Attributes:
        reasons: one sentence for each compilation.
    """

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self._known: set[Any] = set()
        self._last: tuple[dict[str, tuple], tuple] | None = None

    def __len__(self) -> int:
        return len(self.reasons)

    def start_anew(self) -> None:
        """The program was made anew: everything is compiled again."""
        self._known.clear()

    def is_new(self, arguments: Any, sizes: tuple[int, ...] = ()) -> bool:
        """Whether the program is compiled for these arguments now, which is then counted.

        Args:
            arguments: the arrays that the program is called with.
            sizes: numbers that are part of the program.
        """
        leaves, structure = jax.tree.flatten(arguments)
        key = (structure, sizes, *((leaf.shape, leaf.dtype) for leaf in leaves))
        if key in self._known:
            return False
        self._known.add(key)
        found = _described(arguments)
        self.reasons.append(_difference(self._last, (found, sizes)))
        self._last = found, sizes
        return True


def _described(arguments: Any) -> dict[str, tuple]:
    return {
        _place(path): (tuple(leaf.shape), str(leaf.dtype))
        for path, leaf in jax.tree_util.tree_leaves_with_path(arguments)
    }


def _place(path: tuple) -> str:
    """A leaf of a batch `(x, y, sample_weight)` in words."""
    if not path:
        return "x"
    head, *rest = path
    names = ("x", "y", "sample_weight")
    index = getattr(head, "idx", None)
    first = names[index] if index is not None and index < len(names) else str(head)
    return first + jax.tree_util.keystr(tuple(rest))


def _difference(before: tuple | None, now: tuple) -> str:
    if before is None:
        return "the first batch"
    (old, old_sizes), (new, new_sizes) = before, now
    if old.keys() != new.keys():
        return f"the parts of a batch changed from {list(old)} to {list(new)}"
    for place, (shape, dtype) in new.items():
        old_shape, old_dtype = old[place]
        if dtype != old_dtype:
            return f"the dtype of {place} changed from {old_dtype} to {dtype}"
        if shape != old_shape:
            return f"the shape of {place} changed from {old_shape} to {shape}"
    if old_sizes != new_sizes:
        return f"batch size, samples or results of a run changed from {old_sizes} to {new_sizes}"
    return "the step met state that it had not met before"


def advice(reasons: list[str]) -> str:
    """What to say to somebody whose steps are compiled again and again."""
    return (
        f"fit has compiled the training step {len(reasons)} times, which may take longer than the "
        f"training itself; the last time since {reasons[-1]}. Give all batches the same shapes and "
        "dtypes: pad sequences to one length (or a few), resize images, drop the last, smaller "
        "batch, or declare the size in keras.Input(...)."
    )
