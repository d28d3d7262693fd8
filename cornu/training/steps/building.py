"""Weights, optimizer slots and metrics of a model, made from the shapes of a first batch."""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.core.input_spec import nothing_returned
from cornu.core.state import without_effects
from cornu.engine.tracer_errors import explain_tracer_errors
from cornu.ops.symbolic import KerasTensor
from cornu.training.steps.own_steps import is_overridden, is_plain


def build_for(model: Any, batch: Any, trains: bool = True) -> None:
    """Make all state of a model, as far as there is none yet.

    Args:
        model: a model.
        batch: a batch `(x, y, sample_weight)`.
        trains: whether the optimizer will be needed.
    """
    x, y, _ = batch
    needs_outputs = model.compiled and any(
        part is not None and getattr(part, made) is None
        for part, made in ((model._compile_loss, "functions"), (model._compile_metrics, "rows"))
    )
    if not getattr(model, "built", False) or needs_outputs:
        # An eager model may look at values, so it is built from the batch itself.
        inputs = x if model.run_eagerly else tree.map_structure(_symbolic, x)
        with explain_tracer_errors("build"):
            outputs = _outputs(model, inputs)
        if needs_outputs and outputs is not None and y is not None:
            for part in (model._compile_loss, model._compile_metrics):
                if part is not None:
                    part.build(tree.map_structure(_symbolic, y), outputs)
    if trains and model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def _symbolic(array: Any) -> Any:
    # Layers may need a batch of this very size; others are as good as it for what is built.
    return None if array is None else KerasTensor(array.shape, str(array.dtype))


def _outputs(model: Any, x: Any) -> Any:
    """What the model gives for such inputs; None where that cannot be known."""
    outputs = getattr(model, "_outputs_struct", None)
    if outputs is not None and model.built:
        return outputs
    calls = len(model._inbound_nodes)
    try:
        with without_effects():
            outputs = model(x)
    except NotImplementedError:
        # A model without `call` (its train_step does it all) has nothing to build from.
        return None
    # The call is not the user's, who would find it as `model.input` and `model.output`.
    del model._inbound_nodes[calls:]
    if outputs is None and model.compiled and model._compile_loss is not None:
        if is_plain(model, "train") and not is_overridden(model, "compute_loss"):
            raise ValueError(nothing_returned(model))
    return outputs
