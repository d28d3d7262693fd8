"""Sends each epoch's values to a server."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request

import numpy as np

from cornu.engine.formats.urls import without_secrets
from cornu.engine.user_warnings import warn
from cornu.training.callback import Callback, LogsMapping

SECONDS_TO_WAIT = 10


class RemoteMonitor(Callback):
    """Posts the epoch's number and values over HTTP; a server that fails is warned of, not more.

    Args:
        root: The server's address, starting with `http://` or `https://`.
        path: The path to post to.
        field: Name of the form's field that holds the JSON text.
        headers: Further HTTP headers.
        send_as_json: Whether to send the JSON text as the whole body instead of a form.

    Raises:
        ValueError: If the address is of another kind.

    Example:
        >>> monitor = keras.callbacks.RemoteMonitor(root="http://localhost:9000")
        >>> monitor.path
        '/publish/epoch/end/'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise ValueError(
                "RemoteMonitor: root must start with http:// or https://; got "
                f"{without_secrets(root)!r}."
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: LogsMapping = None) -> None:
        values = {name: as_plain(value) for name, value in (logs or {}).items()}
        text = json.dumps({"epoch": epoch, **values})
        if self.send_as_json:
            body, kind = text, "application/json"
        else:
            body = urllib.parse.urlencode({self.field: text})
            kind = "application/x-www-form-urlencoded"
        request = urllib.request.Request(
            self.root + self.path,
            data=body.encode(),
            headers={"Content-Type": kind, **(self.headers or {})},
        )
        try:
            urllib.request.urlopen(request, timeout=SECONDS_TO_WAIT).close()
        except OSError as error:
            warn(
                f"RemoteMonitor could not reach {without_secrets(self.root + self.path)}: {error}."
            )


def as_plain(value: object) -> object:
    return np.asarray(value).tolist() if hasattr(value, "__array__") else value
