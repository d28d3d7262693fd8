"""Checkpoints in Orbax's layout: a folder per step, with the model's state as a tree of arrays.

A step holds `pytree` (the groups of `get_state_tree`), and, for whole models, `model_config` (the
architecture as JSON) and `assets` (files of layers as bytes), the parts that Keras 3 writes. The
weights' names are Cornu's, so neither reads the other's steps. A step that was not written to its
end has another name, and is never read.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from cornu.core import registry
from cornu.core.variable import Variable
from cornu.engine import limits
from cornu.engine.errors import LoadError
from cornu.engine.extras import require
from cornu.engine.user_warnings import warn
from cornu.saving.model_config import check_model, config_text, model_config
from cornu.saving.saveables import walk

STEP_MARK = "_CHECKPOINT_METADATA"
UNFINISHED_MARK = ".orbax-checkpoint-tmp"
WEIGHT_GROUPS = ("trainable_variables", "non_trainable_variables")
OPTIMIZER_GROUP = "optimizer_variables"


def orbax() -> ModuleType:
    """Orbax's functions for checkpoints.

    Raises:
        ImportError: if Orbax is not installed.
    """
    return require("orbax.checkpoint.experimental.v1", "orbax")


def checkpoint_content(model: Any, weights_only: bool) -> tuple[dict, dict]:
    """What a step holds, and the order of the variables, which a tree of names does not keep."""
    state = model.get_state_tree()
    groups = WEIGHT_GROUPS if weights_only else tuple(state)
    # Copies, since the next step gives the buffers of the state away while these are written.
    content: dict = {"pytree": jax.tree.map(jnp.copy, {name: state[name] for name in groups})}
    if not weights_only:
        content["model_config"] = {"config": config_text(model)}
        assets = _assets(model)
        if assets:
            content["assets"] = assets
    order = {"weights": [variable.path for variable in _weights(model)]}
    if not weights_only and model.optimizer is not None:
        order["optimizer"] = [variable.path for variable in model.optimizer.variables]
    return content, {"order": order}


def is_checkpoint(path: str | os.PathLike[str]) -> bool:
    """Whether the folder is a step, or holds steps, be they finished or not."""
    folder = Path(path)
    return (folder / STEP_MARK).is_file() or any(
        entry.is_dir() and (entry.name.isdecimal() or UNFINISHED_MARK in entry.name)
        for entry in folder.iterdir()
    )


def load_checkpoint_model(
    path: str, custom_objects: dict | None, compile: bool, safe_mode: bool
) -> Any:
    """The model of the newest step in the folder `path`, or of the step that `path` is.

    Raises:
        ValueError: if there is no finished step, it is damaged, or holds weights only.
    """
    step = _find_step(path)
    content, order = _read(step, ("pytree", "model_config", "assets"))
    if "model_config" not in content:
        raise LoadError(
            f"Checkpoint {str(step)!r} holds weights only, written with save_weights_only=True. "
            "Build the model, then call model.load_weights on this folder."
        )
    config = model_config(content["model_config"]["config"], compile, "model_config")
    with registry.CustomObjectScope(custom_objects):
        model = registry.deserialize(config, safe_mode=safe_mode)
        check_model(model)
        _put_assets(model, content.get("assets", {}))
    _put_state(model, content["pytree"], order, step)
    return model


def load_checkpoint_weights(
    model: Any, path: str, skip_mismatch: bool, objects_to_skip: list | None
) -> None:
    """Set weights and optimizer of a built model from the newest step, or the step `path`.

    Raises:
        ValueError: if there is no finished step, it is damaged, or does not fit the model.
    """
    step = _find_step(path)
    content, order = _read(step, ("pytree",))
    passed = {id(v) for part in objects_to_skip or () for v in part.variables}
    _put_state(model, content["pytree"], order, step, skip_mismatch, passed)


def _find_step(path: str) -> Path:
    folder = Path(path).absolute()
    if (folder / STEP_MARK).is_file():
        return folder
    names = sorted((e.name for e in folder.iterdir() if e.name.isdecimal()), key=int)
    if names:
        return folder / names[-1]
    raise LoadError(
        f"Folder {path!r} holds no finished step of a checkpoint: the first was broken off while "
        "it was written. There is nothing to load; train again."
    )


def _read(step: Path, wanted: tuple[str, ...]) -> tuple[dict, dict]:
    ocp = orbax()
    try:
        if not (step / STEP_MARK).is_file():
            raise ValueError(f"{STEP_MARK} is missing")
        found = ocp.checkpointables_metadata(step)
        parts = {name: part for name, part in found.metadata.items() if name in wanted}
        if parts.get("pytree") is None:
            raise ValueError("it holds no state of a model")
        # As arrays of NumPy: the devices of the run that wrote them need not be there.
        abstract = jax.tree.map(_abstract, parts, is_leaf=lambda leaf: hasattr(leaf, "shape"))
        order = (found.custom_metadata or {}).get("order", {})
        return ocp.load_checkpointables(step, abstract), order
    except LoadError:
        raise
    except (ValueError, OSError, KeyError, TypeError, ocp.errors.InvalidLayoutError) as error:
        others = sorted(e.name for e in step.parent.iterdir() if e.name.isdecimal())
        raise LoadError(
            f"Checkpoint {str(step)!r} is damaged or incomplete: {error}. Delete it, or load "
            f"another step by its folder; the steps are {', '.join(others) or 'none'}."
        ) from error


def _abstract(leaf: Any) -> Any:
    if not hasattr(leaf, "shape"):
        return ""
    limits.spend("memory", math.prod(leaf.shape) * np.dtype(leaf.dtype).itemsize)
    return np.empty(leaf.shape, leaf.dtype)


def _put_state(
    model: Any,
    tree: dict,
    order: dict,
    step: Path,
    skip_mismatch: bool = False,
    passed: set[int] = frozenset(),
) -> None:
    saved = {k: v for group in WEIGHT_GROUPS for k, v in _flat(tree.get(group, {}))}
    pairs, problems = _matched(_weights(model), saved, order.get("weights"))
    optimizer, state = getattr(model, "optimizer", None), dict(_flat(tree.get(OPTIMIZER_GROUP, {})))
    if optimizer is not None and state:
        if not optimizer.built:
            optimizer.build(model.trainable_variables)
        more, unmatched = _matched(optimizer.variables, state, order.get("optimizer"))
        pairs, problems = pairs + more, problems + unmatched
    fitting = []
    for variable, value in pairs:
        if id(variable) in passed:
            continue
        if tuple(variable.shape) == value.shape:
            fitting.append((variable, value))
        else:
            shapes = f"{tuple(variable.shape)} in the model, {value.shape} in the checkpoint"
            problems.append(f"{variable.path!r} has shape {shapes}")
    if problems:
        message = (
            f"Checkpoint {str(step)!r} does not fit model {model.name!r} in {len(problems)} "
            f"place(s). The first: {problems[0]}."
        )
        if not skip_mismatch:
            raise LoadError(
                f"{message} Build the model with the architecture of the checkpoint, or pass "
                "skip_mismatch=True to leave these as they are."
            )
        warn(f"{message} They were left as they are.")
    for variable, value in fitting:
        variable.assign(value)


def _matched(
    variables: list[Variable], saved: dict[str, np.ndarray], order: list[str] | None
) -> tuple[list[tuple[Variable, np.ndarray]], list[str]]:
    """Pairs of a variable and its value, and what has no partner.

    By name; where names differ, as automatic ones do in a second model, by order.
    """
    names = [variable.path for variable in variables]
    same_names = set(names) == set(saved)
    if not same_names and order and len(order) == len(names) and set(order) == set(saved):
        return [(v, saved[name]) for v, name in zip(variables, order)], []
    missing = [f"{name!r} is not in the checkpoint" for name in names if name not in saved]
    spare = [f"the model has no variable {name!r}" for name in saved if name not in set(names)]
    return [(v, saved[v.path]) for v in variables if v.path in saved], missing + spare


def _weights(model: Any) -> list[Variable]:
    # In the order of the layers, which does not change when some are frozen.
    wanted = {id(v) for v in (*model.trainable_variables, *model.non_trainable_variables)}
    return [variable for variable in model.variables if id(variable) in wanted]


def _flat(tree: Any, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    for name, value in tree.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{path}/")
        else:
            yield path, np.asarray(value)


def _assets(model: Any) -> dict:
    tree: dict = {}
    for path, part in walk(model):
        if not hasattr(part, "save_assets"):
            continue
        with tempfile.TemporaryDirectory() as name:
            part.save_assets(name)
            for file in sorted(Path(name).rglob("*")):
                if file.is_file():
                    place = tree
                    *folders, last = PurePosixPath(path, file.relative_to(name).as_posix()).parts
                    for folder in folders:
                        place = place.setdefault(folder, {})
                    place[last] = np.frombuffer(file.read_bytes(), np.uint8)
    return tree


def _put_assets(model: Any, tree: dict) -> None:
    for path, part in walk(model):
        place: Any = tree
        for name in PurePosixPath(path).parts:
            place = place.get(name, {})
        if not place or not hasattr(part, "load_assets"):
            continue
        with tempfile.TemporaryDirectory() as name:
            for inner, content in _flat(place):
                if not set(PurePosixPath(inner).parts).isdisjoint(("..", "/")):
                    raise LoadError(f"The checkpoint is refused: it names the file {inner!r}.")
                file = Path(name, inner)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.astype(np.uint8).tobytes())
            part.load_assets(name)
