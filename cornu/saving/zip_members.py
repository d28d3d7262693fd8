"""Reading members of an archive that may be hostile."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

LARGE = 64 * 2**20
MOST_EXPANSION = 200


def read_member(archive: zipfile.ZipFile, name: str, path: str) -> bytes:
    """The content of a member.

    Args:
        archive: the open archive.
        name: the member's name.
        path: of the archive, for messages.

    Raises:
        ValueError: if it is missing, damaged, or would unpack to far more than it holds.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ValueError(
            f"{path!r} is not a complete .keras archive: it has no {name!r}. It holds "
            f"{archive.namelist()[:10]}."
        ) from None
    if info.file_size > LARGE and info.file_size > MOST_EXPANSION * info.compress_size:
        raise ValueError(
            f"{path!r} is refused: {name!r} would unpack {info.compress_size} bytes to "
            f"{info.file_size}."
        )
    try:
        return archive.read(info)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path!r} is damaged at {name!r}: {error}") from error


def extract_assets(archive: zipfile.ZipFile, folder: Path, path: str) -> Path | None:
    """Unpack the members below `assets/` into a folder; None if there are none.

    Raises:
        ValueError: for a name that leads out of the folder.
    """
    names = [info for info in archive.infolist() if info.filename.startswith("assets/")]
    for info in names:
        check_name(info.filename, path)
        if not info.is_dir():
            target = folder / info.filename
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(read_member(archive, info.filename, path))
    return folder / "assets" if names else None


def check_name(name: str, path: str) -> None:
    """Refuse a member whose name is absolute or climbs upwards."""
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        raise ValueError(f"{path!r} is refused: its member {name!r} leads out of the archive.")
