"""Layers that stand in several places of what is serialized are one layer again when it is read.

While something is written, every object with weights gets a number; a number that stands once is
taken away at the end. Keras's readers leave the key alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from cornu.engine.errors import LoadError

KEY = "shared"


class _Thread(threading.local):
    written: dict[int, tuple[int, Any]] | None = None
    read: dict[int, Any] | None = None


_thread = _Thread()


def written(make: Callable[[], Any]) -> Any:
    """What `make` serializes, in which objects with weights that stand twice have a number."""
    if _thread.written is not None:
        return make()
    _thread.written = {}
    try:
        config = make()
    finally:
        _thread.written = None
    entries = [entry for entry in _objects(config) if KEY in entry]
    times = Counter(entry[KEY] for entry in entries)
    for entry in entries:
        if times[entry[KEY]] == 1:
            del entry[KEY]
    return config


def read(make: Callable[[], Any]) -> Any:
    """What `make` deserializes, in which objects of one number are one object."""
    if _thread.read is not None:
        return make()
    _thread.read = {}
    try:
        return make()
    finally:
        _thread.read = None


def number(obj: Any) -> dict:
    """What tells an object from others while it is written: nothing for one without weights."""
    if not hasattr(obj, "save_own_variables"):
        return {}
    # The object is kept, so that no other gets its address.
    return {KEY: _thread.written.setdefault(id(obj), (len(_thread.written), obj))[0]}


def known(config: dict) -> Any:
    """The object that was read under the config's number; None if there is none."""
    if KEY not in config:
        return None
    if type(config[KEY]) is not int:
        raise LoadError(
            f"the number of a shared object, {KEY!r}, is none", found=repr(config[KEY])[:300]
        )
    return _thread.read.get(config[KEY])


def remember(config: dict, obj: Any) -> None:
    """Note that this object was read under the config's number, if it has one."""
    if KEY in config:
        _thread.read[config[KEY]] = obj


def _objects(config: Any) -> Iterator[dict]:
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from _objects(value)
    elif isinstance(config, (list, tuple)):
        for value in config:
            yield from _objects(value)
