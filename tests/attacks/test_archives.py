"""Archives of data made to harm: `get_file(extract=True)` leaves nothing of them behind."""

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

import cornu as keras


def tar_of(*members, mode="w:gz"):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return file.getvalue()


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_of(*members, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def zip_with_mode(name, content, mode):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return zip_of((info, content))


def nested_long_links():
    """A chain of links whose resolved path is too long to be checked, as in CVE-2025-4517."""
    folder = "d" * 247
    members, path = [], ""
    for letter in "abcdefghijklmnop":
        members.append(special(f"{path}{folder}", tarfile.DIRTYPE))
        members.append(special(f"{path}{letter}", tarfile.SYMTYPE, folder))
        path += f"{folder}/"
    chain = "/".join("abcdefghijklmnop")
    members.append(special(f"{chain}/{'l' * 254}", tarfile.SYMTYPE, "../" * 16))
    members.append(special("escape", tarfile.SYMTYPE, f"{chain}/{'l' * 254}/../../"))
    return tar_of(*members, ("escape/out.txt", b"out"))


def sparse():
    """A member of the old GNU kind that claims a terabyte of zeros and holds nothing."""
    info = special("zeros", tarfile.GNUTYPE_SPARSE)
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\0" % 0 + b"%011o\0" % 0
    header[483:495] = b"\x80" + struct.pack(">Q", 2**40).rjust(11, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def long_header():
    """A name in an extended header that claims to be 64 MiB long."""
    info = special("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    info.size = 2**26
    return gzip.compress(info.tobuf() + bytes(2**26) + bytes(1024), 1)


def with_password():
    content = bytearray(zip_of(("x", b"abc")))
    for place in (6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    return bytes(content)


LINKS = {
    "nested long links": nested_long_links(),
    "symbolic link": tar_of(special("link", tarfile.SYMTYPE, "../..")),
    "symbolic link that stays inside": tar_of(special("link", tarfile.SYMTYPE, "x")),
    "hard link": tar_of(special("link", tarfile.LNKTYPE, "../../secret")),
    "link then file": tar_of(special("a", tarfile.SYMTYPE, ".."), ("a/out.txt", b"out")),
    "device": tar_of(special("device", tarfile.CHRTYPE)),
    "pipe": tar_of(special("pipe", tarfile.FIFOTYPE)),
    "sparse": sparse(),
    "zip link": zip_with_mode("link", "../..", stat.S_IFLNK | 0o777),
    "same name twice": zip_of(("x", b"one"), ("y", b"")).replace(b"y", b"x"),
}
PATHS = {
    f"{kind} {name!r}": make((name, b"out"))
    for name in ("../out.txt", "a/../../out.txt", "/out.txt", "..\\out.txt", "C:\\out.txt")
    for kind, make in (("tar", tar_of), ("zip", zip_of))
}
DAMAGED = {
    "cut off gzip": tar_of(("x", os.urandom(5000)))[:-400],
    "cut off bz2": bz2.compress(tar_of(("x", os.urandom(5000)), mode="w"))[:-400],
    "cut off xz": lzma.compress(tar_of(("x", os.urandom(5000)), mode="w"))[:-400],
    "cut off zip": zip_of(("x", b"abc" * 99))[:-40],
    "changed zip": zip_of(("x", b"abcdefgh")).replace(b"abcdefgh", b"abcdefgx"),
    "encrypted zip": with_password(),
    "long header": long_header(),
    "name too long": tar_of(("n" * 300, b"")),
    "file and folder": tar_of(("a", b""), ("a/b", b"")),
    "deep path": tar_of(("d/" * 1500 + "x", b"")),
    "nothing": b"",
    "text": b"no archive",
}
HOSTILE = LINKS | PATHS | DAMAGED


def extracted(folder, content, **kwargs):
    (folder / "archive").write_bytes(content)
    origin = (folder / "archive").as_uri()
    return keras.utils.get_file("data", origin, extract=True, cache_dir=folder, **kwargs)


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_nothing_of_a_hostile_archive_is_left(tmp_path, content):
    with pytest.raises(keras.saving.LoadError) as caught:
        extracted(tmp_path, content)
    assert len(str(caught.value).splitlines()) <= 10
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert found == {"archive", "datasets", "datasets/data_archive"}


BOMBS = {
    "gzip": tar_of(("zeros", bytes(2**24))),
    "xz": lzma.compress(tar_of(("zeros", bytes(2**24)), mode="w")),
    "zip": zip_of(("zeros", bytes(2**24)), compression=zipfile.ZIP_DEFLATED),
    "many empty members": tar_of(*((f"{i}", b"") for i in range(3000))),
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_what_unpacks_to_far_more_than_it_holds_is_refused(tmp_path, content):
    with pytest.raises(keras.saving.LoadError, match=r"Limits\(disk=\.\.\.\)"):
        extracted(tmp_path, content, limits=keras.saving.Limits(disk=2**20))
    assert not (tmp_path / "datasets" / "data").exists()


def test_a_member_that_says_it_is_a_terabyte_is_not_begun(tmp_path):
    info = tarfile.TarInfo("zeros")
    info.size = 2**40
    with pytest.raises(keras.saving.LoadError, match="at most"):
        extracted(tmp_path, info.tobuf() + bytes(4096))


def test_a_limit_of_members_holds(tmp_path):
    with pytest.raises(keras.saving.LoadError, match="3 members"):
        extracted(tmp_path, BOMBS["many empty members"], limits=keras.saving.Limits(members=2))


def test_an_argument_raises_the_limit(tmp_path):
    path = extracted(tmp_path, BOMBS["gzip"], limits=keras.saving.Limits(disk=2**25))
    assert os.path.getsize(os.path.join(path, "zeros")) == 2**24


def test_plain_archives_of_every_compression_are_extracted(tmp_path):
    plain = tar_of(("./a/b.txt", b"text"), special("empty", tarfile.DIRTYPE), mode="w")
    for number, pack in enumerate((bytes, gzip.compress, bz2.compress, lzma.compress)):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = extracted(folder, pack(plain))
        assert Path(path, "a", "b.txt").read_text() == "text"
        assert os.path.isdir(os.path.join(path, "empty"))


def test_programs_stay_executable(tmp_path):
    content = zip_with_mode("run.sh", "true", stat.S_IFREG | 0o755)
    path = extracted(tmp_path, content)
    assert os.access(os.path.join(path, "run.sh"), os.X_OK)
