"""What a user passed to `compile`, checked there and not at the first batch.

Names are looked up without making objects of them, since a metric brings Variables with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cornu import metrics, optimizers, tree
from cornu.core.identifiers import check_identifier
from cornu.engine.user_warnings import warn
from cornu.losses.lookup import BY_NAME as LOSSES
from cornu.metrics.lookup import BY_NAME as METRICS
from cornu.training.compiled_metrics import ACCURACY, CROSSENTROPY, metrics_per_output
from cornu.training.outputs import output_names, per_output


def optimizer_of(given: Any) -> Any:
    """The optimizer passed to `compile`, None included.

    Raises:
        ValueError: if it is none.
    """
    try:
        return optimizers.get(given)
    except (ValueError, TypeError) as error:
        raise type(error)(f"compile: optimizer={given!r}: {error}") from error


def outputs_known(model: Any) -> list[str] | None:
    """Names of the model's outputs; None where only the first call tells them."""
    outputs = getattr(model, "_outputs_struct", None)
    if outputs is None or not tree.flatten(outputs):
        return None
    return output_names(outputs, getattr(model, "output_names", None))


def check_loss(loss: Any, names: list[str] | None) -> None:
    """Refuse what no output can be trained for.

    Args:
        loss: as passed to `compile`.
        names: of the outputs; None if they are not known yet.

    Raises:
        ValueError: naming the argument, what came, and names close to it.
    """

    def check(value: Any, place: str) -> None:
        if isinstance(value, metrics.Metric):
            raise ValueError(
                f"{place}={value!r} is a metric, which counts over batches; a loss was expected. "
                "Pass a loss, such as 'mse' or keras.losses.MeanSquaredError(), and the metric in "
                "`metrics`."
            )
        if not (isinstance(value, str) and value in CROSSENTROPY):
            check_identifier(value, "loss", LOSSES, place)

    _check_entries("loss", loss, names, check)


def check_metrics(argument: str, given: Any, names: list[str] | None) -> None:
    """Refuse what cannot be measured.

    Args:
        argument: `"metrics"` or `"weighted_metrics"`.
        given: as passed to `compile`.
        names: of the outputs; None if they are not known yet.

    Raises:
        ValueError: naming the argument, what came, and names close to it.
    """
    if given is not None and not isinstance(given, (list, tuple, dict)):
        raise ValueError(
            f"compile: {argument} must be a list, or a dict from output name to a list; got "
            f"{given!r}. Write {argument}=[{given!r}]."
        )

    def check(value: Any, place: str) -> None:
        if not (isinstance(value, str) and value in ACCURACY | CROSSENTROPY):
            check_identifier(value, "metric", METRICS, place)

    _check_entries(argument, given, names, check)
    if names is not None:
        metrics_per_output(given, names, argument)


def check_loss_weights(weights: Any, names: list[str] | None) -> None:
    """Refuse weights of losses that are no numbers, or belong to no output.

    Args:
        weights: as passed to `compile`.
        names: of the outputs; None if they are not known yet.

    Raises:
        ValueError: naming the place and what came.
    """

    def check(value: Any, place: str) -> None:
        if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
            raise ValueError(
                f"{place}={value!r} of type {type(value).__name__} is no number. Give a number "
                "by which the loss of the output is multiplied."
            )

    _check_entries("loss_weights", weights, names, check)


def warn_of_unused_validation(split: Any, data: Any, steps: Any) -> None:
    """Warn of arguments of `fit` for a validation that is not made, or made of other data.

    Args:
        split: `validation_split`.
        data: `validation_data`.
        steps: `validation_steps`.
    """
    if split and data is not None:
        warn(
            f"fit: validation_split={split} has no effect beside validation_data: all of x is "
            "trained on. Pass one of the two."
        )
    if steps is not None and data is None and not split:
        warn(
            f"fit: validation_steps={steps} has no effect without validation_data or "
            "validation_split, so there will be no val_loss. Pass the data too."
        )


def _check_entries(argument: str, given: Any, names: list[str] | None, check: Callable) -> None:
    is_list = isinstance(given, (list, tuple)) and argument.startswith("loss")
    is_dict = isinstance(given, dict) and bool(given) and not _is_config(given)
    if names is not None and (is_list or is_dict):
        found = per_output(given, names, f"compile: {argument}")
        if len(names) == 1 and found[0] is given:
            came = f"{len(given)} entries" if is_list else f"entries for {list(given)}"
            raise ValueError(
                f"compile: {argument} has {came}, but the model has 1 output ({list(names)})."
            )
    for place, value in _leaves(given, argument):
        if value is not None:
            check(value, f"compile: {place}")


def _leaves(given: Any, place: str) -> list[tuple[str, Any]]:
    """The entries of lists and dicts, each with the place where it stands."""
    if isinstance(given, dict) and not _is_config(given):
        pairs: Any = given.items()
    elif isinstance(given, (list, tuple)):
        pairs = enumerate(given)
    else:
        return [(place, given)]
    return [leaf for key, value in pairs for leaf in _leaves(value, f"{place}[{key!r}]")]


def _is_config(given: dict) -> bool:
    return {"class_name", "config"} <= set(given)
