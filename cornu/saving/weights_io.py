"""Weights of models in `.weights.h5` files, one or several, in Keras 3's layout."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py

from cornu.engine.atomic import recover, replacing
from cornu.engine.errors import LoadError
from cornu.engine.identity import IdentitySet
from cornu.engine.limits import Limits
from cornu.engine.user_warnings import warn
from cornu.optimizers import Optimizer
from cornu.saving import legacy_h5
from cornu.saving.checkpoints import is_checkpoint, load_checkpoint_weights
from cornu.saving.contents import check_written, write_state
from cornu.saving.h5_reader import Group, StoredVariables, opened
from cornu.saving.h5_writer import h5_bytes
from cornu.saving.members import Members, opened_members
from cornu.saving.overwriting import may_write
from cornu.saving.reading import as_path, reading
from cornu.saving.saveables import other_paths, walk
from cornu.saving.sharded_weights import ENDING, opened_shards, write_shards

WEIGHTS = "model.weights.h5"


def save_weights(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    max_shard_size: float | None = None,
    **kwargs: Any,
) -> None:
    """Write the weights of a model, and the state of its optimizer, to a file.

    Args:
        model: a built model or layer.
        filepath: path that ends in `.weights.h5`, or in `.weights.json` with `max_shard_size`.
        overwrite: whether to replace an existing file without asking.
        max_shard_size: None writes one file. A number writes as many files as it takes for none
            to hold more than so many GB (of 1024**3 bytes), `model_00000.weights.h5`,
            `model_00001.weights.h5`, ... for `model.weights.json`, which says what lies where.
        **kwargs: none are known.

    Raises:
        ValueError: for another ending, or a variable larger than `max_shard_size`.

    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> path = tempfile.mkdtemp() + "/model.weights.h5"
    >>> keras.saving.save_weights(model, path)
    >>> keras.saving.load_weights(model, path)
    """
    path = as_path(filepath, "Weights are saved to", "model.weights.h5")
    if kwargs:
        raise ValueError(f"save_weights does not know the arguments {sorted(kwargs)}.")
    ending = ".weights.h5" if max_shard_size is None else ENDING
    if not path.endswith(ending):
        sharded = " with max_shard_size" if max_shard_size is not None else ""
        raise ValueError(f"A file of weights{sharded} must be named *{ending}; got {path!r}.")
    if not getattr(model, "built", True):
        raise ValueError(
            f"Model {model.name!r} is not built, so it has no weights to save. Call it on data, or "
            "use `build(input_shape)`, first."
        )
    if not may_write(path, overwrite):
        return
    if max_shard_size is not None:
        write_shards(model, Path(path), max_shard_size)
        return
    with replacing(path) as new:
        content, expected = h5_bytes(functools.partial(write_state, model))
        new.write_bytes(content)
        with h5py.File(new, "r") as file:
            check_written(file, expected)


def load_weights(
    model: Any,
    filepath: Any,
    skip_mismatch: bool = False,
    *,
    limits: Limits | None = None,
    **kwargs: Any,
) -> None:
    """Read weights from a file into a built model.

    Args:
        model: a built model of the same architecture.
        filepath: path of a `.weights.h5`, `.weights.json` (with its shards beside it), `.keras` or
            legacy `.h5` file, or a folder of `callbacks.OrbaxCheckpoint`: the newest step counts,
            or the one whose folder it is.
        skip_mismatch: True passes over layers whose shapes differ, with a warning.
        limits: a `keras.saving.Limits` with what the file may take.
        **kwargs: `objects_to_skip`, a list of layers to leave as they are; `by_name`, for `.h5`
            files: match layers by name, not by order.

    Raises:
        LoadError: if the file is damaged, hostile, or does not fit the model; a `ValueError`.
        FileNotFoundError: if there is no such file.

    >>> import os, tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.weights.h5")
    ...     keras.saving.save_weights(model, path)
    ...     keras.saving.load_weights(model, path)
    """
    path = as_path(filepath, "Weights are loaded from", "model.weights.h5")
    objects_to_skip = kwargs.pop("objects_to_skip", None)
    by_name = kwargs.pop("by_name", False)
    if kwargs:
        raise ValueError(f"load_weights does not know the arguments {sorted(kwargs)}.")
    if not os.path.exists(path):
        recover(path)
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no file {path!r} to load weights from.")
    archive = path.endswith((".keras", ".weights.h5", ENDING))
    legacy = path.endswith((".h5", ".hdf5")) and not archive
    checkpoint = not (archive or legacy) and os.path.isdir(path) and is_checkpoint(path)
    if by_name and archive:
        raise ValueError(
            f"by_name=True works with legacy '.h5' files only; got {path!r}. Try skip_mismatch."
        )
    if not (archive or legacy or checkpoint):
        raise ValueError(
            "Weights are loaded from .weights.h5, .weights.json, .keras, .h5 or .hdf5 files, or a "
            f"folder with steps of a checkpoint; got {path!r}."
        )
    if not getattr(model, "built", True):
        raise ValueError(
            f"Model {model.name!r} is not built, so it has no weights to load into. Call it on "
            "data, or use `build(input_shape)`, first."
        )
    with reading(path, limits):
        if checkpoint:
            load_checkpoint_weights(model, path, skip_mismatch, objects_to_skip)
        elif legacy:
            with opened(path) as file:
                legacy_h5.read_weights(model, file, by_name, skip_mismatch)
        elif path.endswith(".weights.h5"):
            with opened(path) as file:
                read_state(model, file, skip_mismatch, objects_to_skip)
        elif path.endswith(ENDING):
            with opened_shards(Path(path)) as find:
                read_stores(model, find, skip_mismatch, objects_to_skip)
        else:
            with opened_members(path) as members, opened_weights(members, path) as file:
                read_state(model, file, skip_mismatch, objects_to_skip)


def opened_weights(members: Members, path: str) -> contextlib.AbstractContextManager[Group]:
    """The root of the weights in an archive or folder."""
    return opened(members.read(WEIGHTS), path, WEIGHTS)


def read_state(
    model: Any, file: Group, skip_mismatch: bool = False, objects_to_skip: list | None = None
) -> None:
    """Set the variables of everything in the model from an open file."""

    def find(path: str) -> StoredVariables | None:
        group = file.group(f"{path}/vars")
        return None if group is None else StoredVariables(group)

    read_stores(model, find, skip_mismatch, objects_to_skip)


def read_stores(
    model: Any,
    find: Callable[[str], Mapping | None],
    skip_mismatch: bool = False,
    objects_to_skip: list | None = None,
) -> None:
    """Set the variables of everything in the model from what is found for each path.

    Raises:
        LoadError: if a layer cannot take what the file holds for it.
    """
    _build_optimizer(model, find)
    passed = IdentitySet(part for root in objects_to_skip or () for _, part in walk(root))
    failed: list[tuple[str, Any, Exception]] = []
    others = functools.cache(lambda: other_paths(model))
    for path, part in walk(model):
        if part in passed:
            continue
        store = find(path)
        if store is None:
            store = next(filter(None, map(find, others()[path])), None)
        if not store and not getattr(part, "built", True):
            continue  # It was saved before it had variables.
        if store is None and isinstance(part, Optimizer):
            continue
        try:
            part.load_own_variables({} if store is None else store)
        except LoadError:
            raise
        except (ValueError, KeyError, TypeError) as error:
            failed.append((path, part, error))
        except AttributeError:
            if getattr(part, "built", True):
                raise
            problem = "it is not built yet, so it has no variables. Call the model on data first"
            failed.append((path, part, ValueError(problem)))
    if failed:
        _report(failed, skip_mismatch)


def _build_optimizer(model: Any, find: Callable[[str], Mapping | None]) -> None:
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or optimizer.built:
        return
    # One that was saved before its first step has no more than a counter and a learning rate.
    if len(find("optimizer") or ()) > len(optimizer.variables):
        optimizer.build(model.trainable_variables)


def _report(failed: list[tuple[str, Any, Exception]], skip_mismatch: bool) -> None:
    _, part, error = failed[0]
    names = ", ".join(f"{part.name!r} ({path or '/'})" for path, part, _ in failed[:10])
    more = f" and {len(failed) - 10} more" if len(failed) > 10 else ""
    problem = f"{len(failed)} object(s) do not fit the file: {names}{more}"
    first = f"The first: {part.name!r}: {error}"
    if skip_mismatch:
        warn(f"{problem}. {first} They were left as they are.")
        return
    raise LoadError(
        f"{problem}. {first}",
        advice="build the model with the architecture of the file, or pass skip_mismatch=True to "
        "leave these as they are",
    ) from error
