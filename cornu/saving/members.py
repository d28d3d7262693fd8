"""The members of a `.keras` archive or folder, either of which may be hostile."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from cornu.engine import limits
from cornu.engine.errors import DAMAGE, LoadError

ASSETS = "assets/"


@contextlib.contextmanager
def opened_members(source: Any) -> Iterator[Members]:
    """The members of an archive or folder.

    Args:
        source: its path, or an open binary file with an archive.

    Raises:
        LoadError: if it is neither, or holds what does not belong there.
    """
    if isinstance(source, (str, os.PathLike)) and os.path.isdir(source):
        yield FolderMembers(Path(source))
        return
    try:
        archive = zipfile.ZipFile(source)
    except (FileNotFoundError, PermissionError):
        raise
    except (zipfile.BadZipFile, OSError, *DAMAGE) as error:
        raise LoadError("it is not a .keras archive", found=error) from error
    with archive:
        yield ArchiveMembers(archive)


class Members:
    """Names of members, and how to read one."""

    names: list[str]

    def read(self, name: str) -> bytes:
        """The content of a member.

        Raises:
            LoadError: if it is missing, damaged, or unpacks to far more than there is.
        """
        if name not in self.names:
            raise LoadError(
                f"it is no complete model: {name!r} is missing",
                found=", ".join(sorted(self.names)[:10]) or "nothing",
                expected="metadata.json, config.json, model.weights.h5",
                advice="copy the whole of it; a folder of checkpoints holds a folder for each step",
            )
        return self._content(name)

    def put_assets(self, path: str, folder: Path) -> bool:
        """Copy the assets of a part of the model into a folder; False if it has none."""
        prefix = f"{ASSETS}{path}/" if path else ASSETS
        chosen = [name for name in self.names if name.startswith(prefix) and name[-1] != "/"]
        for name in chosen:
            content = self.read(name)
            limits.spend("disk", len(content), name)
            target = folder / name[len(prefix) :]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return bool(chosen)

    def _content(self, name: str) -> bytes:
        raise NotImplementedError


class ArchiveMembers(Members):
    """The members of a zip archive.

    Args:
        archive: the open archive.

    Raises:
        LoadError: if a name stands twice, leads out of the archive, or does not belong there.
    """

    def __init__(self, archive: zipfile.ZipFile):
        self._archive = archive
        self._infos: dict[str, zipfile.ZipInfo] = {}
        limits.spend("members", len(archive.infolist()))
        for info in archive.infolist():
            name = info.filename
            if name in self._infos:
                raise LoadError("it is refused: a member stands twice", place=repr(name))
            parts = PurePosixPath(name.replace("\\", "/"))
            if (
                parts.is_absolute()
                or ".." in parts.parts
                or ":" in name
                or (len(parts.parts) > 1 and not name.startswith(ASSETS))
            ):
                raise LoadError(
                    "it is refused: a member does not belong there, or leads out of the archive",
                    place=repr(name),
                )
            self._infos[name] = info
        self.names = list(self._infos)

    def _content(self, name: str) -> bytes:
        info = self._infos[name]
        limits.spend("memory", info.file_size, name)
        try:
            return self._archive.read(info)
        except (zipfile.BadZipFile, OSError, *DAMAGE) as error:
            raise LoadError("the archive is damaged", place=name, found=error) from error


class FolderMembers(Members):
    """The members of a folder.

    Args:
        folder: the folder.

    Raises:
        LoadError: if it holds a link or a device, which could lead to any file.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self.names = []
        for root, folders, files in os.walk(folder):
            for name in (*folders, *files):
                path = Path(root, name)
                place = path.relative_to(folder).as_posix()
                limits.spend("members", 1, place)
                mode = os.lstat(path).st_mode
                if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                    raise LoadError(
                        "it is refused: it holds what is no plain file or folder",
                        place=place,
                        found="a link" if stat.S_ISLNK(mode) else "a device",
                        advice="if you trust it, put the file itself there",
                    )
                if stat.S_ISREG(mode):
                    self.names.append(place)

    def _content(self, name: str) -> bytes:
        content = (self._folder / name).read_bytes()
        limits.spend("memory", len(content), name)
        return content
