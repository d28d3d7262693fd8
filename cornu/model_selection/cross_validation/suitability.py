"""Whether all folds can be trained at once, and whether that is faster."""

from __future__ import annotations

from typing import Any

from cornu import tree
from cornu.model_selection.cross_validation.lanes import FoldsProgram, Pass, Unsuitable
from cornu.model_selection.cross_validation.models import FoldModels, same_programs
from cornu.model_selection.cross_validation.samples import FoldTask, Samples, Settings
from cornu.training.steps.cost import count_operations, inner_programs

# Measured on two cores: ten folds of a perceptron 8-12-8-1 with batches of 10 take 0.06 ms a step
# together and 0.5 ms one by one; from some 128 units a layer on, with batches of 32, one by one
# is faster. A program for all folds takes about a second more to compile.
MOST_FLOPS = 2e6
FEWEST_STEPS = 10_000
FEWEST_FOLDS = 3
MOST_TAILS = 4
# Operations that lose when they are mapped over folds on a CPU, or cannot be mapped.
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
        f"fit gets {sorted(rest)}": bool(rest),
        "validation_data are not among the samples": outside is not None
        and not isinstance(outside, str),
        "build takes the training inputs": models.takes_inputs,
        "some data are neither numbers nor booleans": any(d.kind not in "biuf" for d in dtypes),
    }
    raise_for(reasons)


def check_run(way: Pass, folds: int, epochs: int) -> None:
    """Raise Unsuitable for runs too short to pay for a larger program."""
    steps = folds * epochs * (way.full + bool(way.tails))
    raise_for(
        {
            f"there are fewer than {FEWEST_FOLDS} folds": folds < FEWEST_FOLDS,
            f"{steps} steps do not pay for the compilation": steps < FEWEST_STEPS,
            "the folds differ in size": len(way.tails) > MOST_TAILS,
        }
    )


def check_model(worker: Any, model: Any, batch_size: int, asked: bool) -> None:
    """Raise Unsuitable for models that differ, are large, or have steps of their own."""
    plain = worker._is_plain_step("train") and worker._is_plain_step("test")
    # Forward, and twice as much backward.
    flops = 6.0 * batch_size * model.count_params()
    raise_for(
        {
            "build returns models that differ": model is not worker
            and not same_programs(worker, model),
            "the model has steps of its own": not plain,
            "the model runs eagerly": worker.run_eagerly or not worker.jit_compile,
            f"a step has {flops:.2g} operations": flops > MOST_FLOPS and not asked,
        }
    )


def check_step(program: FoldsProgram) -> None:
    """Raise Unsuitable where the folds one by one are faster, as far as an estimate tells."""
    flops = count_operations(program.jaxpr.jaxpr).operations
    heavy = sorted(n for n in primitives(program.jaxpr.jaxpr) if n.startswith(HEAVY))
    raise_for(
        {
            f"a step has {flops:.2g} operations": flops > MOST_FLOPS,
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
