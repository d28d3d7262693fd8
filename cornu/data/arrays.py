"""What users pass as arrays, made into NumPy or JAX arrays of equal length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from cornu import tree
from cornu.core.host_stage import holds_strings, strings_as_arrays
from cornu.core.variable import Variable
from cornu.data.columns import as_column, is_column
from cornu.data.tables import is_table, table_to_array
from cornu.engine import dtypes
from cornu.engine.foreign import is_foreign_tensor, to_numpy
from cornu.ops.symbolic import KerasTensor


def is_array_like(value: Any) -> bool:
    """Whether this is an array, tensor, data frame, a column of one, or rows read when needed."""
    return (
        isinstance(value, (np.ndarray, jax.Array, Variable))
        or is_table(value)
        or is_column(value)
        or is_foreign_tensor(value)
    )


def is_array_structure(structure: Any) -> bool:
    """Whether this is an array, a list of numbers, or a nested structure of these."""
    if is_array_like(structure) or is_number_list(structure):
        return True
    if not tree.is_nested(structure) or not len(structure):
        return False
    children = structure.values() if isinstance(structure, dict) else structure
    return all(child is None or is_array_structure(child) for child in children)


def is_number_list(value: Any) -> bool:
    """Whether this is a list of numbers or strings, or of such lists, rather than of arrays."""
    if not isinstance(value, (list, tuple)) or not value:
        return False
    return all(
        isinstance(item, (bool, int, float, str, bytes, np.generic)) or is_number_list(item)
        for item in value
    )


def to_arrays(structure: Any, where: str) -> Any:
    """A nested structure of what users pass, as arrays.

    Args:
        structure: arrays, tensors, data frames, lists of numbers, or a structure of these.
        where: what it is, for messages: `"x"`.

    Returns:
        The same structure of NumPy and JAX arrays, and of `Column`s for data that is not read as a
        whole. Floats become the default float type; an array that has it already is not copied.

    Raises:
        ValueError: for what cannot be made an array, and for scalars.
    """
    if structure is None:
        return None
    if is_column(structure):
        return as_column(structure)
    if is_array_like(structure) or is_number_list(structure):
        return to_array(structure, where)
    if isinstance(structure, Mapping):
        return {key: to_arrays(value, f"{where}[{key!r}]") for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        if structure and all(item is None for item in structure):
            raise ValueError(
                f"{where} is a list of {len(structure)} times None, which is no data. Leave it out."
            )
        children = [to_arrays(v, f"{where}[{i}]") for i, v in enumerate(structure)]
        return (
            type(structure)(*children)
            if hasattr(structure, "_fields")
            else type(structure)(children)
        )
    if isinstance(structure, (bool, int, float)):
        given = where.partition("[")[0]
        raise ValueError(
            f"{where} is the single number {structure!r}; "
            + (
                "weights by class are passed as class_weight."
                if given == "sample_weight" != where
                else f"it must be an array with one value per sample, such as "
                f"numpy.full(len(x), {structure!r})."
            )
        )
    if where == "sample_weight" and isinstance(structure, str):
        raise ValueError(
            f"sample_weight={structure!r} is a string; it must be an array with one weight per "
            "sample. Weights by class, 'balanced' among them, are passed as class_weight."
        )
    raise ValueError(
        f"{where} is of type {type(structure).__name__}, which is no data. Pass a NumPy, JAX or "
        "torch array, a data frame, a list of numbers, a dict or list of these, a PyDataset, a "
        "generator, or a data set to iterate over."
    )


def to_array(value: Any, where: str) -> np.ndarray | jax.Array:
    """One array, with at least one axis.

    Raises:
        ValueError: for scalars, dates, records, masked values, and objects that are no numbers.
    """
    array = _unwrapped(value, where)
    if array.ndim == 0:
        raise ValueError(
            f"{where} is a single number; the first axis must count the samples. If it is one of a "
            "list of numbers, make an array of the list: numpy.array(...)."
        )
    if isinstance(array, np.ndarray):
        array = _checked(array, where)
    floatx = dtypes.standardize_dtype(None)
    if np.issubdtype(array.dtype, np.floating) and array.dtype.name != floatx:
        # What is beyond the type becomes infinite; the check of the loss reports it.
        with np.errstate(over="ignore"):
            array = array.astype(floatx)
    return array


def _unwrapped(value: Any, where: str) -> np.ndarray | jax.Array:
    if isinstance(value, (np.ndarray, jax.Array)):
        return value
    if isinstance(value, Variable):
        return value.raw_value
    if is_table(value):
        return table_to_array(value, where)
    if isinstance(value, KerasTensor):
        raise ValueError(
            f"{where} is a symbolic tensor, {value!r}, which stands for data to come. Pass arrays."
        )
    if is_foreign_tensor(value):
        return to_numpy(value, where)
    try:
        # Strings stay Python's: NumPy's own take the length of the longest each.
        return np.asarray(value, object if holds_strings(value) else None)
    except ValueError as error:
        raise ValueError(
            f"{where} is a list whose items differ in length, so it is no array. Pad the items, "
            "for instance with `keras.utils.pad_sequences`."
        ) from error


def _checked(array: np.ndarray, where: str) -> np.ndarray:
    """The array, unless it holds what no model can read."""
    if isinstance(array, np.ma.MaskedArray):
        masked = int(np.ma.count_masked(array))
        if masked:
            raise ValueError(
                f"{where} is a masked array with {masked} masked values, which a model would read "
                "as numbers. Fill them, for instance with `x.filled(0)`, and pass sample weights "
                "where they must not count."
            )
        array = array.data
    if array.dtype.kind in "mM":
        raise ValueError(
            f"{where} holds dates or times ({array.dtype}). Make numbers of them first, for "
            "instance days: `(x - x.min()) / numpy.timedelta64(1, 'D')`."
        )
    if array.dtype.names is not None:
        raise ValueError(
            f"{where} is an array of records with the fields {array.dtype.names}. Pass a dict of "
            "them, `{name: x[name] for name in x.dtype.names}`."
        )
    return _from_objects(array, where) if array.dtype == object else array


def _from_objects(array: np.ndarray, where: str) -> np.ndarray:
    if all(isinstance(item, (str, bytes)) for item in array.flat):
        return array
    try:
        return array.astype(dtypes.standardize_dtype(None))
    except (TypeError, ValueError) as error:
        numbers = (bool, int, float, np.number)
        odd = next((v for v in array.flat if not isinstance(v, numbers)), array.flat[0])
        raise ValueError(
            f"{where} holds Python objects that are not all numbers, such as {odd!r:.60} of type "
            f"{type(odd).__name__}. Make numbers or strings of all, and pass a dict of columns, "
            "`dict(frame)`, if it is a data frame with columns of different kinds."
        ) from error


def common_length(parts: dict[str, Any]) -> int:
    """The number of samples, the same in all arrays.

    Args:
        parts: from the names x, y and sample_weight to structures of arrays, or None.

    Raises:
        ValueError: if there are no samples, or the lengths differ.
    """
    lengths = {
        name: [len(array) for array in tree.flatten(part) if array is not None]
        for name, part in parts.items()
    }
    lengths = {name: found for name, found in lengths.items() if found}
    distinct = {length for found in lengths.values() for length in found}
    if len(distinct) > 1:
        shown = ", ".join(
            f"{name} has {' and '.join(map(str, dict.fromkeys(found)))}"
            for name, found in lengths.items()
        )
        lists = [name for name, part in parts.items() if isinstance(part, (list, tuple))]
        of_samples = [name for name in lists if len(parts[name]) in distinct - {1}]
        raise ValueError(
            f"All arrays must hold the same number of samples, but {shown}. "
            + (
                f"If {of_samples[0]} is a list of samples, make one array of it: "
                f"numpy.stack({of_samples[0]}). A list of arrays holds one array per input."
                if of_samples
                else "Check how they were sliced; the first axis counts the samples."
            )
        )
    if not distinct or distinct == {0}:
        raise ValueError("There is no data: the arrays hold no samples.")
    return distinct.pop()


def train_validation_split(arrays: Any, validation_split: float | Callable) -> tuple[Any, Any]:
    """Split off the last part of arrays for validation.

    Args:
        arrays: nested structure of arrays of one length, such as `(x, y, sample_weight)`; None
            stays None.
        validation_split: fraction of the samples that goes to the second part, from 0 to 1; or a
            function that takes the structure and returns both parts.

    Returns:
        The structure with the first samples, and that with the last.

    Raises:
        ValueError: for data other than arrays, or if either part would be empty.

    >>> from cornu.data import train_validation_split
    >>> train, validation = train_validation_split(np.arange(4), 0.25)
    >>> train.tolist(), validation.tolist()
    ([0, 1, 2], [3])
    """
    if type(arrays) is tuple and arrays:
        arrays = (strings_as_arrays(arrays[0]), *arrays[1:])
    for leaf in tree.flatten(arrays):
        if leaf is not None and not is_array_like(leaf):
            raise ValueError(
                f"validation_split needs arrays, but got data of type {type(leaf).__name__}. Pass "
                "validation_data instead."
            )
    if callable(validation_split):
        return validation_split(arrays)
    if isinstance(validation_split, str) or not 0 < validation_split < 1:
        raise ValueError(
            f"validation_split={validation_split!r} must be a fraction of the samples, a number "
            "between 0 and 1, such as 0.2."
        )
    arrays = to_arrays(arrays, "x")
    count = common_length({"x": arrays})
    first = int(np.floor(count * (1.0 - validation_split)))
    if first == 0 or first == count:
        raise ValueError(
            f"validation_split={validation_split} leaves no samples for "
            f"{'training' if first == 0 else 'validation'}: there are {count} in all. Pass more "
            "data or another fraction."
        )
    return (
        tree.map_structure(lambda a: None if a is None else a[:first], arrays),
        tree.map_structure(lambda a: None if a is None else a[first:], arrays),
    )
