"""URLs as they may be shown: without passwords and keys."""

from __future__ import annotations

import base64
import urllib.parse


def without_secrets(url: str) -> str:
    """The URL without user, password and query, for messages.

    >>> from cornu.engine.formats.urls import without_secrets
    >>> without_secrets("https://me:secret@example.com/data.zip?key=123")
    'https://example.com/data.zip?...'
    """
    head, separator, rest = url.partition("://")
    if not separator:
        head, rest = "", url
    place, mark, path = rest.partition("/")
    shown = f"{head}{separator}{place.rpartition('@')[2]}{mark}{path.partition('#')[0]}"
    address, query, _ = shown.partition("?")
    return f"{address}?..." if query else address


def split_password(url: str) -> tuple[str, str | None]:
    """The URL without user and password, and the header that says them; None without any."""
    parts = urllib.parse.urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    token = base64.b64encode(urllib.parse.unquote(login).encode()).decode("ascii")
    return urllib.parse.urlunsplit(parts._replace(netloc=host)), f"Basic {token}"
