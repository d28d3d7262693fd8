"""What a data set of a user's own changes about itself, as plain values for a backup."""

from __future__ import annotations

import hashlib
import os
import pathlib
import random
from collections.abc import Iterable
from typing import Any

import numpy as np

from cornu.engine.user_warnings import warn

# Of larger arrays a part is looked at, which a new order does not leave as it was.
MOST_BYTES = 64 * 2**20
LOOKED_AT = 2**20
SMALL_BYTES = 2**20
GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)
BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


class ObjectState:
    """The attributes of an object that differ from those at the start, and its numbers.

    Numbers, text, paths, arrays, generators of random numbers, and lists, tuples, sets and dicts of
    these are kept. Small arrays and lists of numbers are kept even if they did not change: they may
    be an order that was drawn when the object was made. An object with `get_state` and `set_state`
    of its own says itself what is kept.

    Args:
        value: the object.
        left_out: names of attributes that are settings.
    """

    def __init__(self, value: Any, left_out: Iterable[str] = ()):
        self.value = value
        self.left_out = frozenset(left_out)
        self._says_itself = all(
            callable(getattr(value, name, None)) for name in ("get_state", "set_state")
        )
        self._first = {} if self._says_itself else self._fingerprints()
        self._warned: set[str] = set()

    def get(self) -> dict[str, Any]:
        """What is to be kept now, by the name of the attribute."""
        if self._says_itself:
            return self.value.get_state()
        found = {}
        for name, fingerprint in self._fingerprints().items():
            changed = self._first.get(name) != fingerprint
            if changed or fingerprint.is_small_numbers:
                try:
                    found[name] = plain(getattr(self.value, name))
                except TypeError:
                    self._warn(name)
        return found

    def set(self, state: dict[str, Any]) -> None:
        """Give the object the attributes that `get` returned."""
        if self._says_itself:
            self.value.set_state(state)
            return
        for name, value in state.items():
            setattr(self.value, name, as_before(value))

    def _fingerprints(self) -> dict[str, Fingerprint]:
        own = vars(self.value).items()
        return {name: Fingerprint(value) for name, value in own if name not in self.left_out}

    def _warn(self, name: str) -> None:
        if name in self._warned:
            return
        self._warned.add(name)
        kind, held = type(self.value).__name__, type(getattr(self.value, name)).__name__
        warn(
            f"A backup cannot hold the attribute {name!r} of {kind}, of type {held}, which changed "
            "in the training: a run that is taken up again may read other data. Give the class "
            "methods `get_state(self)`, which returns numbers, arrays, lists and dicts, and "
            "`set_state(self, state)`."
        )


def plain(value: Any) -> Any:
    """The value as numbers, text, arrays, lists and dicts with text as keys.

    Raises:
        TypeError: for what it does not know.
    """
    if value is None or isinstance(value, (bool, str)) or type(value) in (int, float):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return value.copy()
    if isinstance(value, np.ndarray) and value.dtype.kind in "UO":
        items = [plain(item) for item in value.reshape(-1).tolist()]
        return {"kind": "array", "dtype": value.dtype.str, "shape": value.shape, "items": items}
    if isinstance(value, pathlib.PurePath):
        return {"kind": "path", "value": os.fspath(value)}
    if isinstance(value, np.generic) and value.dtype.kind in "biufc":
        return {"kind": "number", "value": np.array(value)}
    if type(value) in (list, tuple, set):
        return {"kind": type(value).__name__, "items": [plain(item) for item in value]}
    if type(value) is dict:
        pairs = [[plain(key), plain(item)] for key, item in value.items()]
        return {"kind": "dict", "items": pairs}
    if isinstance(value, np.random.Generator):
        return {"kind": "Generator", "state": plain(value.bit_generator.state)}
    if isinstance(value, np.random.RandomState):
        return {"kind": "RandomState", "state": plain(value.get_state(legacy=False))}
    if type(value) is random.Random:
        return {"kind": "Random", "state": plain(value.getstate())}
    raise TypeError(f"{type(value).__name__} is no plain value")


def as_before(value: Any) -> Any:
    """The value that `plain` was given."""
    if not isinstance(value, dict):
        return value
    kind = value["kind"]
    if kind == "number":
        return value["value"][()]
    if kind == "path":
        return pathlib.Path(value["value"])
    if kind == "array":
        made = np.empty(len(value["items"]), value["dtype"])
        made[:] = [as_before(item) for item in value["items"]]
        return made.reshape(value["shape"])
    if kind in ("list", "tuple", "set"):
        return {"list": list, "tuple": tuple, "set": set}[kind](map(as_before, value["items"]))
    if kind == "dict":
        return {as_before(key): as_before(item) for key, item in value["items"]}
    return _generator(kind, as_before(value["state"]))


def _generator(kind: str, state: Any) -> Any:
    if kind == "Random":
        made = random.Random()
        made.setstate(state)
        return made
    name = state["bit_generator"]
    if name not in BIT_GENERATORS:
        raise ValueError(f"The backup names an unknown generator of random numbers, {name!r}.")
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits) if kind == "Generator" else np.random.RandomState(bits)


class Fingerprint:
    """A digest of a value: two are equal if it has not changed between them.

    Of what is no plain value it holds the objects themselves, which are equal if they are the same.

    Args:
        value: anything.
    """

    def __init__(self, value: Any):
        self._digest = hashlib.blake2b(digest_size=16)
        self._objects: list = []
        self._size = 0
        self._has_words = False
        self._take(value)
        several = isinstance(value, (np.ndarray, list, *GENERATORS))
        small = several and self._size <= SMALL_BYTES
        self.is_small_numbers = small and not (self._has_words or self._objects)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Fingerprint)
            and self._digest.digest() == other._digest.digest()
            and len(self._objects) == len(other._objects)
            and all(a is b for a, b in zip(self._objects, other._objects))
        )

    __hash__ = None

    def _take(self, value: Any) -> None:
        is_array = isinstance(value, np.ndarray)
        if is_array and value.dtype.kind in "biufcU":
            self._has_words |= value.dtype.kind == "U"
            self._write(f"{value.dtype}{value.shape}".encode())
            if value.nbytes > MOST_BYTES:
                self._size = value.nbytes
                value = value.reshape(-1)[:: max(value.size // LOOKED_AT, 1)]
            self._write(np.ascontiguousarray(value).reshape(-1).view(np.uint8))
        elif type(value) in (list, tuple, set, dict) or (is_array and value.dtype == "O"):
            items = value.items() if type(value) is dict else value
            items = value.reshape(-1).tolist() if is_array else items
            self._write(f"{type(value).__name__}{len(items)}".encode())
            for item in items:
                self._take(item)
        elif isinstance(value, GENERATORS):
            self._take(plain(value)["state"])
            self._has_words = False
        else:
            self._take_one(value)

    def _take_one(self, value: Any) -> None:
        try:
            text = f"{type(value).__name__}{plain(value)!r};"
        except TypeError:
            self._objects.append(value)
            return
        self._has_words |= isinstance(value, (str, pathlib.PurePath))
        self._write(text.encode())

    def _write(self, content: Any) -> None:
        self._size += len(content)
        self._digest.update(content)
