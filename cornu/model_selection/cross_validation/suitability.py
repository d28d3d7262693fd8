"""Whether all folds can be trained at once, and whether it makes sense to try."""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.engine import config
from cornu.model_selection.cross_validation.lanes import FoldEpochs, Pass, Unsuitable
from cornu.model_selection.cross_validation.models import FoldModels, same_programs
from cornu.model_selection.cross_validation.samples import FoldTask, Samples, Settings
from cornu.training.steps.cost import count_operations, inner_programs
from cornu.training.steps.own_steps import is_plain

# A program of an epoch cannot be broken off. Should a mapped step run ten times slower than it
# might, as batched matrix products can on a CPU, this bound keeps a trial below some minutes.
MOST_OPERATIONS = 1e8
# Folds of many sizes need as many copies of the step in the program.
MOST_TAILS = 4
# Operations that are many times slower when they are mapped over folds on a CPU, or cannot be.
HEAVY = ("conv_", "while", "scan", "reduce_window", "select_and_", "sort", "fft", "callback")
FIT_ARGUMENTS = {"batch_size", "epochs", "shuffle", "validation_batch_size"}


def check_settings(
    tasks: list[FoldTask], samples: Samples, settings: Settings, models: FoldModels
) -> None:
    """Raise Unsuitable for what a fold needs a loop of its own for."""
    rest = set(settings.fit) - FIT_ARGUMENTS
    outside = settings.validation_data
    dtypes = [a.dtype for a in tree.flatten((samples.x, samples.y)) if a is not None]
    reasons = {
        "there are fewer than two folds": len(tasks) < 2,
        "callbacks see one model": bool(settings.callbacks),
        "a sampler makes the batches": settings.sampler is not None,
        "the steps of an epoch are limited": config.max_steps_per_epoch() is not None,
        f"fit gets {sorted(rest)}": bool(rest),
        "validation_data are not among the samples": outside is not None
        and not isinstance(outside, str),
        "build takes the training inputs": models.takes_inputs,
        "some data are neither numbers nor booleans": any(d.kind not in "biuf" for d in dtypes),
    }
    raise_for(reasons)


def check_sizes(way: Pass) -> None:
    """Raise Unsuitable for folds of many sizes."""
    raise_for({"the folds differ in size": len(way.tails) > MOST_TAILS})


def check_model(worker: Any, model: Any) -> None:
    """Raise Unsuitable for models that differ, or have steps of their own."""
    plain = is_plain(worker, "train") and is_plain(worker, "test")
    raise_for(
        {
            "build returns models that differ": model is not worker
            and not same_programs(worker, model),
            "the model has steps of its own": not plain,
            "the model runs eagerly": worker.run_eagerly or not worker.jit_compile,
        }
    )


def check_size(model: Any, batch_size: int) -> None:
    """Raise Unsuitable for models whose steps need not be traced to be known as long."""
    # Forward, and twice as much backward.
    operations = 6.0 * batch_size * model.count_params()
    raise_for({f"a step has {operations:.2g} operations": operations > MOST_OPERATIONS})


def check_step(program: FoldEpochs) -> None:
    """Raise Unsuitable for steps that are too long for a trial, or known to lose."""
    operations = count_operations(program.jaxpr.jaxpr).operations
    heavy = sorted(n for n in primitives(program.jaxpr.jaxpr) if n.startswith(HEAVY))
    raise_for(
        {
            f"a step has {operations:.2g} operations": operations > MOST_OPERATIONS,
            f"a step has {', '.join(heavy)}": bool(heavy),
        }
    )


def raise_for(reasons: dict[str, bool]) -> None:
    found = [reason for reason, holds in reasons.items() if holds]
    if found:
        raise Unsuitable(f"The folds cannot be trained together: {'; '.join(found)}.")


def primitives(jaxpr: Any) -> set[str]:
    """Names of all operations of a traced program."""
    names = set()
    for equation in jaxpr.eqns:
        names.add(equation.primitive.name)
        for inner in inner_programs(equation):
            names |= primitives(inner)
    return names
