"""`DataCheck`: data that a model cannot learn from are found before the training, not by a NaN.

Arrays are looked at once, as a whole. Of a stream the first batch is looked at; of the others only
what would go wrong silently and costs two passes over a few integers: class indices and ids.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cornu import tree
from cornu.data import ArrayFeed
from cornu.training.checks.heads import check_accuracy, check_heads, check_single_softmax
from cornu.training.checks.inputs import (
    check_complex,
    check_ids,
    check_names,
    check_range,
    tables_behind,
)
from cornu.training.checks.nonfinite import explain_loss, explain_outputs
from cornu.training.checks.targets import (
    check_shape,
    check_values,
    check_weights,
    is_numbers,
    number_of_classes,
    settings_of,
)
from cornu.training.outputs import per_output, targets_per_output
from cornu.training.steps.own_steps import is_overridden


class DataCheck:
    """What one call of `fit`, `evaluate`, `predict` or their kin looks at in its data.

    Args:
        model: a model.
        kind: `"train"`, `"test"` or `"predict"`.
        argument: where the targets were passed, for messages.
    """

    def __init__(self, model: Any, kind: str, argument: str = "y"):
        self.model, self.kind, self.argument = model, kind, argument
        # A step of the user's own may read anything in the data.
        self.reads_plainly = not is_overridden(model, f"{kind}_step")
        self.example: tuple | None = None
        self._looked = False
        self._limits: list[tuple[int, tuple, int]] = []
        self._explained = False

    def whole(self, feed: Any) -> DataCheck:
        """Look at data that is in memory; `batch` is for all other.

        Raises:
            ValueError: for data that cannot be meant.
        """
        if type(feed) is ArrayFeed:
            self._look(feed.arrays, whole=True)
        return self

    def batch(self, parts: tuple) -> None:
        """Look at a batch `(x, y, sample_weight)`: closely at the first.

        Raises:
            ValueError: for data that cannot be meant.
        """
        if not self._looked:
            self._look(parts, whole=False)
            return
        for part, path, limit in self._limits:
            leaf = parts[part]
            for key in path:
                leaf = leaf[key]
            if leaf.min() < 0 or leaf.max() >= limit:
                self._look(parts, whole=False)

    def explain(self, loss: Any, parts: tuple | None = None) -> None:
        """Say which data made a loss NaN or infinite, once.

        Args:
            loss: its value.
            parts: the batch that it is of; what was looked at by default.
        """
        if loss is None or self._explained or np.ndim(loss) or np.isfinite(loss):
            return
        self._explained = True
        explain_loss(self.model, loss, parts or self.example, self.kind == "train")

    def explain_outputs(self, outputs: Any) -> None:
        """Say which inputs made predictions NaN or infinite."""
        if self.example is not None:
            explain_outputs(self.model, outputs, self.example[0])

    def _look(self, parts: tuple, whole: bool) -> None:
        self.example, self._looked = parts, True
        if not self.reads_plainly:
            return
        x, y, weights = parts
        if getattr(self.model, "_host_stage", None) is None:
            self._look_at_inputs(x, y)
        if self.kind == "predict" or is_overridden(self.model, "compute_loss"):
            return
        check_single_softmax(self.model)
        loss = self.model._compile_loss
        if loss is not None and loss.functions is not None and y is not None:
            self._look_at_targets(loss, y, weights, whole)

    def _look_at_inputs(self, x: Any, y: Any) -> None:
        check_names(self.model, x)
        check_complex(self.model, x, y)
        check_range(self.model, x, y)
        for array, layer in tables_behind(self.model, x):
            check_ids(array, layer)
            self._watch(0, x, array, layer.input_dim)

    def _look_at_targets(self, loss: Any, y: Any, weights: Any, whole: bool) -> None:
        names, functions, shapes = loss.names, loss.functions, loss.output_shapes
        targets = targets_per_output(y, names, loss.loss)
        weights = per_output(weights, names, "sample_weight")
        check_heads(self.model, names, functions)
        for name, function, target, weight, shape in zip(
            names, functions, targets, weights, shapes
        ):
            place = f"{self.argument} of {name!r}" if len(names) > 1 else self.argument
            check_weights(self.model, "sample_weight", weight, whole)
            check_shape(self.model, place, name, function, target, shape)
            check_values(self.model, place, name, function, target, weight, shape)
            if is_numbers(target):
                classes = number_of_classes(function, shape, target.shape)
                if classes is not None and not settings_of(function).get("ignore_class"):
                    self._watch(1, y, target, classes)
        check_accuracy(self.model, names, functions, targets)

    def _watch(self, part: int, structure: Any, array: np.ndarray, limit: int) -> None:
        """Look at these numbers in each batch."""
        for path, leaf in tree.flatten_with_path(structure):
            if leaf is array and (part, tuple(path), limit) not in self._limits:
                self._limits.append((part, tuple(path), limit))
