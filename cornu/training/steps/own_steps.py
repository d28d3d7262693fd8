"""Steps that a model's class wrote itself: batches as Keras hands them over, results checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cornu.data import pack_x_y_sample_weight


def own_step(model: Any, kind: str, step: Callable, pure: bool) -> Callable:
    """The step as a program calls it, with a batch `(x, y, sample_weight)`.

    Args:
        model: the model, for messages.
        kind: "train", "test" or "predict".
        step: its `train_step`, `test_step` or `predict_step`.
        pure: whether it takes `(state, data)` and returns `(result, state)`.
    """
    where = f"{type(model).__name__} {model.name!r}: `{kind}_step`"

    def checked(result: Any) -> Any:
        if kind == "predict":
            return result
        # A training step without a return is forgotten; a test may be for its side effects.
        return {} if result is None and kind == "test" else flat_logs(result, where)

    if not pure:
        return lambda batch: checked(step(pack_x_y_sample_weight(*batch)))

    def stateless(state: tuple, batch: Any) -> tuple:
        returned = step(state, pack_x_y_sample_weight(*batch))
        if not isinstance(returned, (tuple, list)) or len(returned) != 2:
            what = "outputs" if kind == "predict" else "logs"
            raise ValueError(
                f"{where}(state, data) must return a pair `{what}, state`; got "
                f"{_described(returned)}."
            )
        result, new_state = returned
        if kind == "predict" and not _has_parts(new_state):
            # As in Keras: the non-trainable variables' values alone.
            new_state = (state[0], new_state)
        return checked(result), _like(state, new_state, where)

    return stateless


def flat_logs(logs: Any, where: str) -> dict[str, Any]:
    """Logs by name, in their own order; what a dict within the dict holds stands beside the rest.

    Args:
        logs: what a step returned: a mapping.
        where: the step, for messages.

    Raises:
        ValueError: for anything else.
    """
    if not isinstance(logs, Mapping):
        raise ValueError(
            f"{where} must return a dict from name to value, as "
            "`self.compute_metrics(x, y, y_pred)` or `{metric.name: metric.result()}` gives it; "
            f"got {_described(logs)}."
        )
    flat: dict[str, Any] = {}
    for name, value in logs.items():
        flat.update(flat_logs(value, where) if isinstance(value, Mapping) else {name: value})
    return flat


def _like(state: tuple, new_state: Any, where: str) -> tuple:
    """The new state, if it has the parts of the state that the step was given."""
    given = [len(group) for group in state]
    found = [len(group) for group in new_state] if _has_parts(new_state) else None
    if found != given:
        raise ValueError(
            f"{where}(state, data) must return the state in the parts in which it got it, lists of "
            f"{given} values; got {_described(new_state) if found is None else found}."
        )
    return tuple(new_state)


def _has_parts(state: Any) -> bool:
    groups = state if isinstance(state, (tuple, list)) else ()
    return bool(groups) and all(isinstance(group, (tuple, list)) for group in groups)


def _described(value: Any) -> str:
    if hasattr(value, "shape"):
        return f"a tensor of shape {tuple(value.shape)}"
    parts = f" of {len(value)} parts" if isinstance(value, (tuple, list)) else ""
    return f"{type(value).__name__}{parts}"
