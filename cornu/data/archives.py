"""Archives extracted by our own hand: plain files and folders only, nothing outside, never half.

The standard library's filters were got around by nested long links (CVE-2025-4517), so no link is
made at all: what is written lies in a new folder that holds none, and each byte is counted.
"""

from __future__ import annotations

import bz2
import contextlib
import errno
import gzip
import lzma
import os
import re
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cornu.engine.errors import LoadError
from cornu.engine.limits import DATA, Budget, Limits

FORMATS = ("tar", "zip")
# How files of these compressions begin.
COMPRESSIONS: dict[bytes, Callable] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x5d\x00\x00": lzma.open,
}
BYTES_AT_ONCE = 1 << 16
# What a file takes on disk beside its content; so millions of empty members are not free.
BYTES_PER_FILE = 4096
# Long names and extended headers of tar are read whole, so their size is limited.
LONGEST_HEADER = 1 << 20
DRIVE = re.compile(r"^[A-Za-z]:")
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    OSError,
    # Of ZIP: a password is needed, or an unknown compression. The others: nonsense in headers.
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
)
# Errors of the system for which a member's name is to blame: too long, a file where a folder is.
BAD_NAMES = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EINVAL)


def extract_archive(
    path: Path,
    folder: Path,
    archive_format: str | list[str] | None,
    limits: Limits | None = None,
) -> None:
    """Extract an archive into a folder, which takes the place of one of that name.

    Args:
        path: the archive.
        folder: the folder to make.
        archive_format: `"tar"`, `"zip"`, a list of these, or `"auto"` for any.
        limits: how much it may unpack to; None for the usual limits.

    Raises:
        LoadError: if it is no such archive, is damaged, unpacks to far more than it holds, or has
            members that are no plain files and folders inside of it.
    """
    formats = FORMATS if archive_format == "auto" else archive_format or ()
    formats = (formats,) if isinstance(formats, str) else tuple(formats)
    if not set(formats) <= set(FORMATS):
        raise ValueError(f"archive_format must be 'auto', 'tar' or 'zip'; got {archive_format!r}.")
    new = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    writer = _Writer(new, Budget(limits or DATA, path, os.path.getsize(path)))
    try:
        kind = next((kind for kind in formats if READERS[kind][0](path)), None)
        if kind is None:
            raise LoadError(
                f"it is no archive of the format {' or '.join(formats) or None}", file=path
            )
        READERS[kind][1](path, writer)
        os.chmod(new, 0o755)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(new, folder)
    except LoadError:
        raise
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno not in (None, *BAD_NAMES):
            raise  # A full disk, say: the archive is not to blame.
        raise LoadError(
            "the archive is damaged, or not safe to extract",
            file=path,
            place=writer.place,
            found=error,
            advice="download it again",
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


class _Writer:
    """Writes members below a folder, and counts what they take."""

    def __init__(self, folder: Path, budget: Budget):
        self.folder = folder
        self.budget = budget
        self.place: str | None = None

    def target(self, name: str) -> Path:
        """The path of a member, which is counted."""
        self.place = repr(name)
        self.budget.spend("members", 1, self.place)
        parts = name.replace("\\", "/").split("/")
        self.budget.check("depth", len(parts), self.place)
        if parts[0] == "" or ".." in parts or DRIVE.match(name) or "\0" in name:
            self.refuse("its name leads out of the folder")
        return self.folder.joinpath(*parts)

    def refuse(self, reason: str) -> None:
        raise LoadError(
            f"it is refused: {reason}",
            file=self.budget.file,
            place=self.place,
            expected="plain files and folders inside of the archive",
        )

    def make_folder(self, name: str) -> None:
        self.budget.spend("disk", BYTES_PER_FILE, repr(name))
        self.target(name).mkdir(parents=True, exist_ok=True)

    def write(self, name: str, claimed: int, executable: bool, source: BinaryIO) -> None:
        target = self.target(name)
        self.budget.spend("disk", BYTES_PER_FILE, self.place)
        # What it says is refused at once, what it holds is counted as it comes.
        self.budget.check("disk", claimed, self.place)
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb") as file:
            done = 0
            while content := source.read(BYTES_AT_ONCE):
                self.budget.spend("disk", len(content), self.place)
                file.write(content)
                done += len(content)
        if done != claimed:
            raise EOFError(f"it ends after {done} of {claimed} bytes")
        if executable:
            os.chmod(target, 0o755)


class _Guarded:
    """An open file whose reads are limited, since headers of tar are read in one piece."""

    def __init__(self, file: BinaryIO):
        self.file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= LONGEST_HEADER:
            raise tarfile.ReadError(f"a header claims {size} bytes")
        return self.file.read(size)


@contextlib.contextmanager
def _tar(path: Path) -> Iterator[tarfile.TarFile]:
    with open(path, "rb") as file:
        start = file.read(6)
    opener = next((o for magic, o in COMPRESSIONS.items() if start.startswith(magic)), open)
    with opener(path, "rb") as file, tarfile.open(fileobj=_Guarded(file), mode="r:") as archive:
        yield archive


def is_tar(path: Path) -> bool:
    """Whether it begins as a tar archive does, be it compressed or not."""
    try:
        with _tar(path):
            return True
    except DAMAGE:
        return False


def extract_tar(path: Path, writer: _Writer) -> None:
    """Extract a tar archive."""
    with _tar(path) as archive:
        while (member := archive.next()) is not None:
            # The archive keeps all members that it met, which no one needs here.
            archive.members = []
            name = member.name.removeprefix("./")
            if member.isdir():
                if name not in ("", "."):
                    writer.make_folder(name)
                continue
            if member.issparse() or not member.isreg():
                writer.place = repr(member.name)
                writer.refuse(f"it is {_kind(member)}")
            writer.write(name, member.size, bool(member.mode & 0o100), archive.extractfile(member))


def _kind(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return f"a link to {member.linkname!r}"
    return "a sparse file" if member.issparse() else "a device or of an unknown type"


def extract_zip(path: Path, writer: _Writer) -> None:
    """Extract a zip archive."""
    with zipfile.ZipFile(path) as archive:
        seen: set[str] = set()
        for member in archive.infolist():
            writer.place = repr(member.filename)
            mode = member.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                writer.refuse("it is a link or a device")
            if member.filename in seen:
                writer.refuse("there are two members of this name")
            seen.add(member.filename)
            if member.is_dir():
                writer.make_folder(member.filename)
                continue
            with archive.open(member) as source:
                writer.write(member.filename, member.file_size, bool(mode & 0o100), source)


READERS: dict[str, tuple[Callable[[Path], bool], Callable[[Path, Any], None]]] = {
    "tar": (is_tar, extract_tar),
    "zip": (zipfile.is_zipfile, extract_zip),
}
