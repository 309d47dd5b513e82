"""The compact set of fingerprints against Python's own."""

from __future__ import annotations

import random

from search.generation.marks import Marks


def test_marks_are_a_set_of_numbers() -> None:
    rng, marks, known = random.Random(0), Marks(), set[int]()
    for number in range(1500):
        mark = (
            rng.choice((rng.getrandbits(64), rng.getrandbits(64) << 32 & (1 << 64) - 1, number)) or 1
        )  # many share their low bits
        assert (mark in marks) == (mark in known)
        if mark not in known:
            marks.add(mark)
            known.add(mark)
    assert len(marks) == len(known) and all(mark in marks for mark in known)
    assert marks._slots.itemsize * len(marks._slots) <= 32 * len(marks)
