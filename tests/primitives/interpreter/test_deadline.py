"""Deadlines: what is left, shares of it, and the end."""

import math
import time

import pytest

from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime


def test_without_a_time_there_is_always_time():
    assert (NEVER.left, NEVER.passed, NEVER.seconds(3.0), NEVER.share(0.1)) == (math.inf, False, 3.0, NEVER)
    NEVER.check()


def test_a_deadline_gives_what_is_left_and_ends():
    later = Deadline(time.monotonic() + 100)
    assert 90 < later.left <= 100 and not later.passed
    assert later.seconds(3.0) == 3.0 and 90 < later.seconds(1000.0) <= 100
    assert 40 < later.share(0.5).left <= 50
    later.check()
    over = Deadline(time.monotonic() - 1)
    assert over.left == 0.0 and over.passed and over.seconds(3.0) == 0.0 and over.share(0.5).left == 0.0
    with pytest.raises(OutOfTime):
        over.check()
