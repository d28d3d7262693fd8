"""Whole models in `.keras` archives: metadata, architecture, weights, and assets of layers."""

from __future__ import annotations

import datetime
import io
import json
import os
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import h5py

from cornu.core import registry
from cornu.core.serialization.published import load_rooms
from cornu.engine.atomic import read_whole, recover, replacing
from cornu.engine.limits import Limits
from cornu.engine.user_warnings import warn
from cornu.saving import legacy_h5
from cornu.saving.checkpoints import is_checkpoint, load_checkpoint_model
from cornu.saving.contents import Written, check_written, write_state
from cornu.saving.h5_reader import opened
from cornu.saving.h5_writer import h5_bytes
from cornu.saving.members import Members, opened_members
from cornu.saving.model_config import check_model, config_text, model_config
from cornu.saving.overwriting import may_write
from cornu.saving.reading import as_path, reading
from cornu.saving.saveables import walk
from cornu.saving.weights_io import opened_weights, read_state

# The version of Keras whose file format is written.
KERAS_VERSION = "3.15.1"

CONFIG = "config.json"


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
) -> None:
    """Write a model's architecture, weights, and compilation to a file that Keras reads too.

    Args:
        model: the model.
        filepath: path that ends in `.keras` (or, for the legacy format, `.h5`), a folder with
            `zipped=False`, or an open binary file.
        overwrite: whether to replace an existing file without asking.
        zipped: False writes a folder with the members of the archive.
        **kwargs: `include_optimizer`, False leaves the optimizer's state out (`.h5` only);
            `save_format`, which has no effect.

    Raises:
        ValueError: for another ending.

    >>> import tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> path = tempfile.mkdtemp() + "/model.keras"
    >>> keras.saving.save_model(model, path)
    >>> [layer.name for layer in keras.saving.load_model(path).layers] == [
    ...     layer.name for layer in model.layers
    ... ]
    True
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    if kwargs.pop("save_format", None) is not None:
        warn("save: the argument save_format has no effect; the path's ending says the format.")
    if kwargs:
        raise ValueError(f"save_model does not know the arguments {sorted(kwargs)}.")
    if hasattr(filepath, "write"):
        with io.BytesIO() as content:
            _write_archive(model, content)
            filepath.write(content.getvalue())
        return
    path = as_path(filepath, "A model is saved to an open binary file or", "model.keras")
    legacy = path.endswith((".h5", ".hdf5"))
    if not (include_optimizer or legacy):
        warn(
            "save: include_optimizer=False has an effect for .h5 files only. To leave the "
            "optimizer out of others, save the model before it is compiled."
        )
    if zipped is False and path.endswith(".keras"):
        raise ValueError(f"With zipped=False a folder is written; {path!r} names an archive.")
    if not (legacy or path.endswith(".keras") or zipped is False):
        raise ValueError(
            f"A model is saved to a path that ends in .keras (or .h5); got {path!r}. For other "
            "programs, use model.export(...)."
        )
    if not may_write(path, overwrite):
        return
    with replacing(path, folder=not legacy and zipped is False) as new:
        if legacy:
            content, expected = h5_bytes(
                lambda file: legacy_h5.write_model(model, file, include_optimizer, KERAS_VERSION)
            )
            new.write_bytes(content)
            with h5py.File(new, "r") as file:
                check_written(file, expected)
        elif zipped is False:
            _write_folder(model, new)
        else:
            _write_archive(model, new)


def _members(model: Any) -> tuple[bytes, bytes, bytes, list[Written]]:
    metadata = {
        "keras_version": KERAS_VERSION,
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
    }
    weights, expected = h5_bytes(partial(write_state, model))
    config = config_text(model)
    return json.dumps(metadata).encode(), config.encode(), weights, expected


def _write_archive(model: Any, target: Any) -> None:
    metadata, config, weights, expected = _members(model)
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(target, "w") as archive:
        archive.writestr("metadata.json", metadata)
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", weights)
        folder = Path(name)
        _save_assets(model, folder / "assets")
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    with (
        zipfile.ZipFile(target) as archive,
        archive.open("model.weights.h5") as stored,
        h5py.File(stored, "r") as file,
    ):
        check_written(file, expected)


def _write_folder(model: Any, folder: Path) -> None:
    metadata, config, weights, expected = _members(model)
    folder.mkdir()
    (folder / "metadata.json").write_bytes(metadata)
    (folder / "config.json").write_bytes(config)
    (folder / "model.weights.h5").write_bytes(weights)
    with h5py.File(folder / "model.weights.h5", "r") as file:
        check_written(file, expected)
    _save_assets(model, folder / "assets")


def _save_assets(model: Any, folder: Path) -> None:
    for path, part in walk(model):
        if hasattr(part, "save_assets"):
            inner = folder / path
            inner.mkdir(parents=True, exist_ok=True)
            part.save_assets(str(inner))


def load_model(
    filepath: Any,
    custom_objects: dict | None = None,
    compile: bool = True,
    safe_mode: bool = True,
    *,
    limits: Limits | None = None,
) -> Any:
    """Read a model from a file that `save_model` or Keras wrote. No code in the file is run.

    Args:
        filepath: path of a `.keras` archive or folder or a legacy `.h5` file, an open binary file
            with an archive, or a folder of `callbacks.OrbaxCheckpoint`: the newest step counts, or
            the one whose folder it is.
        custom_objects: dict from name to class or function, for the user's own.
        compile: whether to compile the model as it was when saved.
        safe_mode: False lets lambdas stored in the file run; only for files that you trust.
        limits: a `keras.saving.Limits` with what the file may take: by default, eight times its
            own size in memory and a quarter of a gigabyte, and so on.

    Returns:
        The model, with its weights and its optimizer's state.

    Raises:
        LoadError: if the file is incomplete, damaged, hostile, or does not fit; a `ValueError`.
        ValueError: if there is no such file.
        TypeError: if it names a class that nobody registered; the error is a `LoadError` too.

    >>> import os, tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.keras")
    ...     model.save(path)
    ...     keras.models.load_model(path).output_shape
    (None, 1)
    """
    load_rooms()
    if hasattr(filepath, "read"):
        with reading("the open file", limits, _length(filepath)):
            return _from_members(filepath, "the open file", custom_objects, compile, safe_mode)
    path = as_path(filepath, "A model is loaded from an open binary file or", "model.keras")
    if not os.path.exists(path):
        recover(path)
    if not os.path.exists(path):
        raise ValueError(f"There is no file {path!r} to load a model from.")
    folder = os.path.isdir(path)
    with reading(path, limits):
        if folder and not os.path.lexists(os.path.join(path, CONFIG)) and is_checkpoint(path):
            return load_checkpoint_model(path, custom_objects, compile, safe_mode)
        if path.endswith((".h5", ".hdf5")) and not folder:
            with opened(path) as file, registry.safe_mode(safe_mode):
                return legacy_h5.read_model(file, custom_objects, compile)
        if not folder and (path.endswith(".keras") or zipfile.is_zipfile(path)):
            return _from_members(path, path, custom_objects, compile, safe_mode)

    def read_folder() -> Any:
        with reading(path, limits):
            return _from_members(path, path, custom_objects, compile, safe_mode)

    if folder:
        return read_whole(path, read_folder)
    raise ValueError(f"A model is loaded from a .keras or .h5 file; got {path!r}.")


def _length(file: Any) -> int:
    here = file.tell()
    length = file.seek(0, os.SEEK_END)
    file.seek(here)
    return length


def _from_members(
    source: Any, path: str, custom_objects: dict | None, compile: bool, safe_mode: bool
) -> Any:
    with opened_members(source) as members:
        config = model_config(members.read(CONFIG), compile)
        with opened_weights(members, path) as file, registry.CustomObjectScope(custom_objects):
            model = registry.deserialize(config, safe_mode=safe_mode)
            check_model(model)
            _load_assets(model, members)
            read_state(model, file)
    return model


def _load_assets(model: Any, members: Members) -> None:
    for path, part in walk(model):
        if hasattr(part, "load_assets"):
            # Those of a part that does not ask for any stay in the archive.
            with tempfile.TemporaryDirectory() as name:
                if members.put_assets(path, Path(name)):
                    part.load_assets(name)
