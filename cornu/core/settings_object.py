"""`Config`: settings by name, read and written as attributes or as items."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, MutableMapping
from typing import Any


class Config(MutableMapping):
    """A dict whose keys are attributes too, and which can be made read-only.

    Args:
        **kwargs: the settings.

    >>> config = keras.utils.Config(learning_rate=0.1)
    >>> config.epochs = 5
    >>> config["epochs"], config.learning_rate
    (5, 0.1)
    >>> config.freeze()
    >>> config.epochs = 6
    Traceback (most recent call last):
    ValueError: This Config is frozen, so 'epochs' cannot be changed. Call `unfreeze()` first.
    """

    def __init__(self, **kwargs: Any) -> None:
        object.__setattr__(self, "_settings", dict(kwargs))
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self) -> bool:
        """Whether the settings are read-only."""
        return self._frozen

    def freeze(self) -> None:
        """Make the settings read-only."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self) -> None:
        """Allow changes again."""
        object.__setattr__(self, "_frozen", False)

    def as_dict(self) -> dict[str, Any]:
        """The settings as a new dict."""
        return dict(self._settings)

    def to_json(self) -> str:
        """The settings as JSON."""
        return json.dumps(self._settings)

    def _change(self, name: str) -> dict[str, Any]:
        if self._frozen:
            raise ValueError(
                f"This Config is frozen, so {name!r} cannot be changed. Call `unfreeze()` first."
            )
        return self._settings

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._settings:
            near = difflib.get_close_matches(name, self._settings, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" It has {sorted(self._settings)}."
            raise AttributeError(f"This Config has no setting {name!r}.{hint}")
        return self._settings[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __getitem__(self, name: str) -> Any:
        return self._settings[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._change(name)[name] = value

    def __delitem__(self, name: str) -> None:
        del self._change(name)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def __repr__(self) -> str:
        return f"<Config {self._settings}>"

    def __reduce__(self) -> tuple:
        return _restored, (self.as_dict(), self._frozen)


def _restored(settings: dict[str, Any], frozen: bool) -> Config:
    config = Config(**settings)
    if frozen:
        config.freeze()
    return config
