"""Batches: tuples `(x, y, sample_weight)` and the shorter forms that users write."""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import tree


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """The three parts of a batch; those it does not have are None.

    Args:
        data: `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`. A list counts as a tuple.

    Raises:
        ValueError: for a tuple of another length.

    >>> import cornu as keras
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

    >>> import cornu as keras
    >>> keras.utils.pack_x_y_sample_weight(1, 2)
    (1, 2)
    """
    if y is None and sample_weight is None:
        # A list or tuple alone would be taken for the parts of the batch.
        return (x,) if isinstance(x, (list, tuple)) else x
    if sample_weight is None:
        return x, y
    return x, y, sample_weight


def class_weights_to_sample_weights(y: Any, class_weight: dict) -> np.ndarray:
    """The weight of each sample by its class.

    Args:
        y: classes as integers `(batch,)` or `(batch, 1)`, or one-hot `(batch, classes)`.
        class_weight: dict from class index to weight; classes not in it weigh 1.

    Returns:
        float32 array `(batch,)`.

    Raises:
        ValueError: if y is missing or a structure of several arrays.
    """
    leaves = [leaf for leaf in tree.flatten(y) if leaf is not None]
    if len(leaves) != 1 or tree.is_nested(y):
        raise ValueError(
            "class_weight needs exactly one array of targets y; got "
            f"{'none' if not leaves else f'a structure of {len(leaves)}'}. Pass sample_weight "
            "for models with several outputs."
        )
    classes = np.asarray(leaves[0])
    if classes.ndim > 1:
        classes = classes[..., 0] if classes.shape[-1] == 1 else np.argmax(classes, axis=-1)
    classes = np.round(classes).astype("int32")
    weights = np.ones(classes.shape, "float32")
    for index, weight in class_weight.items():
        weights[classes == int(index)] = weight
    return weights
