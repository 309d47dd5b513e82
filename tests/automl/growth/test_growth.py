"""Growing: the library saves work, the same seed gives the same library, and it is read once a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

import automl.study.words as words_module
from automl.growth.grow import Growth
from automl.growth.snapshot import best_programs
from automl.study.words import load_vocabulary
from automl.tasks.task import Task
from library.records import Run
from library.store import AbstractStore, open_store
from primitives.interpreter.interpret import evaluate

Squares = Callable[[str], list[Task]]
Grow = Callable[..., Growth]
Studies = Callable[[AbstractStore], list[Run]]


def test_what_two_tasks_share_becomes_a_word_that_saves_work(store: AbstractStore, squares: Squares, run: Grow) -> None:
    told: list[str] = []
    grown = run(
        squares("squares reversed total sorted"),
        store,
        every=2,
        first=0,
        on_result=lambda result: told.append(result.name),
    )
    assert (
        [r.name for r in grown.results] == ["squares", "reversed squares", "total of squares", "sorted squares"] == told
    )
    assert all(r.solved and r.right for r in grown.results)
    (word,) = grown.promoted
    assert word.kind == "algorithmic" and word.provenance["found_by"] == "compression" and word.saved > 0
    assert {"squares", "reversed squares"} <= set(word.provenance["tasks"])
    assert grown.results[3].subroutines == (word.name,)
    (row,) = grown.library
    assert row["name"] == word.name and set(row["tasks"]) == {r.name for r in grown.results}
    alone = run(squares("squares reversed total sorted"), open_store("memory:"), frozen=True, first=0)
    assert 0 < grown.results[3].first_evaluations < alone.results[3].first_evaluations
    assert alone.promoted == [] and alone.library == [] and alone.compressions == []


def test_solved_programs_are_rewritten_and_stay_right(store: AbstractStore, squares: Squares, run: Grow) -> None:
    grown = run(squares("squares reversed total sorted"), store, every=4, first=0)
    vocabulary = load_vocabulary(store)
    best = best_programs(store, vocabulary)
    name = grown.promoted[0].name
    for each in squares("squares reversed total sorted"):
        solved = best[each.name]
        assert any(record.name == name for record in vocabulary.subroutines_in(solved.term))
        assert f"{name}@" in solved.solution.term and name not in solved.solution.expanded
        for inputs, output in each.part("test").cases():
            assert evaluate(solved.term, inputs, words=vocabulary.words) == output
        assert 0 < solved.solution.evaluations <= next(r.evaluations for r in grown.results if r.name == each.name)
    assert grown.compressions[-1].rewritten == 4 and grown.compressions[-1].after < grown.compressions[-1].before


def test_the_same_seed_gives_the_same_library(squares: Squares, run: Grow) -> None:
    def once() -> tuple:
        grown = run(squares("squares reversed total sorted"), open_store("memory:"), every=2)
        return [(r.program, r.evaluations) for r in grown.results], [(p.name, p.digest) for p in grown.promoted]

    assert once() == once()


def test_a_second_growth_benefits_from_the_first(store: AbstractStore, squares: Squares, run: Grow) -> None:
    first = run(squares("squares reversed"), store)
    second = run(squares("total sorted"), store)
    assert [p.name for p in first.promoted] and second.promoted == []
    assert all(r.subroutines == (first.promoted[0].name,) for r in second.results)
    again = run(squares("squares reversed"), store, frozen=True)
    assert sum(r.first_evaluations for r in again.results) < sum(r.first_evaluations for r in first.results)


def test_programs_of_earlier_growths_count_as_tasks(store: AbstractStore, squares: Squares, run: Grow) -> None:
    assert run(squares("squares"), store).promoted == []
    assert run(squares("reversed"), store).promoted != []


def test_frozen_uses_the_library_and_changes_nothing_of_it(store: AbstractStore, squares: Squares, run: Grow) -> None:
    run(squares("squares reversed"), store)
    before = store.snapshot(), len(store.solutions()), store.history()
    grown = run(squares("total sorted"), store, frozen=True)
    assert all(r.subroutines for r in grown.results) and grown.promoted == []
    assert (store.snapshot(), store.history()) == (before[0], before[2]) and len(store.solutions()) == before[1] + 2


@pytest.mark.slow
def test_the_unsolved_are_revisited_with_what_came_after(
    store: AbstractStore, squares: Squares, run: Grow, task: Callable[..., Task], studies: Studies
) -> None:
    hard = task(
        "largest of squares below",
        lambda xs: max([x * x for x in xs] + [0]) + sum(x * x for x in xs),
        "list(int) -> int",
    )
    easy = squares("squares reversed")
    alone = run([hard, *easy], open_store("memory:"), 9_000, first=0, revisit=False)
    assert not alone.results[0].solved
    told: list[tuple[str, bool]] = []
    grown = run([hard, *easy], store, 9_000, first=0, on_result=lambda r: told.append((r.name, r.solved)))
    runs = [each for each in studies(store) if each.task == hard.name]
    assert len(runs) == 2 and grown.results[0].evaluations > 9_000
    assert told.count((hard.name, grown.results[0].solved)) == 1 and len(told) == 3
    assert studies(store)[0].library != runs[1].library


@pytest.mark.slow
def test_easy_tasks_come_first_where_the_budget_is_shared_out(
    store: AbstractStore, squares: Squares, run: Grow, task: Callable[..., Task], studies: Studies
) -> None:
    hard = task("total of squares", lambda xs: sum(x * x for x in xs[1:]), "list(int) -> int")
    grown = run([hard, *squares("squares reversed")], store, 300_000, first=0.1, every=2)
    attempts = [(each.task, each.budget["evaluations"]) for each in studies(store)]
    assert attempts[0] == ("total of squares", 30_000) and attempts[-1] == ("total of squares", 270_000)
    assert grown.results[0].solved and grown.results[0].subroutines and grown.results[0].evaluations < 200_000


def test_a_solved_task_credits_the_words_that_it_uses(store: AbstractStore, squares: Squares, run: Grow) -> None:
    first = run(squares("squares reversed"), store)
    run(squares("sorted"), store, frozen=True)
    assert store.subroutines()[0].saved > first.promoted[0].saved


def test_the_module_gives_back_plain_data(store: AbstractStore, squares: Squares, run: Grow) -> None:
    grown = run(squares("squares"), store)
    assert isinstance(grown, Growth) and grown.seconds > 0 and isinstance(grown.library, list)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many subroutines each vocabulary had that was made from the store."""
    counts: list[int] = []

    class Counted(words_module.Vocabulary):  # type: ignore[misc, name-defined]
        def __init__(self, records: Sequence[Any], *given: Any, **named: Any) -> None:
            counts.append(len(records))
            super().__init__(records, *given, **named)

    monkeypatch.setattr(words_module, "Vocabulary", Counted)
    return counts


def test_the_steps_of_a_growth_share_one_vocabulary_while_the_library_stays(
    store: AbstractStore, made: list[int], squares: Squares, run: Grow
) -> None:
    grown = run(squares("squares reversed total"), store, 2_000, frozen=True)
    assert len(grown.results) == 3 and made == [0]


def test_a_growth_reads_the_vocabulary_anew_where_words_were_promoted(
    store: AbstractStore, made: list[int], squares: Squares, run: Grow
) -> None:
    grown = run(squares("squares reversed total sorted"), store, every=2, first=0)
    assert len(grown.promoted) == 1, made
    assert made[:4] == [0, 0, 1, 1]  # the words of the studies, and all words for the steps
    assert len(made) < len(grown.results) + len(grown.compressions)
