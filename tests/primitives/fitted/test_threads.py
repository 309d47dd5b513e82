"""How many threads a fit may use: none that waits for a processor that something else has."""

from __future__ import annotations

import os

import pytest

from primitives.fitted import threads
from primitives.fitted.threads import MANY_CELLS, fitting_threads


@pytest.mark.parametrize(
    ("processors", "busy", "cells", "allowed", "wanted"),
    [
        (2, 0.0, MANY_CELLS, 2, 1), (16, 0.2, MANY_CELLS, 16, 15), (16, 0.2, MANY_CELLS, 4, 4), (16, 9.6, MANY_CELLS, 16, 5),
        (4, 50.0, MANY_CELLS, 4, 1), (16, 0.0, MANY_CELLS - 1, 16, 1), (16, 0.0, MANY_CELLS, 1, 1),
    ],
)  # fmt: skip
def test_one_processor_is_left_free_and_those_that_are_busy(
    monkeypatch: pytest.MonkeyPatch, processors: int, busy: float, cells: int, allowed: int, wanted: int
) -> None:
    monkeypatch.setattr(threads, "processors", lambda: processors)
    monkeypatch.setattr(os, "getloadavg", lambda: (busy, 0.0, 0.0), raising=False)
    assert fitting_threads(cells, allowed) == wanted


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system has none")
def test_processors_that_this_process_may_not_use_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 5, 9})
    assert threads.processors() == 3
