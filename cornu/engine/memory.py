"""Freed memory stays with the process, so that the next step finds it mapped.

A training step allocates and frees tens or hundreds of megabytes. By default glibc returns large
blocks to the system at once, and the next step pays for every page again: half a second of system
time per gigabyte. Three settings of its allocator end this. Threads share one arena, since the
arenas of threads are unmapped when they run empty; blocks of any size come from the heap; and the
heap is cut only when a gigabyte at its end is free.
"""

from __future__ import annotations

import ctypes
import os
import sys

# Numbers of the parameters in glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8
KEPT_BYTES = 2**30


def keep_freed_memory() -> bool:
    """Tell glibc to keep freed memory; it must happen before XLA starts its threads.

    The environment variable `CORNU_KEEP_MEMORY=0` turns this off.

    Returns:
        Whether the allocator took the settings: False on systems without glibc.
    """
    if sys.platform != "linux" or os.environ.get("CORNU_KEEP_MEMORY") == "0":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(
        [mallopt(M_ARENA_MAX, 1), mallopt(M_MMAP_MAX, 0), mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)]
    )
