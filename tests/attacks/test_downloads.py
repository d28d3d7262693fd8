"""Servers that send without end, and passwords in addresses, which no message shows."""

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import cornu as keras
from cornu.callbacks import RemoteMonitor


class Endless(BaseHTTPRequestHandler):
    """Sends without end at /endless, says a huge length at /claim, points elsewhere at /moved."""

    def do_GET(self):
        self.server.logins.append((self.path, self.headers.get("Authorization")))
        moved = self.path == "/moved.txt"
        self.send_response(302 if moved else 200)
        if moved:
            self.send_header("Location", f"http://localhost:{self.server.server_port}/text.txt")
        if self.path == "/claim.txt":
            self.send_header("Content-Length", str(2**50))
        self.end_headers()
        if self.path == "/text.txt":
            self.wfile.write(b"text")
        while self.path == "/endless.txt":
            try:
                self.wfile.write(bytes(2**16))
            except OSError:
                return

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as running:
        running.logins = []
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def url(server, path, login=""):
    return f"http://{login}127.0.0.1:{server.server_port}/{path}"


def test_a_download_without_end_is_broken_off(server, tmp_path):
    limits = keras.saving.Limits(download=10**6)
    with pytest.raises(keras.saving.LoadError, match="at most 1,000,000"):
        keras.utils.get_file(origin=url(server, "endless.txt"), cache_dir=tmp_path, limits=limits)
    assert not list((tmp_path / "datasets").iterdir())


def test_a_length_beyond_the_limit_is_not_begun(server, tmp_path):
    with pytest.raises(keras.saving.LoadError, match=r"Limits\(download=\.\.\.\)"):
        keras.utils.get_file(origin=url(server, "claim.txt"), cache_dir=tmp_path)


def test_a_password_is_used_but_neither_shown_nor_handed_on(server, tmp_path, capsys):
    origin = url(server, "moved.txt", "me:s%40cret@") + "?key=hidden"
    server.logins.clear()
    keras.utils.get_file("text", origin.replace("?key=hidden", ""), cache_dir=tmp_path)
    token = base64.b64encode(b"me:s@cret").decode()
    assert server.logins == [("/moved.txt", f"Basic {token}"), ("/text.txt", None)]
    keras.utils.get_file("other", origin, cache_dir=tmp_path)
    shown = capsys.readouterr().out
    assert "cret" not in shown and "hidden" not in shown and "moved.txt" in shown


@pytest.mark.parametrize(
    "origin",
    [
        "http://me:secret@127.0.0.1:9/x",
        "odd://me:secret@host/x",
        "me:secret@host/x",
        "http://h/?secret",
    ],
)
def test_no_error_shows_a_password(tmp_path, origin):
    with pytest.raises((OSError, ValueError)) as caught:
        keras.utils.get_file(origin=origin, cache_dir=tmp_path)
    assert "secret" not in str(caught.value)


def test_the_monitor_shows_no_password():
    monitor = RemoteMonitor("http://me:secret@127.0.0.1:9")
    with pytest.warns(UserWarning, match="could not reach") as caught:
        monitor.on_epoch_end(0, {"loss": 1.0})
    assert "secret" not in str(caught[0].message)
