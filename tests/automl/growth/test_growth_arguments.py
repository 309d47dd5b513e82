"""What a growth is asked for: stages, tasks as objects and as references, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from automl.budget import Budget
from automl.errors import TaskError
from automl.growth.grow import Growth, curriculum_of, grow
from automl.study.opening import Options
from automl.tasks.curriculum import Curriculum, Stage
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.records import Run
from library.store import AbstractStore

Squares = Callable[[str], list[Task]]
Grow = Callable[..., Growth]
Studies = Callable[[AbstractStore], list[Run]]


def test_budget_and_strategy_of_a_stage_give_way_to_the_callers(
    store: AbstractStore, squares: Squares, studies: Studies
) -> None:
    stage = Stage("one", tuple(squares("squares")), Budget(evaluations=40), "random", {"seed": 3})
    grow(Curriculum("c", (stage,)), store, options=Options(Budget(evaluations=70)), first=0)
    grow(
        Curriculum("c", (stage,)),
        store,
        options=Options(Budget(evaluations=70)),
        evaluations=50,
        strategy="enumerative",
        first=0,
    )
    first, second = studies(store)
    assert (first.strategy, first.budget, first.seed) == ("random", {"evaluations": 40}, 3)
    assert (second.strategy, second.budget, second.seed) == ("enumerative", {"evaluations": 50}, 3)


def test_only_the_named_tasks_are_searched(store: AbstractStore, squares: Squares, run: Grow, studies: Studies) -> None:
    grown = run(squares("squares reversed total"), store, only={"reversed squares"}, first=0)
    assert [r.name for r in grown.results] == ["reversed squares"] and len(studies(store)) == 1


@pytest.mark.parametrize("strategy", ["enumerative", "random", "genetic"])
def test_a_subroutine_runs_where_its_own_words_are_not_offered(
    store: AbstractStore, strategy: str, squares: Squares, run: Grow
) -> None:
    run(squares("squares reversed"), store)
    grown = grow(squares("total"), store, evaluations=3_000, strategy=strategy, words=["sum", "reverse"], frozen=True)
    assert grown.results[0].solved and grown.results[0].subroutines == (store.subroutines()[0].name,)


def test_tasks_come_as_objects_and_as_references(tmp_path: Path, squares: Squares) -> None:
    assert [t.name for t in curriculum_of(squares("squares")[0]).tasks] == ["squares"]
    file = tmp_path / "some.toml"
    file.write_text('schema_version = 1\n[[stage]]\ntasks = ["iris"]\nevaluations = 3\n', encoding="utf-8")
    mixed = curriculum_of([file, *squares("total")])
    assert [t.name for t in mixed.tasks] == ["iris", "total of squares"] and mixed.stages[0].budget == Budget(
        evaluations=3
    )


def test_runs_know_how_to_load_their_tasks_again(
    store: AbstractStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, squares: Squares, run: Grow, studies: Studies
) -> None:
    lines = [
        json.dumps({"name": name, "type": "list(int) -> list(int)", "examples": [{"inputs": [[1]], "output": [1]}]})
        for name in "ab"
    ]
    (tmp_path / "two.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "some.toml").write_text(
        'schema_version = 1\n[[stage]]\ntasks = ["two.jsonl?limit=2"]\n', encoding="utf-8"
    )
    run(tmp_path / "some.toml", store, 100, first=0)
    monkeypatch.chdir(tmp_path.parent)
    assert len(studies(store)) == 2
    for each in studies(store):
        source = each.config["task"]
        (again,) = [t for t in load_tasks(source["spec"], seed=source["seed"]) if t.name == source["name"]]
        assert again.digest == each.config["digest"]


@pytest.mark.parametrize(
    ("tasks", "given", "message"),
    [
        (lambda squares: [], {}, "at least one task"),
        (lambda squares: squares("squares squares"), {}, "'squares' occurs twice"),
        (lambda squares: squares("squares"), {"colour": 3}, "option=colour"),
        (
            lambda squares: Curriculum("c", (Stage("one", tuple(squares("squares")), options={"colour": 1}),)),
            {},
            "stage='one'",
        ),
    ],
)
def test_what_cannot_be_grown_is_refused(
    store: AbstractStore, squares: Squares, tasks: Callable[[Squares], Any], given: dict, message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        grow(tasks(squares), store, evaluations=10, **given)
    assert store.runs() == ()
