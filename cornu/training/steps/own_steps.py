"""Steps that a model's class wrote itself: batches as Keras hands them over, results checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cornu.core.call_spec import call_signature
from cornu.core.state import pure, read, write
from cornu.data import pack_x_y_sample_weight
from cornu.training.model_state import groups_of


def base_method(model: Any, name: str) -> Callable:
    """The method of that name which all models have, below those of subclasses."""
    return next(vars(cls)[name] for cls in reversed(type(model).__mro__) if name in vars(cls))


def is_overridden(model: Any, name: str) -> bool:
    """Whether the model's class, or the object, has a method of its own of that name."""
    method = getattr(model, name)
    return getattr(method, "__func__", method) is not base_method(model, name)


def is_plain(model: Any, kind: str) -> bool:
    """Whether the logs of a model's step are just the values of its metrics."""
    own = (f"{kind}_step", "compute_metrics", "get_metrics_result")
    return kind != "predict" and not any(is_overridden(model, name) for name in own)


def step_of(model: Any, kind: str, eager: bool = False) -> Callable:
    """A model's step as programs call it: with a batch `(x, y, sample_weight)`, stateful.

    Args:
        model: a model.
        kind: "train", "test" or "predict".
        eager: whether it shall run without compilation.

    Raises:
        ValueError: if a step in the pure style shall run eagerly.
    """
    step, name = getattr(model, f"{kind}_step"), f"{kind}_step"
    if not is_overridden(model, name):
        return step
    where = f"{type(model).__name__} {model.name!r}: `{name}`"
    if is_pure(step):
        if eager:
            raise ValueError(
                f"A pure `{name}(state, data)` cannot run eagerly; write `{name}(data)`."
            )
        return _stateful(model, kind, step, where)
    return lambda batch: _checked(kind, step(pack_x_y_sample_weight(*batch)), where)


def is_pure(step: Callable) -> bool:
    """Whether a step takes `(state, data)` and returns `(result, state)`, as is JAX's custom."""
    signature = call_signature(getattr(step, "__func__", step))
    return (len(signature.names) or 2 * signature.takes_any_place) == 2


def _stateful(model: Any, kind: str, step: Callable, where: str) -> Callable:
    def stateful(batch: Any) -> Any:
        groups = list(groups_of(model, kind).values())
        values = tuple(read(groups))
        returned = step(values, pack_x_y_sample_weight(*batch))
        if not isinstance(returned, (tuple, list)) or len(returned) != 2:
            what = "outputs" if kind == "predict" else "logs"
            raise ValueError(
                f"{where}(state, data) must return a pair `{what}, state`; got "
                f"{_described(returned)}."
            )
        result, new = returned
        if kind == "predict" and not _has_parts(new):
            # As in Keras: the non-trainable variables' values alone.
            new = (values[0], new)
        result = _checked(kind, result, where)
        for variables, new_values in zip(groups, _like(values, new, where)):
            write(variables, list(new_values))
        return result

    return stateful


def _checked(kind: str, result: Any, where: str) -> Any:
    if kind == "predict":
        return result
    # A training step without a return is forgotten; a test may be for its side effects.
    return {} if result is None and kind == "test" else flat_logs(result, where)


def pure_base_step(model: Any, kind: str, state: Any, data: Any) -> tuple[Any, tuple]:
    """The step that all models have, as a pure function of the values of the model's groups.

    An override in the pure style can call it as its super's.
    """
    step, groups = base_method(model, f"{kind}_step"), list(groups_of(model, kind).values())
    result, new = pure(lambda: step(model, data), groups)(list(map(list, state)))
    return result, tuple(new)


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
