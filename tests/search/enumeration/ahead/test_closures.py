"""Folds are found levels before their cost is reached, and looking for them keeps no values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from primitives.notation.types import parse_type
from primitives.words import builtin_words
from search.enumeration.ahead.closures import Closures
from search.enumeration.answers import Answer
from search.enumeration.enumerator import Enumerator, LevelReport
from search.enumeration.prospects import Prospect
from search.enumeration.round import Round
from search.generation.costs import default_costs

WORDS = {name: builtin_words()[name] for name in ("fold", "cons", "empty", "reverse", "tail", "+")}
STUTTER = [([xs], tuple(x for x in xs for _ in range(2))) for xs in ((3, 1), (5,), (2, 7, 4), (0, 6))]


def enumerator() -> Enumerator:
    return Enumerator(parse_type("list(int) -> list(int)"), STUTTER, words=WORDS, costs=default_costs(WORDS))


def test_a_fold_is_found_before_its_level(monkeypatch: pytest.MonkeyPatch) -> None:
    search, level, ahead = enumerator(), 0, []
    checked = Round._checked

    def note(self: Round, candidate: Prospect) -> Iterator[Answer]:
        ahead.append((candidate.operation.term.name, candidate.cost, search.level))
        return checked(self, candidate)

    monkeypatch.setattr(Round, "_checked", note)
    for each in search.run(max_terms=60_000):
        level = each.cost if isinstance(each, LevelReport) else level
        if ahead:
            break
    assert ahead, f"nothing was found up to level {level}"
    name, cost, reached = ahead[0]
    assert name == "fold" and cost > reached + 1


def test_looking_ahead_keeps_no_values_and_tries_no_body_twice() -> None:
    search = enumerator()
    for each in search.run(max_terms=30_000):
        if isinstance(each, LevelReport) and each.cost >= 9:
            break
    fold = next(
        choice
        for choice, _ in search.space.plan.operations
        if choice.term.name == "fold" and choice.result == search.space.output
    )
    tried: list[int] = []
    assert search.round is not None
    look = Closures(search.round.root, search.round.goal_codes, search.space.output, tried.append)
    before = search.space.values.mark()
    list(look.run(fold, 2, 9))
    assert sum(tried) > 0 and search.space.values.mark() == before
    count = len(tried)
    list(look.run(fold, 2, 9))
    assert len(tried) == count
