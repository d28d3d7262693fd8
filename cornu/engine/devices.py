"""The device on which eager computations run."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import jax


def device(device_name: Any) -> AbstractContextManager:
    """Context in which new arrays and eager computations are on one device.

    Args:
        device_name: such as "cpu:0", "gpu:1" or "cpu"; or a `jax.Device`.

    Raises:
        ValueError: for a device that is not there.

    >>> with keras.device("cpu:0"):
    ...     keras.ops.ones((2,)).device.platform
    'cpu'
    """
    if isinstance(device_name, jax.Device):
        return jax.default_device(device_name)
    if not isinstance(device_name, str):
        raise ValueError(
            f"device needs a name such as 'gpu:0' or a jax.Device; got {device_name!r}."
        )
    platform, _, index = device_name.lower().partition(":")
    try:
        found = jax.devices(platform)
    except RuntimeError as error:
        raise ValueError(_absent(device_name)) from error
    if not (index or "0").isdecimal() or int(index or "0") >= len(found):
        raise ValueError(_absent(device_name))
    return jax.default_device(found[int(index or "0")])


def _absent(name: str) -> str:
    known = [f"{d.platform}:{d.id}" for d in jax.devices()]
    return f"There is no device {name!r}. The devices are {known}."
