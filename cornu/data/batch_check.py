"""`BatchCheck`: what a source gives, made into arrays, or refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cornu import tree
from cornu.data.arrays import is_array_like, is_number_list, to_array, to_arrays
from cornu.data.batch import unpack_x_y_sample_weight
from cornu.data.columns import as_column, is_column

NAMES = ("x", "y", "sample_weight")


class BatchCheck:
    """Takes batches apart and compares each with the first.

    Args:
        name: of the source, for messages.
    """

    def __init__(self, name: str):
        self._name = name
        self._first: tuple | None = None
        self._first_text = ""

    def __call__(self, batch: Any, where: str) -> tuple[Any, Any, Any]:
        """The parts `(x, y, sample_weight)` of a batch as arrays.

        Args:
            batch: `x`, `(x, y)` or `(x, y, sample_weight)`.
            where: which batch, for messages.

        Raises:
            ValueError: for a batch without x, single values, empty arrays, parts of different
                length, and another structure than that of the first batch.
        """
        parts = unpack_x_y_sample_weight(batch)
        if parts[0] is None:
            raise ValueError(
                f"{where} from the {self._name} is {batch!s:.60}, without inputs. Give x, "
                "(x, y) or (x, y, sample_weight), with arrays as parts."
            )
        of = f"{where} from the {self._name}"
        x, y, sample_weight = (
            _arrays(part, f"{name} in {of[0].lower()}{of[1:]}") for name, part in zip(NAMES, parts)
        )
        found = (x, y, sample_weight)
        signature = _signature(found)
        if self._first is None:
            self._first, self._first_text = signature, _described(found)
        elif signature != self._first:
            raise ValueError(
                f"{of} has another structure than the first one.\n"
                f"First:    {self._first_text}\nThis one: {_described(found)}\n"
                "All batches must have the same parts, with the same number of axes."
            )
        self._check_lengths(found, of)
        return found

    def _check_lengths(self, parts: tuple, of: str) -> None:
        lengths = {n: len(p) for n, p in zip(NAMES, parts) if hasattr(p, "shape")}
        # Graphs and the like may have inputs of several lengths; plain arrays have one.
        if len(set(lengths.values())) > 1:
            shown = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise ValueError(
                f"All parts of a batch must hold the same number of samples, but in "
                f"{of[0].lower()}{of[1:]} {shown}."
            )
        if 0 in lengths.values():
            raise ValueError(f"{of} holds no samples.")


def _arrays(part: Any, where: str) -> Any:
    if part is None:
        return None
    if is_column(part):
        return to_arrays(as_column(part).rows(slice(None)), where)
    if is_array_like(part) or is_number_list(part):
        if getattr(part, "ndim", 1) == 0:
            raise _single_value(part, where)
        return to_array(part, where)
    if isinstance(part, Mapping):
        return {key: _arrays(value, where) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        children = [_arrays(child, where) for child in part]
        return type(part)(*children) if hasattr(part, "_fields") else type(part)(children)
    raise _single_value(part, where)


def _single_value(value: Any, where: str) -> ValueError:
    if isinstance(value, (str, bytes)):
        return ValueError(
            f"{where} is the single value {value!r:.60}. If the data set gives records or samples, "
            "parse them and batch them first, for instance with its `map` and `batch` methods."
        )
    return ValueError(
        f"{where} is the single value {value!r:.60} of type {type(value).__name__}; the first axis "
        "must count the samples. If the data set gives samples, batch them first, for instance "
        "with its `batch` method."
    )


def _signature(parts: tuple) -> tuple:
    return tuple(
        (path, leaf.ndim, leaf.dtype.kind in "OSUT")
        for path, leaf in tree.flatten_with_path(parts)
        if leaf is not None
    )


def _described(parts: tuple) -> str:
    return ", ".join(
        f"{NAMES[path[0]]}{''.join(f'[{key!r}]' for key in path[1:])}: "
        f"{leaf.dtype.name} {tuple(leaf.shape)}"
        for path, leaf in tree.flatten_with_path(parts)
        if leaf is not None
    )
