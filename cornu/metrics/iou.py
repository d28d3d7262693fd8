"""Intersection over union of classes, for segmentation, from a confusion matrix."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from cornu import ops
from cornu.losses.tensors import align_weights, as_dtype
from cornu.metrics.base import Metric
from cornu.metrics.counting import ratio


class IoU(Metric):
    """Mean over some classes of overlap / union.

    Args:
        num_classes: number of classes.
        target_class_ids: the classes whose overlaps are averaged.
        name: its name.
        dtype: dtype of the counts, `"int32"` by default; `"float32"` for weights that are no
            whole numbers.
        ignore_class: number of a class whose targets do not count.
        sparse_y_true: whether targets are class indices, not one-hot vectors.
        sparse_y_pred: whether predictions are class indices, not scores.
        axis: the class axis of what is not sparse.

    Raises:
        ValueError: if a target class is none of the classes.

    >>> metric = keras.metrics.IoU(num_classes=2, target_class_ids=[0])
    >>> round(metric([0, 0, 1, 1], [0, 1, 0, 1]).item(), 4)
    0.3333
    """

    target_kinds = ("class indices",)

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(name=name, dtype="int32" if dtype is None else dtype)
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        outside = [c for c in self.target_class_ids if not 0 <= c < num_classes]
        if outside:
            raise ValueError(
                f"{type(self).__name__}: target_class_ids {outside} are none of the {num_classes} "
                f"classes, 0 to {num_classes - 1}."
            )
        self.total_confusion_matrix = self.add_variable(
            (num_classes, num_classes), "zeros", name="total_confusion_matrix"
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: class indices, or one-hot targets.
            y_pred: class indices, or scores.
            sample_weight: weights, a tensor shaped like the first axes of the class indices.
        """
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        if not self.sparse_y_true:
            y_true = jnp.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = jnp.argmax(y_pred, axis=self.axis)
        if y_true.size != y_pred.size:
            raise ValueError(
                f"Metric {self.name!r} takes as many targets as predictions; got class indices of "
                f"shape {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        weights = jnp.ones((), self.dtype)
        if sample_weight is not None:
            weights = align_weights(as_dtype(sample_weight, self.dtype), y_true)
        weights = jnp.broadcast_to(weights, y_true.shape).reshape(-1)
        y_true, y_pred = (y.reshape(-1).astype("int32") for y in (y_true, y_pred))
        known = (y_true >= 0) & (y_true < self.num_classes)
        known &= (y_pred >= 0) & (y_pred < self.num_classes)
        if self.ignore_class is not None:
            known &= y_true != self.ignore_class
        place = jnp.where(known, y_true * self.num_classes + y_pred, 0)
        new = jax.ops.segment_sum(jnp.where(known, weights, 0), place, self.num_classes**2)
        self.total_confusion_matrix.assign_add(new.reshape(self.num_classes, self.num_classes))

    def result(self) -> jax.Array:
        """The mean overlap of the classes that occurred; 0 if none did."""
        matrix = self.total_confusion_matrix.raw_value.astype("float32")
        overlap = jnp.diagonal(matrix)
        union = jnp.sum(matrix, axis=0) + jnp.sum(matrix, axis=1) - overlap
        chosen = jnp.asarray(self.target_class_ids, "int32")
        overlap, union = overlap[chosen], union[chosen]
        return ratio(jnp.sum(ratio(overlap, union)), jnp.sum(union > 0).astype("float32"))

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }


def without(config: dict, *keys: str) -> dict:
    """The config of a subclass that fixes these arguments."""
    return {key: value for key, value in config.items() if key not in keys}


class BinaryIoU(IoU):
    """Intersection over union of binary predictions.

    Args:
        target_class_ids: (0, 1) for the mean over both classes, or one of them.
        threshold: from it on a prediction means 1; None for predictions that are 0 or 1.
        name: its name.
        dtype: see `IoU`.

    >>> metric = keras.metrics.BinaryIoU(threshold=0.3)
    >>> round(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]).item(), 4)
    0.3333
    """

    target_kinds = ("binary",)

    def __init__(
        self,
        target_class_ids: Any = (0, 1),
        threshold: float | None = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            y_true: targets 0 or 1.
            y_pred: probabilities of the same shape.
            sample_weight: see `IoU.update_state`.
        """
        y_pred = ops.convert_to_tensor(y_pred)
        if self.threshold is not None:
            y_pred = (y_pred >= self.threshold).astype("int32")
        super().update_state(y_true, y_pred, sample_weight)

    def get_config(self) -> dict:
        """The constructor's arguments."""
        fixed = ("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**without(super().get_config(), *fixed), "threshold": self.threshold}


class MeanIoU(IoU):
    """Mean over all classes of overlap / union.

    Args:
        num_classes: number of classes.
        name: its name.
        dtype: see `IoU`.
        ignore_class: number of a class whose targets do not count.
        sparse_y_true: whether targets are class indices, not one-hot vectors.
        sparse_y_pred: whether predictions are class indices, not scores.
        axis: the class axis of what is not sparse.

    >>> metric = keras.metrics.MeanIoU(num_classes=2)
    >>> round(metric([0, 0, 1, 1], [0, 1, 0, 1]).item(), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            range(num_classes),
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=sparse_y_true,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return without(super().get_config(), "target_class_ids")


class OneHotIoU(IoU):
    """Mean over some classes of overlap / union, for one-hot targets.

    Args:
        num_classes: number of classes.
        target_class_ids: the classes whose overlaps are averaged.
        name: its name.
        dtype: see `IoU`.
        ignore_class: number of a class whose targets do not count.
        sparse_y_pred: whether predictions are class indices, not scores.
        axis: the class axis.

    >>> metric = keras.metrics.OneHotIoU(num_classes=2, target_class_ids=[0])
    >>> metric([[1, 0], [0, 1]], [[0.8, 0.2], [0.7, 0.3]]).item()
    0.5
    """

    target_kinds = ("one-hot",)

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            target_class_ids,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return without(super().get_config(), "sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """Mean over all classes of overlap / union, for one-hot targets.

    Args:
        num_classes: number of classes.
        name: its name.
        dtype: see `IoU`.
        ignore_class: number of a class whose targets do not count.
        sparse_y_pred: whether predictions are class indices, not scores.
        axis: the class axis.

    >>> metric = keras.metrics.OneHotMeanIoU(num_classes=2)
    >>> metric([[1, 0], [0, 1]], [[0.8, 0.2], [0.7, 0.3]]).item()
    0.25
    """

    target_kinds = ("one-hot",)

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ):
        super().__init__(
            num_classes,
            name=name,
            dtype=dtype,
            ignore_class=ignore_class,
            sparse_y_true=False,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )

    def get_config(self) -> dict:
        """The constructor's arguments."""
        return without(super().get_config(), "sparse_y_true")
