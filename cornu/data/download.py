"""`get_file`: files from the network, kept in a folder of this machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from pathlib import Path

from cornu.data.archives import extract_archive
from cornu.engine.formats.urls import split_password, without_secrets
from cornu.engine.limits import DATA, Budget, Limits
from cornu.engine.user_warnings import warn

BYTES_AT_ONCE = 1 << 16
SECONDS_OF_SILENCE = 60
SCHEMES = ("https", "http", "ftp", "file")


def get_file(
    fname: str | os.PathLike | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | list[str] | None = "auto",
    cache_dir: str | os.PathLike | None = None,
    force_download: bool = False,
    limits: Limits | None = None,
) -> str:
    """Download a file, unless it is there already.

    Pass `file_hash` if you know it: it is checked, and a file that differs is not kept.

    Args:
        fname: name for the file, without folders; the name in `origin` by default. With `extract`
            and a name without a dot, the folder to extract into.
        origin: URL of the file.
        untar: the old name for `extract`.
        md5_hash: the old name for `file_hash` with MD5.
        file_hash: SHA-256 or MD5 of the file, in hexadecimal digits.
        cache_subdir: folder in the cache folder; an absolute path is taken as it is.
        hash_algorithm: `"sha256"`, `"md5"`, or `"auto"` to tell by the length.
        extract: whether to extract the archive, once. Links, devices and members that would land
            outside of the folder are refused.
        archive_format: `"tar"` (also compressed), `"zip"`, or `"auto"` for either.
        cache_dir: the cache folder; `$KERAS_HOME` or `~/.keras` by default.
        force_download: whether to download the file even if it is there.
        limits: a `keras.saving.Limits` with the bytes that may be downloaded (32 GiB by default)
            and unpacked (8 times the archive and 4 GiB).

    Returns:
        Path of the file, or of the folder with what was in the archive.

    Raises:
        OSError: if the file cannot be downloaded; it says where to put a file you have.
        ValueError: for a wrong hash, a file beyond the limits, or an archive that is none or not
            safe.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = pathlib.Path(folder, "words.txt")
    ...     _ = source.write_text("one two")
    ...     path = keras.utils.get_file(origin=source.as_uri(), cache_dir=folder)
    ...     print(pathlib.Path(path).parent.name, pathlib.Path(path).read_text())
    Downloading file:///...
    datasets one two
    """
    if not origin:
        raise ValueError("get_file needs origin, the URL of the file.")
    if urllib.parse.urlsplit(origin).scheme not in SCHEMES:
        raise ValueError(
            f"origin must be a URL that begins with {'://, '.join(SCHEMES)}://; got "
            f"{without_secrets(origin)!r}."
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    extract = extract or untar
    target, folder = places(fname, origin, extract, writable(cache_dir, cache_subdir))
    stale = target.exists() and not matches(target, file_hash, hash_algorithm)
    if stale:
        print(f"{target} is not the file that is wanted: its hash differs.")
    fresh = force_download or stale or not target.exists()
    if fresh:
        download(origin, target, file_hash, hash_algorithm, limits)
    if not extract:
        return str(target)
    if fresh or not folder.exists():
        extract_archive(target, folder, "tar" if untar else archive_format, limits)
    return str(folder)


def cache_home() -> Path:
    """The folder for what is kept: `$KERAS_HOME`, or `.keras` in the user's folder."""
    return Path(os.environ.get("KERAS_HOME") or Path("~", ".keras")).expanduser()


def writable(cache_dir: str | os.PathLike | None, subdir: str) -> Path:
    """The folder for the file, made if need be."""
    home = cache_home() if cache_dir is None else Path(cache_dir).expanduser()
    try:
        (home / subdir).mkdir(parents=True, exist_ok=True)
        return home / subdir
    except PermissionError:
        other = Path(tempfile.gettempdir(), ".keras", subdir)
        warn(
            f"{home} cannot be written to, so files go to {other}. Set KERAS_HOME or pass "
            "cache_dir to choose the folder."
        )
        other.mkdir(parents=True, exist_ok=True)
        return other


def places(
    fname: str | os.PathLike | None, origin: str, extract: bool, parent: Path
) -> tuple[Path, Path]:
    """Where the file goes, and into which folder it is extracted: Keras's names."""
    name = os.fspath(fname) if fname else os.path.basename(urllib.parse.urlsplit(origin).path)
    if not name:
        raise ValueError(
            f"{without_secrets(origin)} does not end in the name of a file. Pass fname."
        )
    if name != os.path.basename(name) or name in (".", ".."):
        raise ValueError(
            f"fname must be a name without folders; got {name!r}. Pass cache_dir and cache_subdir "
            "to choose the folder."
        )
    if not extract:
        return parent / name, parent / name
    if fname and "." in name:
        return parent / name, parent / f"{name[: name.find('.')]}_extracted"
    return parent / f"{name}_archive", parent / name


def download(
    origin: str,
    target: Path,
    file_hash: str | None,
    algorithm: str,
    limits: Limits | None = None,
) -> None:
    """Download a file to `target`, which is complete or not there."""
    print(f"Downloading {without_secrets(origin)}")
    handle, part = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            copy(origin, target, file, file_hash, Budget(limits or DATA, without_secrets(origin)))
        if not matches(Path(part), file_hash, algorithm):
            raise ValueError(
                f"What {without_secrets(origin)} gave is not the file that is wanted: its hash is "
                f"{hash_of(Path(part), file_hash, algorithm)}, not {file_hash}."
            )
        os.chmod(part, 0o644)
        os.replace(part, target)
    finally:
        if os.path.exists(part):
            os.remove(part)


def copy(origin: str, target: Path, file, file_hash: str | None, budget: Budget) -> None:
    """Copy what a URL gives into an open file."""
    url, login = split_password(origin)
    request = urllib.request.Request(url)
    if login is not None:
        # Not handed on where the server points elsewhere.
        request.add_unredirected_header("Authorization", login)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_OF_SILENCE) as response:
            length = response.headers.get("Content-Length") or ""
            total = int(length) if length.isdecimal() else 0
            budget.check("download", total)
            done = 0
            while content := response.read(BYTES_AT_ONCE):
                budget.spend("download", len(content))
                file.write(content)
                done += len(content)
                show(done, total)
        if done < total:
            raise OSError(f"the connection ended after {done} of {total} bytes")
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        known = f" Its hash is {file_hash}." if file_hash else ""
        raise OSError(
            f"Cannot download {without_secrets(origin)}: {reason}. If there is no network here, "
            f"get the file elsewhere and put it at {target}.{known}"
        ) from error


def show(done: int, total: int) -> None:
    """How far a download is, on a terminal."""
    if not sys.stdout.isatty():
        return
    columns = shutil.get_terminal_size().columns
    share = (
        f"{100 * done // total:3d} % of {total / 1e6:.1f} MB" if total else f"{done / 1e6:.1f} MB"
    )
    print(f"\r{share:<{columns - 1}}", end="\n" if done == total else "", flush=True)


def matches(path: Path, file_hash: str | None, algorithm: str) -> bool:
    """Whether a file has this hash; any file has None."""
    return file_hash is None or hash_of(path, file_hash, algorithm) == file_hash.lower()


def hash_of(path: Path, file_hash: str, algorithm: str) -> str:
    """The hash of a file, by the algorithm that is named or that the wanted hash tells."""
    if algorithm not in ("auto", "sha256", "md5"):
        raise ValueError(f"hash_algorithm must be 'auto', 'sha256' or 'md5'; got {algorithm!r}.")
    if algorithm == "auto":
        algorithm = "sha256" if len(file_hash) == 64 else "md5"
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
