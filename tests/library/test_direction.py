from __future__ import annotations

import math

import pytest

from library.records import Direction


def test_both_spellings_are_read_and_stores_keep_theirs() -> None:
    for british, american in (("maximise", "maximize"), ("minimise", "minimize")):
        assert Direction(british) is Direction(american)
        assert (Direction(american) == british, Direction(british).american) == (True, american)
    with pytest.raises(ValueError, match="up"):
        Direction("up")


@pytest.mark.parametrize(("direction", "better", "worse"), [("maximise", 2.0, 1.0), ("minimise", 1.0, 2.0)])
def test_it_says_what_is_better(direction: str, better: float, worse: float) -> None:
    way = Direction(direction)
    assert way.no_worse(better, worse) and way.no_worse(better, better) and not way.no_worse(worse, better)
    assert not way.no_worse(math.nan, worse) and not way.no_worse(worse, math.nan)
    assert way.sign * better > way.sign * worse
