"""What a model does with one batch, unless it has steps of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import tree
from cornu.core import masking
from cornu.core.gradients import value_and_grad
from cornu.data import unpack_x_y_sample_weight
from cornu.engine.user_warnings import warn


class DefaultSteps:
    """The steps of training, evaluation and prediction that users override; a base of `Trainer`."""

    def train_step(self, *args: Any) -> Any:
        """One update from one batch; override it to train in another way.

        Called as `train_step(data)`, where it reads and assigns Variables, or in the pure style as
        `train_step(state, data)`, where it returns `(logs, state)`.

        Args:
            *args: `(data,)` or `(state, data)`; data is `(x, y, sample_weight)`.

        Returns:
            Logs by name, and the new state in the pure style.
        """
        if len(args) == 2:
            return self.stateless_train_step(*args)
        x, y, sample_weight = unpack_x_y_sample_weight(args[0])
        call = self._call_with_training(True)

        def objective() -> tuple:
            y_pred = call(x)
            loss = self._loss_of(x, y, y_pred, sample_weight, training=True)
            self._require_a_loss()
            self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
            return self.optimizer.scale_loss(loss), (y_pred, masking.get_masks(y_pred))

        variables = self.trainable_variables
        if variables:
            (_, (y_pred, mask)), gradients = value_and_grad(objective, variables, has_aux=True)()
            self.optimizer.apply(gradients, variables)
        else:
            warn(f"Model {self.name!r} has no trainable weights.")
            _, (y_pred, mask) = objective()
        if mask is not None:
            masking.set_masks(y_pred, mask)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def _require_a_loss(self) -> None:
        """Raise an error if there was nothing to minimise in this step."""
        if self._compile_loss is None and self._has_plain_loss() and not self.losses:
            raise ValueError(
                f"Model {self.name!r} was compiled without a loss, and no layer adds one, so there "
                "is nothing to train for. Pass `loss=...` to compile, call `add_loss` in a layer, "
                "or override `compute_loss` or `train_step`."
            )

    def test_step(self, *args: Any) -> Any:
        """Loss and metrics of one batch; override it to evaluate in another way."""
        if len(args) == 2:
            return self.stateless_test_step(*args)
        x, y, sample_weight = unpack_x_y_sample_weight(args[0])
        y_pred = self._call_with_training(False)(x)
        loss = self._loss_of(x, y, y_pred, sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, *args: Any) -> Any:
        """Outputs of one batch; override it to predict in another way."""
        if len(args) == 2:
            return self.stateless_predict_step(*args)
        x, _, _ = unpack_x_y_sample_weight(args[0])
        return self._call_with_training(False)(x)

    def _call_with_training(self, training: bool) -> Callable:
        return lambda x: self(x, training=training)


def _batch_size(x: Any) -> int:
    first = next((leaf for leaf in tree.flatten(x) if hasattr(leaf, "shape")), None)
    return 1 if first is None or not first.shape else first.shape[0]
