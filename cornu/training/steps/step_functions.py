"""One step as a function: `make_train_function` and its kin, for loops of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cornu import tree


class StepFunctions:
    """The functions that run one step of a model; a base of `Trainer`.

    `fit`, `evaluate` and `predict` run many steps at once and do not go through them.
    """

    train_function: Callable | None = None
    test_function: Callable | None = None
    predict_function: Callable | None = None

    def make_train_function(self, force: bool = False) -> Callable:
        """Make `train_function`: it takes an iterator of batches and trains on the next one.

        Args:
            force: whether to make it anew if there is one.

        Returns:
            The function, which returns the logs by name.

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> step = model.make_train_function()
        >>> sorted(step(iter([(np.ones((4, 2)), np.ones((4, 1)))])))
        ['loss']
        """
        return self._make_function("train", force)

    def make_test_function(self, force: bool = False) -> Callable:
        """Make `test_function`: it takes an iterator of batches and evaluates the next one.

        Args:
            force: whether to make it anew if there is one.
        """
        return self._make_function("test", force)

    def make_predict_function(self, force: bool = False) -> Callable:
        """Make `predict_function`: it takes an iterator and predicts for the next batch.

        Args:
            force: whether to make it anew if there is one.
        """
        return self._make_function("predict", force)

    def _make_function(self, kind: str, force: bool) -> Callable:
        name = f"{kind}_function"
        if force:
            self._programs_by_kind().pop(kind, None)
        if force or getattr(self, name) is None:
            setattr(self, name, lambda iterator: self._next_step(kind, iterator))
        return getattr(self, name)

    def _next_step(self, kind: str, iterator: Iterator) -> Any:
        data = next(iterator)
        x, y, weights = (*data, None, None)[:3] if isinstance(data, tuple) else (data, None, None)
        if kind == "predict":
            return self.predict_on_batch(x)
        self._require_compiled(f"{kind}_function")
        batch = self._make_feed(x, y, weights, len(tree.flatten(x)[0]), False).peek()
        self._symbolic_build(batch, train=kind == "train")
        return self._on_batch(kind, batch)
