"""Downloads into a cache, from a server on this machine; archives that mean harm."""

import hashlib
import io
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cornu.data.archives import extract_archive
from cornu.utils import get_file


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        self.server.requests.append(self.path)


@pytest.fixture
def server(tmp_path):
    """A server of the folder `served`; `requests` lists what was asked for."""
    served = tmp_path / "served"
    served.mkdir()
    handler = partial(QuietHandler, directory=str(served))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.requests = []
        running.folder = served
        running.url = f"http://127.0.0.1:{running.server_port}/"
        thread = threading.Thread(target=partial(running.serve_forever, poll_interval=0.01))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def tar_of(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def zip_of(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_file_is_downloaded_once(server, home):
    (server.folder / "a.txt").write_text("content")
    path = get_file(origin=server.url + "a.txt?version=1")
    assert path == str(home / "datasets" / "a.txt")
    assert Path(path).read_text() == "content"
    get_file(origin=server.url + "a.txt")
    assert len(server.requests) == 1
    get_file(origin=server.url + "a.txt", force_download=True)
    assert len(server.requests) == 2
    assert [entry.name for entry in (home / "datasets").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_hashes_are_checked(server, home, algorithm):
    (server.folder / "a.txt").write_text("content")
    right = hashlib.new(algorithm, b"content").hexdigest()
    url = server.url + "a.txt"
    with pytest.raises(ValueError, match=f"its hash is {right}, not {'0' * len(right)}"):
        get_file("b", url, file_hash="0" * len(right))
    assert not list((home / "datasets").iterdir())
    path = Path(get_file("b", url, file_hash=right.upper(), cache_subdir="sub"))
    assert path == home / "sub" / "b"
    path.write_text("outdated")
    get_file("b", url, file_hash=right, hash_algorithm=algorithm, cache_subdir="sub")
    assert path.read_text() == "content"


@pytest.mark.parametrize(
    ("fname", "archive_name", "folder_name"),
    [
        (None, "a.tar.gz_archive", "a.tar.gz"),
        ("data.tgz", "data.tgz", "data_extracted"),
        ("data", "data_archive", "data"),
    ],
)
def test_archives_are_extracted_where_keras_does(server, home, fname, archive_name, folder_name):
    (server.folder / "a.tar.gz").write_bytes(tar_of({"in/x.txt": b"x"}))
    path = get_file(fname, server.url + "a.tar.gz", extract=True)
    assert path == str(home / "datasets" / folder_name)
    assert Path(path, "in", "x.txt").read_text() == "x"
    names = sorted(entry.name for entry in (home / "datasets").iterdir())
    assert names == sorted([archive_name, folder_name])
    Path(path, "mine").write_text("kept, since it is extracted once")
    get_file(fname, server.url + "a.tar.gz", untar=True)
    assert Path(path, "mine").exists()


def test_zip_archives(server):
    (server.folder / "a.zip").write_bytes(zip_of({"x.txt": "x"}))
    path = get_file(origin=server.url + "a.zip", extract=True)
    assert Path(path, "x.txt").read_text() == "x"
    with pytest.raises(ValueError, match="no archive of the format tar"):
        get_file("other", server.url + "a.zip", extract=True, archive_format="tar")


def test_without_network_it_says_where_to_put_the_file(home):
    url = "http://127.0.0.1:9/a.txt"
    with pytest.raises(OSError, match="Cannot download") as caught:
        get_file(origin=url, file_hash="ab" * 32)
    message = str(caught.value)
    assert url in message
    assert f"put it at {home / 'datasets' / 'a.txt'}. Its hash is abab" in message


def test_a_missing_file_is_an_error_too(server):
    with pytest.raises(OSError, match=r"Cannot download .*gone\.txt: Not Found|File not found"):
        get_file(origin=server.url + "gone.txt")


def test_a_connection_that_ends_early_leaves_nothing(server, home, monkeypatch):
    (server.folder / "a.txt").write_text("content")
    send_header = QuietHandler.send_header

    def lengthened(self, name, value):
        send_header(self, name, "99" if name == "Content-Length" else value)

    monkeypatch.setattr(QuietHandler, "send_header", lengthened)
    with pytest.raises(OSError, match="after 7 of 99 bytes"):
        get_file(origin=server.url + "a.txt")
    assert not list((home / "datasets").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs origin"),
        ({"origin": "http://127.0.0.1/"}, "Pass fname"),
        ({"fname": "../x", "origin": "http://127.0.0.1/x"}, "name without folders"),
    ],
)
def test_nonsense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        get_file(**arguments)


def link(name, target):
    info = tarfile.TarInfo(name)
    info.type = tarfile.SYMTYPE
    info.linkname = target
    return info


HOSTILE = {
    "tar with a path up": tar_of({"../out.txt": b"x"}),
    "tar with a link out": tar_of({"link": link("link", "../..")}),
    "tar with an absolute link": tar_of({"link": link("link", "/etc")}),
    "zip with a path up": zip_of({"../out.txt": "x"}),
    "zip with an absolute path": zip_of({"/out.txt": "x"}),
    "zip with a path of Windows": zip_of({"..\\out.txt": "x", "C:\\out.txt": "x"}),
    "tar that is cut off": tar_of({"x": bytes(range(256)) * 99})[:-40],
    "zip that is damaged": zip_of({"x": "abcdefgh"}).replace(b"abcdefgh", b"abcdefgx"),
    "no archive": b"nothing",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_archives_leave_nothing(tmp_path, content):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "archive").write_bytes(content)
    with pytest.raises(ValueError, match="archive"):
        extract_archive(tmp_path / "in" / "archive", tmp_path / "in" / "folder", "auto")
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert [name for name in found if name != "home"] == ["in", "in/archive"]
