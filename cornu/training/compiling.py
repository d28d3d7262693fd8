"""What `compile` makes of its arguments, and of the config that holds them in a file."""

from __future__ import annotations

import types
from typing import Any

from cornu import optimizers
from cornu.core import registry
from cornu.core.dtype_policy import DTypePolicyMap
from cornu.losses import Loss
from cornu.metrics import Metric
from cornu.optimizers import LossScaleOptimizer, Optimizer
from cornu.training.checks.arguments import (
    check_loss,
    check_loss_weights,
    check_metrics,
    optimizer_of,
    outputs_known,
)

# Of which kinds the arguments of `compile` in a config may be.
KINDS: dict[str, tuple] = {
    "loss": (Loss, types.FunctionType),
    "metrics": (Metric, Loss, types.FunctionType),
    "weighted_metrics": (Metric, Loss, types.FunctionType),
    "optimizer": (Optimizer,),
    "loss_weights": (),
}


def check_arguments(model: Any, arguments: dict[str, Any]) -> None:
    """Refuse arguments of `compile` that cannot be meant.

    Args:
        model: the model that they are for.
        arguments: by name.

    Raises:
        ValueError: naming the argument and what came.
    """
    steps = arguments["steps_per_execution"]
    if not isinstance(steps, int) or steps < 1:
        raise ValueError(
            f"compile: steps_per_execution must be an int of at least 1; got {steps!r}."
        )
    outputs = outputs_known(model)
    check_loss(arguments["loss"], outputs)
    check_loss_weights(arguments["loss_weights"], outputs)
    for name in ("metrics", "weighted_metrics"):
        check_metrics(name, arguments[name], outputs)


def optimizer_for(model: Any, given: Any, scales_loss: bool) -> Any:
    """The optimizer passed to `compile`, with loss scaling where the model computes in float16."""
    optimizer = optimizer_of(given)
    if not scales_loss or not _computes_in_float16(model):
        return optimizer
    if isinstance(optimizer, LossScaleOptimizer):
        return optimizer
    return optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")


def _computes_in_float16(model: Any) -> bool:
    policy = getattr(model, "dtype_policy", None)
    policies = policy.values() if isinstance(policy, DTypePolicyMap) else (policy,)
    return any(getattr(one, "name", None) == "mixed_float16" for one in policies)


def arguments_of_config(config: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `compile` that a config holds, as objects."""
    return {
        key: _objects_of(value, KINDS[key]) if key in KINDS else value
        for key, value in config.items()
        if value is not None
    }


def _objects_of(value: Any, expected: tuple) -> Any:
    """Configs in a nested structure turned into objects; names stay names."""
    if isinstance(value, dict):
        if "class_name" in value and "config" in value:
            return registry.deserialize(value, expected=expected)
        return {k: _objects_of(v, expected) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_objects_of(v, expected) for v in value]
    return value
