"""How many threads numeric libraries may compute with here, and how these wait for each other."""

from __future__ import annotations

import os
import sys

from primitives.fitted.threads import processors

SPINS, FEW = "GOMP_SPINCOUNT", "30000"
"""What GNU's OpenMP, which torch and scikit-learn come with, reads when it is loaded: how often a thread that waits for another looks
before it sleeps."""
COUNT = "OMP_NUM_THREADS"


def wait_patiently() -> None:
    """Have threads that wait for each other spin for a moment only, unless the environment says otherwise, or it is too late.

    On two processors, as measured by hand once, for four to six seconds each, a net of two convolutions was trained on 3,200 pictures a
    second by two such threads, on 3,100 by two that spin as long as they do by default, on 1,900 by two that sleep at once, and on 1,900 by
    one thread; with two other programs at work on 1,400 by two such threads, on 500 by two that spin, and on 1,200 by one.
    """
    if "torch" not in sys.modules:
        os.environ.setdefault(SPINS, FEW)


def training_threads(sharing: int) -> int:
    """How many threads a training may have.

    sharing: how many trainings share the machine's processors.

    It is no more than the environment gives numeric libraries (OMP_NUM_THREADS), and where waiting threads would spin for long no more
    than there are idle processors.
    """
    given, there = os.environ.get(COUNT, ""), processors()
    wanted = max(1, there // max(1, sharing))
    if given.isdecimal():
        wanted = min(wanted, max(1, int(given)))
    if SPINS in os.environ or not hasattr(os, "getloadavg"):
        return wanted
    return max(1, min(wanted, there - round(os.getloadavg()[0])))
