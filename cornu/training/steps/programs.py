"""The compiled programs of a model, and its steps as they are called without compilation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from cornu.core.host_stage import holds_strings
from cornu.engine.eager_values import concrete_tracers
from cornu.training.model_state import state_of
from cornu.training.program import Program
from cornu.training.steps.own_steps import is_plain, step_of


def program_of(model: Any, kind: str, resets: bool = False) -> Program:
    """The program of a model's step; made once, until the model is compiled again.

    Args:
        model: a model.
        kind: "train", "test" or "predict".
        resets: whether each step begins with metrics that have seen nothing.
    """
    name = f"{kind}_on_batch" if resets else kind
    programs = programs_of(model)
    if name not in programs:
        programs[name] = Program(
            step_of(model, kind),
            lambda: state_of(model, kind),
            begin=model.reset_metrics if resets else None,
            final=model.get_metrics_result if is_plain(model, kind) else None,
            collects=kind == "predict",
            donates=kind == "train",
        )
    return programs[name]


def programs_of(model: Any) -> dict[str, Program]:
    """The programs made so far, by name."""
    return model.__dict__.setdefault("_programs", {})


def eager_step(model: Any, kind: str) -> Callable | None:
    """The step to call on each batch instead of a program; None for a model that is compiled."""
    if model.jit_compile and not model.run_eagerly:
        return None
    step = step_of(model, kind, eager=True)

    def eager(batch: Any) -> Any:
        batch = jax.tree.map(lambda a: a if holds_strings(a) else jnp.asarray(a), batch)
        with concrete_tracers() if model.run_eagerly else contextlib.nullcontext():
            return step(batch)

    return eager
