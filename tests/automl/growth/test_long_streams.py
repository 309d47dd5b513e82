"""What a growth does so that the thousandth task costs what the hundredth did, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from automl.budget import parse_budget
from automl.growth import attempts, grower, snapshot
from automl.growth.grow import Growth, GrowthPlan
from automl.growth.grower import Grower
from automl.growth.journal import new_growth
from automl.growth.plan import Listeners, Setup
from automl.growth.snapshot import LibrarySnapshot
from automl.study.opening import Options
from automl.tasks.curriculum import Curriculum, Stage
from automl.tasks.task import Task
from library.store import AbstractStore

Squares = Callable[[str], list[Task]]
Grow = Callable[..., Growth]
EVERY = "squares reversed total sorted"
WORDS = ("map", "*", "sum", "sort", "reverse")


def kinds(store: AbstractStore, growth: Growth) -> list[str]:
    return [event.kind for event in store.events(growth.run)]


def test_many_are_compressed_where_enough_are_new_and_at_the_end(
    store: AbstractStore, squares: Squares, run: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grower, "NEW", 5)
    monkeypatch.setattr(snapshot, "RECENT", 3)
    monkeypatch.setattr(attempts, "HELD", 1)
    grown = run(squares(EVERY), store, 3_000, first=0, every=1, words=WORDS)
    assert all(result.solved for result in grown.results)
    steps = kinds(store, grown)
    assert steps.count("compress") == 1 and steps[-1] == "compress" and grown.compressions[-1].tasks == 3
    assert len(LibrarySnapshot(store).best) <= 3 < len(store.solutions())
    assert all(result.model is not None for result in grown.results), "programs that were let go are read again"
    words = grown.results[0].model.vocabulary.all_words
    assert [result.model([2, -3]) for result in grown.results] == [(4, 9), (9, 4), 13, (4, 9)] and words


def test_it_is_learned_in_the_middle_too_and_gone_on_with_alike(store: AbstractStore, squares: Squares) -> None:
    stages = tuple(Stage(name, tuple(squares(name))) for name in EVERY.split())
    options = Options(parse_budget(None, 3_000), "enumerative", words=WORDS)
    plan = GrowthPlan(learn_every=2, guidance="grammar")  # type: ignore[arg-type]
    setup = Setup(Curriculum("stream", stages), options, None, plan)
    record = new_growth(store, setup)
    grown = Grower(store, setup, Listeners(), record).run()
    log = [(event.kind, event.payload["subject"]) for event in store.events(record.id)]
    assert [step for step in log if step[0] in ("rest", "guide", "learn")] == [
        ("rest", "2"), ("guide", "2"), ("rest", "4"), ("guide", "4"), ("learn", "1"),
    ]  # fmt: skip
    assert log.index(("guide", "2")) < log.index(("begin", squares("total")[0].name))
    again = Grower(store, setup, Listeners(), store.run(record.id)).run()
    assert [each.to_dict() for each in again.iterations] == [each.to_dict() for each in grown.iterations]
    assert [r.evaluations for r in again.results] == [r.evaluations for r in grown.results]
    assert len(store.events(record.id)) == len(log), "a finished growth does nothing once more"


def test_a_plan_is_kept_as_before_where_it_learns_at_the_end_alone(squares: Squares) -> None:
    curriculum = Curriculum("one", (Stage("one", tuple(squares("squares"))),))
    options = Options(parse_budget(None, 10))
    plans = [Setup(curriculum, options, None, GrowthPlan(learn_every=count)).to_json()["plan"] for count in (0, 3)]
    assert "learn_every" not in plans[0] and plans[1]["learn_every"] == 3
    assert [GrowthPlan.from_json(plan).learn_every for plan in plans] == [0, 3]
