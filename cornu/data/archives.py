"""Archives extracted so that nothing lands outside of the folder, and never half."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

FORMATS = ("tar", "zip")


def extract_archive(path: Path, folder: Path, archive_format: str | list[str] | None) -> None:
    """Extract an archive into a folder, which takes the place of one of that name.

    Args:
        path: the archive.
        folder: the folder to make.
        archive_format: `"tar"`, `"zip"`, a list of these, or `"auto"` for any.

    Raises:
        ValueError: if it is no such archive, is damaged, or has members that are not safe.
    """
    formats = FORMATS if archive_format == "auto" else archive_format or ()
    formats = (formats,) if isinstance(formats, str) else tuple(formats)
    if not set(formats) <= set(FORMATS):
        raise ValueError(f"archive_format must be 'auto', 'tar' or 'zip'; got {archive_format!r}.")
    new = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        if "tar" in formats and tarfile.is_tarfile(path):
            extract_tar(path, new)
        elif "zip" in formats and zipfile.is_zipfile(path):
            extract_zip(path, new)
        else:
            raise ValueError(f"{path} is no archive of the format {' or '.join(formats) or None}.")
        os.chmod(new, 0o755)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(new, folder)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise ValueError(
            f"The archive {path} is damaged or not safe to extract: {error}."
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def extract_tar(path: Path, folder: Path) -> None:
    """Extract a tar archive; links, devices and paths that lead outside are refused."""
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")


def extract_zip(path: Path, folder: Path) -> None:
    """Extract a zip archive; paths that lead outside are refused."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            parts = Path(name.replace("\\", "/")).parts
            if os.path.isabs(name) or ".." in parts or ":" in name:
                raise zipfile.BadZipFile(f"its member {name!r} leads out of the folder")
        archive.extractall(folder)
