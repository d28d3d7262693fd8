"""Steps in the pure style: `(state, data) -> (logs, state)`.

For models whose own `train_step(self, state, data)` is written against lists of values, as is the
custom with JAX. The state is `(trainable, non-trainable, optimizer, metrics)` variables' values;
without the optimizer's for tests, and without both for predictions.
"""

from __future__ import annotations

from typing import Any

from cornu.core.scope import StatelessScope


class StatelessSteps:
    """The pure forms of a model's steps."""

    def _groups(self, kind: str) -> list[list]:
        groups = [self.trainable_variables, self.non_trainable_variables]
        if kind == "train":
            groups.append(self.optimizer.variables)
        if kind != "predict":
            groups.append(self.metrics_variables)
        return groups

    def stateless_train_step(self, state: Any, data: Any) -> tuple:
        """`train_step` as a pure function of the state."""
        return _base_step(self, "train", state, data)

    def stateless_test_step(self, state: Any, data: Any) -> tuple:
        """`test_step` as a pure function of the state."""
        return _base_step(self, "test", state, data)

    def stateless_predict_step(self, state: Any, data: Any) -> tuple:
        """`predict_step` as a pure function of the state; of this it returns the second part."""
        outputs, (_, non_trainable) = _base_step(self, "predict", state, data)
        return outputs, non_trainable

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> tuple:
        """`compute_loss` as a pure function of the variables' values.

        Returns:
            `(loss, (trainable, non-trainable, metrics))` with the values behind.
        """
        groups = [self.trainable_variables, self.non_trainable_variables, self.metrics_variables]
        values = [trainable_variables, non_trainable_variables, metrics_variables]
        mapping = [pair for group, new in zip(groups, values) for pair in zip(group, new)]
        with StatelessScope(mapping) as scope:
            loss = self._loss_of(x, y, y_pred, sample_weight, training)
            after = tuple([scope.get_current_value(v) for v in group] for group in groups)
        return loss, after

    def compute_loss_and_updates(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any,
        y: Any,
        sample_weight: Any,
        training: bool = False,
        optimizer_variables: Any = None,
    ) -> tuple:
        """Loss of a batch as a pure function, in the form that `jax.value_and_grad` wants.

        Returns:
            `(scaled loss, (loss, y_pred, non-trainable, metrics))`.
        """
        groups = [self.trainable_variables, self.non_trainable_variables, self.metrics_variables]
        values = [trainable_variables, non_trainable_variables, metrics_variables]
        mapping = [pair for group, new in zip(groups, values) for pair in zip(group, new)]
        if training and optimizer_variables is not None:
            mapping += list(zip(self.optimizer.variables, optimizer_variables))
        with StatelessScope(mapping) as scope:
            y_pred = self(x, training=training)
            loss = self._loss_of(x, y, y_pred, sample_weight, training)
            scaled = self.optimizer.scale_loss(loss) if training else loss
            after = [[scope.get_current_value(v) for v in group] for group in groups[1:]]
        return scaled, (loss, y_pred, *after)


def _base_step(model: Any, kind: str, state: Any, data: Any) -> tuple:
    # The base's own step, so that an override of the pure form can call its super's.
    base = next(
        cls.__dict__[f"{kind}_step"]
        for cls in reversed(type(model).__mro__)
        if f"{kind}_step" in cls.__dict__
    )
    groups = model._groups(kind)
    mapping = [pair for group, values in zip(groups, state) for pair in zip(group, values)]
    with StatelessScope(mapping) as scope:
        result = base(model, data)
        new_state = tuple([scope.get_current_value(v) for v in group] for group in groups)
    return result, new_state
