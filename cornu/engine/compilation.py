"""How programs are compiled: options by what they consist of, and a cache on disk.

The cache lies in `$XDG_CACHE_HOME/cornu/xla` (by default under `~/.cache`), so the second run of a
program starts without compiling. A folder set by JAX's own option is used instead.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache

# oneDNN's convolutions are up to twice as fast as XLA's own, but its products slow attention down:
# it pays where convolutions make up this fraction of the operations.
CONVOLUTION_SHARE = 0.5
ONEDNN = "xla_cpu_experimental_onednn_custom_call"
# What YNNPACK fuses in training, where oneDNN's gradients of kernels are up to twice as fast as its
# own; forward, its fusions of convolution, activation and pooling are the fastest.
FUSED_IN_TRAINING = {"xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_REDUCE"}
CACHE_BYTES = 2 * 2**30
# Smaller programs compile faster than they are read.
LEAST_SECONDS = 0.05


def options_for(
    convolution_share: float, trains: bool = False, gates: bool = False
) -> dict[str, Any] | None:
    """XLA's options for a program.

    The environment variable `CORNU_ONEDNN=0` keeps oneDNN out. XLA takes a convolution's result `y`
    in `y * sigmoid(y)` into one call of oneDNN, and gives what that returns, the product, to all
    other readers of `y` too: gradients are wrong, and so are outputs where `y` is read again.
    Programs with such gates are left to XLA's own convolutions.

    Args:
        convolution_share: how much of the program's operations belong to convolutions, 0 to 1.
        trains: whether the program computes gradients.
        gates: whether there is a sigmoid of a feature map.

    Returns:
        The `compiler_options` of `jax.jit`, None for the defaults.
    """
    if gates or convolution_share < CONVOLUTION_SHARE or jax.default_backend() != "cpu":
        return None
    if os.environ.get("CORNU_ONEDNN") == "0" or platform.machine() not in ("x86_64", "AMD64"):
        return None
    # Older versions of JAX come without oneDNN's convolutions, and ignore the first option.
    return {ONEDNN: True} | (
        FUSED_IN_TRAINING if trains and jax.__version_info__ >= (0, 12) else {}
    )


@functools.cache
def keep_compiled_programs() -> Path | None:
    """Keep compiled programs on disk from now on.

    The environment variable `CORNU_COMPILATION_CACHE=0` turns this off.

    Returns:
        The folder; None if the cache is off.
    """
    if os.environ.get("CORNU_COMPILATION_CACHE") == "0":
        return None
    if jax.config.jax_compilation_cache_dir:
        return Path(jax.config.jax_compilation_cache_dir)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "cornu" / "xla"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # A home that cannot be written to is no reason not to train.
        return None
    forget_oldest(folder, CACHE_BYTES)
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", LEAST_SECONDS)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    # Programs that ran before this may have settled that there is no cache.
    compilation_cache.reset_cache()
    return folder


@contextlib.contextmanager
def compiling(options: dict[str, Any] | None) -> Iterator[None]:
    """The context in which a program with these options is compiled.

    Programs that call oneDNN cannot be written to the cache, and JAX would warn of each.
    """
    if not options:
        yield
        return
    least = jax.config.jax_persistent_cache_min_compile_time_secs
    jax.config.update("jax_persistent_cache_min_compile_time_secs", float("inf"))
    try:
        yield
    finally:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", least)


def forget_oldest(folder: Path, most_bytes: int) -> None:
    """Delete the entries written first until the rest is no larger than `most_bytes`."""
    entries = sorted(
        ((stat.st_mtime, stat.st_size, path) for path, stat in _files(folder)), reverse=True
    )
    total = 0
    for _, size, path in entries:
        total += size
        if total > most_bytes:
            path.unlink(missing_ok=True)


def _files(folder: Path) -> list[tuple[Path, os.stat_result]]:
    found = []
    for entry in os.scandir(folder):
        try:
            found.append((Path(entry.path), entry.stat()))
        except FileNotFoundError:
            continue  # another process tidies up too
    return found
