"""One compiled model for all folds.

Every fold builds a model of its own, under its own seed. Since they differ in the values of their
variables only, the first one stays as the worker: it takes over the values of each, and runs the
programs that were compiled once.
"""

from __future__ import annotations

import contextlib
import inspect
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cornu.core.seed_generator import SeedGenerator, global_generator_replaced
from cornu.core.tracking import unique
from cornu.engine import names, randomness
from cornu.model_selection.parts import take
from cornu.training.steps.building import build_for
from cornu.training.steps.programs import programs_of


class FoldModels:
    """Builds the folds' models and lends the worker to each.

    Args:
        build: returns a new compiled model; it takes nothing, or the fold's training inputs.

    Raises:
        TypeError: if `build` is no function, or needs more arguments than one.
    """

    def __init__(self, build: Callable):
        self.build = build
        self.takes_inputs = takes_inputs(build)
        self.worker: Any = None
        self.fold_epochs: Any = None
        # Seconds of an epoch: "alone" of one fold, "together" of all, where measured.
        self.measured: dict[str, float] = {}
        self.generator = SeedGenerator(0, name="global_seed_generator")
        self._last: Any = None

    def __reduce__(self) -> tuple:
        # What was built and compiled stays in its process.
        return FoldModels, (self.build,)

    @contextlib.contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Random numbers and automatic names as after `set_random_seed(seed)`; then the old ones.

        The global seed generator is one object in all folds, since compiled programs refer to it.
        """
        before = randomness.state(), np.random.get_state()  # noqa: NPY002
        random.seed(seed)
        randomness.start(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        self.generator.state.assign(np.array([seed & 0xFFFFFFFF, 0], np.uint32))
        try:
            with names.counted_anew(), global_generator_replaced(self.generator):
                yield
        finally:
            randomness.restore(before[0])
            np.random.set_state(before[1])  # noqa: NPY002

    def new(self, x: Any) -> Any:
        """A new model from `build`, checked.

        Args:
            x: the fold's training inputs.

        Raises:
            TypeError: if it is no model.
            ValueError: if it is not compiled, or was built before.
        """
        model = self.build(x) if self.takes_inputs else self.build()
        where = getattr(self.build, "__name__", "build")
        if not hasattr(model, "fit") or not hasattr(model, "compiled"):
            raise TypeError(
                f"{where}() must return a compiled Cornu model; it returned {model!r} of type "
                f"{type(model).__name__}."
            )
        if model is self._last or model is self.worker:
            raise ValueError(
                f"{where}() returned the same model {model.name!r} twice, so a fold would go on "
                "from another's weights. Make the model inside the function."
            )
        if not model.compiled:
            raise ValueError(
                f"{where}() returned model {model.name!r} uncompiled. Call "
                "model.compile(optimizer=..., loss=..., metrics=[...]) in it."
            )
        self._last = model
        return model

    def adopt(self, model: Any, batch: Any) -> Any:
        """The model that shall run in the place of `model`, with its values.

        Args:
            model: a new model of this fold.
            batch: a first batch `(x, y, sample_weight)`, from which its state is made.
        """
        create_state(model, batch)
        shared = self.worker is not None and not self.takes_inputs
        if shared and same_state(self.worker, model):
            # First, since callbacks may have changed values that configs show: the learning rate.
            copy_values(model, self.worker)
            shared = config_of(self.worker) == config_of(model)
        else:
            shared = False
        if shared:
            self.worker.reset_metrics()
        else:
            self.worker = model
        return self.worker

    def hand_back(self, model: Any, x: Any, batch: Any) -> Any:
        """A model with what the worker learned, for the user to keep; the worker stays."""
        if self.takes_inputs:
            self.worker = None
            return model
        if model is self.worker:
            with names.counted_anew():
                twin = self.new(x)
            create_state(twin, batch)
            if not same_programs(self.worker, twin):
                self.worker = None
                return model
            model = twin
        copy_values(self.worker, model)
        return model

    def with_values(self, seed: int, part: tuple, values: list) -> Any:
        """A model of `build` with the values that another process or an earlier run found.

        Args:
            seed: of the fold.
            part: the fold's training data `(x, y, sample_weight)`.
            values: those of its `state_variables`.
        """
        with self.seeded(seed):
            model = self.new(part[0])
            create_state(model, take(part, slice(0, 1)))
        for variable, value in zip(state_variables(model), values, strict=True):
            variable.assign(value)
        return model


def takes_inputs(build: Callable) -> bool:
    """Whether `build` must be called with the training inputs."""
    if not callable(build) or hasattr(build, "fit"):
        raise TypeError(
            f"build must be a function that returns a new compiled model; got {build!r}. Wrap a "
            "model that exists: `lambda: make_model()`, not `make_model()`."
        )
    needed = [
        p
        for p in inspect.signature(build).parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if len(needed) > 1 or any(p.kind is p.KEYWORD_ONLY for p in needed):
        raise TypeError(
            "build must take no argument, or one: the training inputs. It needs "
            f"{[p.name for p in needed]}; fix the others with functools.partial."
        )
    return bool(needed)


def create_state(model: Any, batch: Any) -> None:
    """Make weights and optimizer state, with the numbers that `fit` would draw for them."""
    if model.built and model.optimizer.built:
        return
    if model.built:
        build_for(model, batch)
        return
    # `fit` draws the seed of the data's order before it makes the weights.
    state = randomness.state()
    randomness.draw_seed()
    build_for(model, batch)
    randomness.restore(state)


def state_variables(model: Any) -> list:
    """The variables that a fold's model starts from and ends with."""
    return unique([*model.variables, *model.optimizer.variables])


def state_values(model: Any) -> list[np.ndarray]:
    """The values of a fold's model, to keep in a file or send to another process."""
    return [np.asarray(v.raw_value) for v in state_variables(model)]


def copy_values(source: Any, target: Any) -> None:
    """Give the variables of one model the values of another of the same structure."""
    for mine, other in zip(state_variables(target), state_variables(source), strict=True):
        mine.assign(other.raw_value)


def same_programs(worker: Any, model: Any) -> bool:
    """Whether the worker's compiled programs are this model's too."""
    return same_state(worker, model) and config_of(worker) == config_of(model)


def same_state(worker: Any, model: Any) -> bool:
    """Whether two models have the same kind of state, and steps that keep to it."""
    mine, others = (
        [(v.shape, v.dtype, v.trainable) for v in state_variables(one)] for one in (worker, model)
    )
    return type(worker) is type(model) and mine == others and not strays(worker)


def strays(worker: Any) -> list:
    """State that a compiled step changes but the model does not hold: it would leak into folds."""
    return [variable for program in programs_of(worker).values() for variable in program.others]


def config_of(model: Any) -> tuple | None:
    """What the model and its training are made of, where it can say."""
    try:
        return repr(model.get_config()), repr(model.get_compile_config())
    except (NotImplementedError, TypeError, ValueError):
        # A subclassed model need not have a config: `build` makes the same one each time.
        return None
