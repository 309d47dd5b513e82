"""How many threads numeric libraries may compute with here, and how these wait for each other."""

from __future__ import annotations

import os
import sys

POLICY, PATIENT = "OMP_WAIT_POLICY", "PASSIVE"
"""What OpenMP reads its way of waiting from when it is loaded."""
COUNT = "OMP_NUM_THREADS"


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wait_patiently() -> None:
    """Have threads that wait for each other sleep instead of spin, unless the environment says otherwise, or it is too late.

    On two processors that four other programs used too, a net of two convolutions was trained on 250 pictures a second by two spinning
    threads, on 1,500 by two sleeping ones, and on 1,650 by one.
    """
    if "torch" not in sys.modules:
        os.environ.setdefault(POLICY, PATIENT)


def training_threads(sharing: int) -> int:
    """How many threads a training may have.

    sharing: how many trainings share the machine's processors.

    It is no more than the environment gives numeric libraries (OMP_NUM_THREADS), and where waiting threads would spin no more than there
    are idle processors.
    """
    given, there = os.environ.get(COUNT, ""), processors()
    wanted = max(1, there // max(1, sharing))
    if given.isdecimal():
        wanted = min(wanted, max(1, int(given)))
    if os.environ.get(POLICY, "").upper() == PATIENT or not hasattr(os, "getloadavg"):
        return wanted
    return max(1, min(wanted, there - round(os.getloadavg()[0])))
