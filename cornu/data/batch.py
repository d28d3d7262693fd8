"""Batches: tuples `(x, y, sample_weight)` and the shorter forms that users write."""

from __future__ import annotations

from typing import Any


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """The three parts of a batch; those it does not have are None.

    Args:
        data: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`. A list counts as a tuple.

    Raises:
        ValueError: for a tuple of another length.

    >>> keras.utils.unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(
            f"A batch must be x, (x,), (x, y) or (x, y, sample_weight); got a tuple of {len(data)} "
            "parts. Put several inputs in a tuple of their own: ((x1, x2), y)."
        )
    return (*data, None, None)[:3]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The shortest form of a batch that `unpack_x_y_sample_weight` takes apart again.

    Args:
        x: inputs.
        y: targets, or None.
        sample_weight: weights of the samples, or None.

    >>> keras.utils.pack_x_y_sample_weight(1, 2)
    (1, 2)
    """
    if y is None and sample_weight is None:
        # A list or tuple alone would be taken for the parts of the batch.
        return (x,) if isinstance(x, (list, tuple)) else x
    if sample_weight is None:
        return x, y
    return x, y, sample_weight
