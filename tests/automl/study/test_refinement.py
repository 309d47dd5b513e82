"""Which program is trained for longer next, and in which way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from automl.study.planning.schedule import EXPLORE, REFINE, SETTINGS
from automl.study.refinement import next_refinement
from automl.study.state import Standing
from library.records import Direction, Evaluation
from search.strategy import START

OTHER = {"flip_horizontal": True}


def standing(explored: Mapping[str, float], refined: list[tuple[str, float, dict[str, Any]]]) -> Standing:
    """After short trainings of terms to scores, and longer ones of a term to a score, with settings."""
    found = Standing("accuracy", Direction.MAXIMIZE)
    for term, score in explored.items():
        _note(found, term, score, EXPLORE, {})
    of = {each.term: each.ask for each in found.evaluations.every()}
    for term, score, settings in refined:
        _note(found, term, score, REFINE, {"of": of[term], **({SETTINGS: settings} if settings else {})})
    return found


def _note(found: Standing, term: str, score: float, phase: str, info: dict[str, Any], epochs: int = 2) -> None:
    ask = found.asked
    found.ask(ask, phase, info)
    found.note(
        Evaluation("r", ask, term, "ok", {"accuracy": score}, parameters=10, curves={"epoch": [*range(1, epochs + 1)]})
    )


def asked(
    found: Standing, variant: Mapping[str, object] = OTHER, pending: list[dict[str, Any]] | None = None
) -> object:
    return next_refinement(found, pending or [], variant, lambda text: text)


EXPLORED = {"a": 0.5, "b": 0.9, "c": 0.8, "d": 0.7}


def test_the_best_comes_first_and_each_once() -> None:
    assert asked(standing(EXPLORED, [])) == ("b", {"of": 1})
    assert asked(standing(EXPLORED, [("b", 0.91, {})]), variant={}) == ("c", {"of": 2})
    assert asked(standing(EXPLORED, []), pending=[{"term": "b", "info": {"of": 1}}]) == ("c", {"of": 2})
    assert asked(standing({"a": 0.5}, [("a", 0.6, {})]), variant={}) is None


def test_the_first_is_trained_in_another_way_too_and_with_many_workers_the_best_of_those_that_are_done() -> None:
    assert asked(standing(EXPLORED, [("b", 0.91, {})])) == ("b", {"of": 1, SETTINGS: OTHER})
    found = standing(EXPLORED, [("b", 0.91, {}), ("c", 0.93, {})])
    assert asked(found) == ("c", {"of": 2, SETTINGS: OTHER})
    assert asked(found, pending=[{"term": "c", "info": {"of": 2, SETTINGS: OTHER}}]) == ("d", {"of": 3})
    assert asked(found, variant={}) == ("d", {"of": 3})


@pytest.mark.parametrize(("score", "own"), [(0.95, {SETTINGS: OTHER}), (0.92, {}), (0.93, {})])
def test_what_comes_after_is_trained_in_the_way_that_was_better(score: float, own: dict[str, object]) -> None:
    found = standing(EXPLORED, [("b", 0.91, {}), ("c", 0.93, {}), ("c", score, OTHER)])
    assert asked(found) == ("d", {"of": 3, **own})


def test_what_earlier_searches_found_better_goes_first() -> None:
    def first(found: Standing, pending: list[dict[str, Any]] | None = None) -> object:
        return next_refinement(found, pending or [], OTHER, lambda text: text, first=True)

    assert first(standing(EXPLORED, [])) == ("b", {"of": 1, SETTINGS: OTHER})
    one = standing(EXPLORED, [("b", 0.91, OTHER)])
    assert first(one) == ("b", {"of": 1})
    assert first(one, [{"term": "b", "info": {"of": 1}}]) == ("c", {"of": 2, SETTINGS: OTHER})
    assert first(standing(EXPLORED, [("b", 0.91, OTHER), ("b", 0.93, {})])) == ("c", {"of": 2})
    assert first(standing(EXPLORED, [("b", 0.93, OTHER), ("b", 0.91, {})])) == ("c", {"of": 2, SETTINGS: OTHER})


def test_every_second_is_of_another_line_while_there_is_one() -> None:
    found = Standing("accuracy", Direction.MAXIMIZE)
    for term, score, info in (
        ("a", 0.9, {"operator": START}), ("b", 0.8, {"operator": START}), ("c", 0.5, {"operator": START}),
        ("aa", 0.92, {"operator": "edit", "parents": [0]}), ("ab", 0.91, {"operator": "edit", "parents": [0]}),
        ("ba", 0.85, {"operator": "edit", "parents": [1]}), ("d", 0.6, {}),
    ):  # fmt: skip
        _note(found, term, score, EXPLORE, info)

    def next_of(passes: int | None = 0, pending: list[dict[str, Any]] | None = None) -> str:
        wanted = next_refinement(found, pending or [], {}, lambda text: text, passes=passes)
        assert wanted is not None
        return wanted[0]

    assert next_of() == "aa"
    _note(found, "aa", 0.95, REFINE, {"of": 3})
    assert next_of() == "ab"
    _note(found, "ab", 0.94, REFINE, {"of": 4})
    assert (next_of(), next_of(None)) == ("ba", "a")
    assert next_of(pending=[{"term": "ba", "info": {"of": 5}}]) == "a", (
        "the line of b is taken, that of c is far behind"
    )
    _note(found, "ba", 0.96, REFINE, {"of": 5})
    assert next_of() == "a"


def test_a_program_to_begin_with_whose_short_training_was_cut_short_has_a_longer_one() -> None:
    found = Standing("accuracy", Direction.MAXIMIZE)
    _note(found, "a", 0.9, EXPLORE, {"operator": START})
    _note(found, "b", 0.3, EXPLORE, {"operator": START}, epochs=1)
    _note(found, "c", 0.2, EXPLORE, {"operator": START})
    for number in range(4):
        _note(found, "a" * (2 + number), 0.8, EXPLORE, {"operator": "edit", "parents": [0]})
    assert [found.cut_short(passes) for passes in (0, 2, 3)] == [0, 1, 3]
    for term, of in (("a", 0), ("aa", 3)):
        _note(found, term, 0.95, REFINE, {"of": of})
    assert found.cut_short(2) == 1
    assert next_refinement(found, [], {}, lambda text: text, passes=2) == ("b", {"of": 1})
    assert next_refinement(found, [], {}, lambda text: text, passes=0) == ("aaa", {"of": 4})
    _note(found, "b", 0.96, REFINE, {"of": 1})
    assert found.cut_short(2) == 0
    assert next_refinement(found, [], {}, lambda text: text, passes=2) == ("aaa", {"of": 4})
