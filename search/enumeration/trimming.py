"""Freed memory given back to the system."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable

LEAST = 64 << 20
"""Bytes that a search must have held for it to be worth the milliseconds."""


@functools.cache
def _trimmer() -> Callable[[int], int] | None:
    """glibc's ``malloc_trim``; None with other C libraries."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None


def trim(held: int) -> None:
    """Have the C library give back what a search that held so many bytes has freed: arrays of less than 32 MiB lie in its heap, which
    it would keep, so that a process with one search after another would grow by what lies between the pieces in use."""
    trimmer = _trimmer() if held >= LEAST else None
    if trimmer is not None:
        trimmer(0)
