"""Weights of models in `.weights.h5` files, one or several, in Keras 3's layout."""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from collections.abc import Callable, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

import h5py

from cornu.engine.atomic import recover, replacing
from cornu.engine.identity import IdentitySet
from cornu.optimizers import Optimizer
from cornu.saving import legacy_h5
from cornu.saving.checkpoints import is_checkpoint, load_checkpoint_weights
from cornu.saving.contents import check_written, write_state
from cornu.saving.h5_writer import h5_bytes
from cornu.saving.overwriting import may_write
from cornu.saving.saveables import walk
from cornu.saving.sharded_weights import ENDING, opened_shards, write_shards
from cornu.saving.store import H5Store, member
from cornu.saving.zip_members import read_member


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
    path = str(os.fspath(filepath))
    if kwargs:
        raise ValueError(f"save_weights does not know the arguments {sorted(kwargs)}.")
    ending = ".weights.h5" if max_shard_size is None else ENDING
    if not path.endswith(ending):
        sharded = " with max_shard_size" if max_shard_size is not None else ""
        raise ValueError(f"A file of weights{sharded} must be named *{ending}; got {path!r}.")
    if not may_write(path, overwrite):
        return
    if max_shard_size is not None:
        write_shards(model, Path(path), max_shard_size)
        return
    with replacing(path) as new:
        content, expected = h5_bytes(partial(write_state, model))
        new.write_bytes(content)
        with h5py.File(new, "r") as file:
            check_written(file, expected)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Read weights from a file into a built model.

    Args:
        model: a built model of the same architecture.
        filepath: path of a `.weights.h5`, `.weights.json` (with its shards beside it), `.keras` or
            legacy `.h5` file, or a folder of `callbacks.OrbaxCheckpoint`: the newest step counts,
            or the one whose folder it is.
        skip_mismatch: True passes over layers whose shapes differ, with a warning.
        **kwargs: `objects_to_skip`, a list of layers to leave as they are; `by_name`, for `.h5`
            files: match layers by name, not by order.

    Raises:
        ValueError: if the file does not fit the model.
        FileNotFoundError: if there is no such file.

    >>> import os, tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.weights.h5")
    ...     keras.saving.save_weights(model, path)
    ...     keras.saving.load_weights(model, path)
    """
    path = str(os.fspath(filepath))
    objects_to_skip = kwargs.pop("objects_to_skip", None)
    by_name = kwargs.pop("by_name", False)
    if kwargs:
        raise ValueError(f"load_weights does not know the arguments {sorted(kwargs)}.")
    if not os.path.exists(path):
        recover(path)
    if not os.path.exists(path):
        raise FileNotFoundError(f"There is no file {path!r} to load weights from.")
    archive = path.endswith((".keras", ".weights.h5", ENDING))
    if by_name and archive:
        raise ValueError(
            f"by_name=True works with legacy '.h5' files only; got {path!r}. Try skip_mismatch."
        )
    if path.endswith(".keras"):
        load_archive_weights(model, path, skip_mismatch, objects_to_skip)
    elif path.endswith(".weights.h5"):
        with open_h5(path) as file:
            read_state(model, file, skip_mismatch, objects_to_skip)
    elif path.endswith(ENDING):
        with opened_shards(Path(path), open_h5) as find:
            read_stores(model, find, skip_mismatch, objects_to_skip)
    elif path.endswith((".h5", ".hdf5")):
        with open_h5(path) as file:
            legacy_h5.read_weights(model, file, by_name, skip_mismatch)
    elif os.path.isdir(path) and is_checkpoint(path):
        load_checkpoint_weights(model, path, skip_mismatch, objects_to_skip)
    else:
        raise ValueError(
            "Weights are loaded from .weights.h5, .weights.json, .keras, .h5 or .hdf5 files, or a "
            f"folder with steps of a checkpoint; got {path!r}."
        )


def load_archive_weights(
    model: Any, path: str, skip_mismatch: bool, objects_to_skip: list | None
) -> None:
    """Read only the weights of a `.keras` archive or folder."""
    if os.path.isdir(path):
        # One file, so one version of the folder.
        with open_h5(Path(path) / "model.weights.h5") as file:
            read_state(model, file, skip_mismatch, objects_to_skip)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            content = read_member(archive, "model.weights.h5", path)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path!r} is not a .keras archive: {error}.") from error
    with open_h5(io.BytesIO(content)) as file:
        read_state(model, file, skip_mismatch, objects_to_skip)


def open_h5(source: Any) -> h5py.File:
    """An HDF5 file, opened for reading.

    Raises:
        ValueError: if it is none.
    """
    try:
        return h5py.File(source, "r")
    except FileNotFoundError:
        raise
    except OSError as error:
        shown = source if isinstance(source, (str, Path)) else "model.weights.h5"
        raise ValueError(f"{str(shown)!r} is not a readable HDF5 file: {error}") from error


def read_state(
    model: Any, file: h5py.File, skip_mismatch: bool = False, objects_to_skip: list | None = None
) -> None:
    """Set the variables of everything in the model from an open file."""
    read_stores(model, partial(_find, file), skip_mismatch, objects_to_skip)


def read_stores(
    model: Any,
    find: Callable[[str], MutableMapping | None],
    skip_mismatch: bool = False,
    objects_to_skip: list | None = None,
) -> None:
    """Set the variables of everything in the model from what is found for each path.

    Raises:
        ValueError: if a layer cannot take what the file holds for it.
    """
    if not getattr(model, "built", True):
        raise ValueError(
            f"Model {model.name!r} is not built, so it has no weights to load into. Call it on "
            "data, or use `build(input_shape)`, first."
        )
    _build_optimizer(model, find)
    passed = IdentitySet(part for root in objects_to_skip or () for _, part in walk(root))
    failed: list[tuple[str, Any, Exception]] = []
    for path, part in walk(model):
        if part in passed:
            continue
        store = find(path)
        if store is None and isinstance(part, Optimizer):
            continue
        try:
            part.load_own_variables(H5Store(None) if store is None else store)
        except (ValueError, KeyError, TypeError) as error:
            failed.append((path, part, error))
    if failed:
        _report(failed, skip_mismatch)


def _find(file: h5py.File, path: str) -> H5Store | None:
    group = member(file, f"{path}/vars".lstrip("/"))
    return None if group is None else H5Store(group)


def _build_optimizer(model: Any, find: Callable[[str], MutableMapping | None]) -> None:
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built and find("optimizer") is not None:
        optimizer.build(model.trainable_variables)


def _report(failed: list[tuple[str, Any, Exception]], skip_mismatch: bool) -> None:
    _, part, error = failed[0]
    names = ", ".join(f"{part.name!r} ({path or '/'})" for path, part, _ in failed)
    message = (
        f"{len(failed)} object(s) do not fit the file: {names}. The first: {part.name!r}: {error}"
    )
    if not skip_mismatch:
        raise ValueError(
            f"{message} Build the model with the architecture of the file, or pass "
            "skip_mismatch=True to leave these as they are."
        ) from error
    warnings.warn(f"{message} They were left as they are.", stacklevel=4)
