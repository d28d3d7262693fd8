"""Whole models in `.keras` archives: metadata, architecture, weights, and assets of layers."""

from __future__ import annotations

import datetime
import importlib
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
from cornu.engine.atomic import read_whole, recover, replacing
from cornu.saving import legacy_h5
from cornu.saving.checkpoints import is_checkpoint, load_checkpoint_model
from cornu.saving.contents import Written, check_written, write_state
from cornu.saving.h5_writer import h5_bytes
from cornu.saving.overwriting import may_write
from cornu.saving.saveables import walk
from cornu.saving.weights_io import open_h5, read_state
from cornu.saving.zip_members import extract_assets, read_member

# The version of Keras whose file format is written.
KERAS_VERSION = "3.15.1"

# Rooms enter their classes into the table when they are imported. `models` imports this module, so
# they are named here and imported at the first load.
ROOMS = (
    "activations constraints initializers layers losses metrics models optimizers regularizers"
).split()


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
        **kwargs: `include_optimizer`, False leaves the optimizer's state out (`.h5` only).

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
    if kwargs:
        raise ValueError(f"save_model does not know the arguments {sorted(kwargs)}.")
    if hasattr(filepath, "write"):
        with io.BytesIO() as content:
            _write_archive(model, content)
            filepath.write(content.getvalue())
        return
    path = str(os.fspath(filepath))
    legacy = path.endswith((".h5", ".hdf5"))
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
            content, _ = h5_bytes(
                lambda file: legacy_h5.write_model(model, file, include_optimizer, KERAS_VERSION)
            )
            new.write_bytes(content)
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
    config = json.dumps(registry.serialize(model))
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


def _load_assets(model: Any, folder: Path) -> None:
    for path, part in walk(model):
        if hasattr(part, "load_assets") and (folder / path).is_dir():
            part.load_assets(str(folder / path))


def load_model(
    filepath: Any,
    custom_objects: dict | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a model from a file that `save_model` or Keras wrote. No code in the file is run.

    Args:
        filepath: path of a `.keras` archive or folder or a legacy `.h5` file, an open binary file
            with an archive, or a folder of `callbacks.OrbaxCheckpoint`: the newest step counts, or
            the one whose folder it is.
        custom_objects: dict from name to class or function, for the user's own.
        compile: whether to compile the model as it was when saved.
        safe_mode: False lets lambdas stored in the file run; only for files that you trust.

    Returns:
        The model, with its weights and its optimizer's state.

    Raises:
        ValueError: if the file is missing, incomplete, damaged, hostile, or does not fit.
        TypeError: if it names a class that nobody registered.

    >>> import os, tempfile
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.keras")
    ...     model.save(path)
    ...     keras.models.load_model(path).output_shape
    (None, 1)
    """
    for room in ROOMS:
        importlib.import_module(f"cornu.{room}")
    if hasattr(filepath, "read"):
        return _from_zip(filepath, "the open file", custom_objects, compile, safe_mode)
    path = str(os.fspath(filepath))
    if not os.path.exists(path):
        recover(path)
    if not os.path.exists(path):
        raise ValueError(f"There is no file {path!r} to load a model from.")
    if os.path.isdir(path):
        if not os.path.isfile(os.path.join(path, "config.json")) and is_checkpoint(path):
            return load_checkpoint_model(path, custom_objects, compile, safe_mode)
        folder = Path(path)
        return read_whole(folder, lambda: _from_folder(folder, custom_objects, compile, safe_mode))
    if path.endswith((".h5", ".hdf5")):
        with open_h5(path) as file, registry.safe_mode(safe_mode):
            return legacy_h5.read_model(file, path, custom_objects, compile)
    if path.endswith(".keras") or zipfile.is_zipfile(path):
        return _from_zip(path, path, custom_objects, compile, safe_mode)
    raise ValueError(f"A model is loaded from a .keras or .h5 file; got {path!r}.")


def _from_zip(
    source: Any, path: str, custom_objects: dict | None, compile: bool, safe_mode: bool
) -> Any:
    try:
        archive = zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path!r} is not a .keras archive: {error}.") from error
    with archive, tempfile.TemporaryDirectory() as name:
        for member in archive.namelist():
            if not member.startswith("assets/") and "/" in member.replace("\\", "/"):
                raise ValueError(f"{path!r} is refused: its member {member!r} does not belong.")
        config = read_member(archive, "config.json", path)
        weights = read_member(archive, "model.weights.h5", path)
        assets = extract_assets(archive, Path(name), path)
        with open_h5(io.BytesIO(weights)) as file:
            return _assemble(config, file, assets, path, custom_objects, compile, safe_mode)


def _from_folder(folder: Path, custom_objects: dict | None, compile: bool, safe_mode: bool) -> Any:
    for name in ("config.json", "model.weights.h5"):
        if not (folder / name).is_file():
            raise ValueError(
                f"Folder {str(folder)!r} holds no saved model: {name!r} is missing, and there are "
                "no steps of a checkpoint."
            )
    config = (folder / "config.json").read_bytes()
    with open_h5(folder / "model.weights.h5") as file:
        return _assemble(
            config, file, folder / "assets", str(folder), custom_objects, compile, safe_mode
        )


def _assemble(
    config: bytes,
    file: h5py.File,
    assets: Path | None,
    path: str,
    custom_objects: dict | None,
    compile: bool,
    safe_mode: bool,
) -> Any:
    try:
        config = json.loads(config)
    except ValueError as error:
        raise ValueError(f"{path!r} is damaged: its config.json is no JSON ({error}).") from error
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise ValueError(f"{path!r} is damaged: its config.json does not describe a model.")
    if not compile:
        config = {**config, "compile_config": None}
    with registry.CustomObjectScope(custom_objects):
        model = registry.deserialize(config, safe_mode=safe_mode)
        if not hasattr(model, "save_own_variables"):
            raise ValueError(f"{path!r} does not hold a model, but a {type(model).__name__}.")
        if assets is not None:
            _load_assets(model, assets)
        read_state(model, file)
    return model
