"""How many processors there are, and how many threads a library that fits may use."""

from __future__ import annotations

import os

MANY_CELLS = 1_000_000
"""Numbers of a fit below which it has one thread; set by hand."""


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fitting_threads(cells: int, allowed: int) -> int:
    """How many threads to fit with: one for few cells, and never so many that one of them waits for a processor that is busy.

    The threads of OpenMP spin while they wait for each other: where one of two has no processor of its own, a fit takes many times as long.
    So one processor is always left free, and as many more as are busy already.

    cells: numbers that are fitted to, rows times columns.
    allowed: the most threads.
    """
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return 1 if cells < MANY_CELLS else max(1, min(allowed, processors() - 1 - round(busy)))
