"""Memory that is given back goes back to the system, as far as the C library can be told."""

from __future__ import annotations

import sys

PAGE_BYTES = 1 << 18
"""From this size on a buffer is mapped alone and unmapped once it is free: pages of a stream are up to 1 MB.

By itself glibc takes the size of what is freed for what will be wanted again, and keeps it in every thread's heap.
"""

_M_MMAP_THRESHOLD = -3
"""In malloc.h."""


def give_back_pages() -> None:
    """For a program that goes on for hours: without this it holds some 40 MB more, none of them in use."""
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's own; other C libraries have none
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, PAGE_BYTES)
