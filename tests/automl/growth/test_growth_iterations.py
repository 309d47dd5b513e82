"""Wake, abstract, dream: iterations, what is learned and used later, several tasks at a time, demotion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from automl.budget import Budget
from automl.cli import app
from automl.errors import TaskError
from automl.growth.grow import Growth, Iteration, grow, is_growth
from automl.growth.learned_guidance import GuidancePlan
from automl.growth.retention import demote_unused, saves
from automl.growth.trials import begin_trials, end_trials
from automl.study.guides import latest_guide, load_guide
from automl.study.opening import Options, build_problem, open_study
from automl.study.words import load_vocabulary
from automl.tasks.curriculum import Curriculum, Stage
from automl.tasks.kinds.examples import examples_task
from automl.tasks.task import Task
from library.promotion import Rule
from library.store import AbstractStore, open_store
from library.vocabulary import pinned_name
from primitives.syntax import parse

INPUTS: list[list[int]] = [[], [3, 1, 2], [-4, 0, 5, 5], [7], [-1, -2, 8, 2, 6]]
FUNCTIONS: dict[str, Any] = {
    "squares": lambda xs: [x * x for x in xs],
    "reversed squares": lambda xs: [x * x for x in xs][::-1],
    "sorted squares": lambda xs: sorted(x * x for x in xs),
    "squares but the first": lambda xs: [x * x for x in xs][1:],
    "sorted": sorted,
    "reversed": lambda xs: xs[::-1],
    "doubled": lambda xs: [x + x for x in xs],
}
WORDS = tuple("map fold filter * + - max > sum sort reverse head tail length cons take".split())
SMALL = GuidancePlan("model", dreams=150, seconds=60, epochs=4, hidden=16)


def rows() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "type": "list(int) -> list(int)",
            "examples": [{"inputs": [xs], "output": function(xs)} for xs in INPUTS],
            "tests": [{"inputs": [xs], "output": function(xs)} for xs in ([9, -3, 4], [2, 2])],
        }
        for name, function in FUNCTIONS.items()
    ]


def tasks(names: Sequence[str] = tuple(FUNCTIONS)) -> list[Task]:
    return [
        examples_task(
            row["name"],
            row["type"],
            [((e["inputs"][0],), e["output"]) for e in row["examples"]],
            [((e["inputs"][0],), e["output"]) for e in row["tests"]],
        )
        for row in rows()
        if row["name"] in names
    ]


@pytest.fixture(scope="module")
def grown() -> tuple[AbstractStore, Growth, list[Iteration]]:
    store, told = open_store("memory:"), []
    with pytest.MonkeyPatch.context() as patch:  # the programs of these tasks are short
        patch.setattr("automl.growth.grower.begin_trials", partial(begin_trials, least=4))
        patch.setattr("automl.growth.grower.end_trials", partial(end_trials, spare=0))
        growth = grow(
            tasks(),
            store,
            evaluations=12_000,
            strategy="enumerative",
            words=WORDS,
            iterations=2,
            guidance=SMALL,
            on_iteration=told.append,
        )
    return store, growth, told


def test_each_iteration_is_recorded(grown: tuple[AbstractStore, Growth, list[Iteration]]) -> None:
    store, growth, told = grown
    assert told == growth.iterations and [each.number for each in told] == [1, 2]
    first, second = told
    assert first.tasks == second.tasks == 7 and second.solved >= first.solved >= 6
    assert second.terms > first.terms and second.elapsed > first.elapsed
    assert first.library > len(first.promoted) > 0, "programs are on trial"
    assert second.library == len(store.subroutines()) and {*first.demoted, *second.demoted} - {
        r.name for r in growth.promoted
    }
    assert first.training["dreams"] >= 100 and first.training["solved"] == first.solved
    kept = [each.iteration for each in store.guides()]
    assert kept == json.loads(json.dumps([each.to_dict() for each in told]))
    assert {run.task for run in store.runs() if not is_growth(run)} == set(FUNCTIONS), "a guide is no run"


def test_what_was_learned_guides_later_searches(grown: tuple[AbstractStore, Growth, list[Iteration]]) -> None:
    store, growth, _ = grown
    vocabulary = load_vocabulary(store)
    guide = load_guide(store, latest_guide(store), vocabulary)
    assert guide is not None and guide.network is not None
    assert {record.name for record in growth.promoted} <= set(guide.names)
    (task,) = tasks(["sorted squares"])
    problem = build_problem(task, vocabulary, Options(Budget(evaluations=100)), guide)
    assert set(problem.suggested) == {"grammar", "model"} and problem.suggested["model"] != problem.suggested["grammar"]
    settings = [{}, {"guidance": "grammar"}, {"guidance": "off"}]
    studies = [open_study(task, store, Options(Budget(evaluations=100), settings=each)) for each in settings]
    assert [set(study.strategy.problem.suggested) for study in studies] == [{"grammar", "model"}, {"grammar"}, set()]
    assert [study.record.config["guidance"] for study in studies] == [latest_guide(store)] * 2 + [""]
    again = open_study(task, store, Options(Budget(evaluations=100)), run=studies[0].record)
    assert again.strategy.problem.suggested == studies[0].strategy.problem.suggested
    assert store.guide(latest_guide(store)).weights in store.live_weights()


def test_a_word_that_took_over_a_name_is_not_what_was_learned(
    grown: tuple[AbstractStore, Growth, list[Iteration]],
) -> None:
    store, growth, _ = grown
    kept = store.guide(latest_guide(store)).guide
    assert kept is not None
    names = [name for name, _ in kept["grammar"]]
    assert {pinned_name(record) for record in growth.promoted} <= set(names)
    assert not {record.name for record in growth.promoted} & set(names)


def test_solved_programs_are_shown_written_out(grown: tuple[AbstractStore, Growth, list[Iteration]]) -> None:
    _, growth, _ = grown
    shown = [result for result in growth.results if result.subroutines]
    assert shown
    for result in shown:
        assert result.expanded and not any(name in result.expanded for name in result.subroutines)
        assert result.to_dict()["expanded"] == result.expanded
        parse(result.expanded)
    assert all(result.expanded == "" for result in growth.results if not result.subroutines)


def test_with_too_few_programs_nothing_is_learned() -> None:
    store = open_store("memory:")
    growth = grow(tasks(["sorted"]), store, evaluations=500, strategy="enumerative", guidance="model")
    assert growth.iterations[0].training == {} and latest_guide(store) == ""


@pytest.mark.parametrize(
    ("given", "message"), [({"guidance": "oracle"}, "guidance='oracle'"), ({"iterations": 0}, "iterations=0")]
)
def test_what_cannot_be_grown_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskError, match=message):
        grow(tasks(["sorted"]), open_store("memory:"), evaluations=10, **given)


# -- demotion --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_word_that_stopped_paying_is_demoted_and_its_programs_still_run() -> None:
    store = open_store("memory:")
    growth = grow(tasks(["squares", "reversed squares"]), store, evaluations=30_000, strategy="enumerative", first=0)
    (word,) = growth.promoted
    rule = Rule(patience=2)
    assert demote_unused(store, rule) == {}
    vocabulary = load_vocabulary(store)
    used = [vocabulary.read(solution.term) for solution in store.solutions()[-2:]]
    assert saves(word, vocabulary, used) > 0 >= saves(word, vocabulary, [])
    grow(tasks(["sorted", "reversed"]), store, evaluations=2_000, strategy="enumerative", first=0, frozen=True)
    demoted = demote_unused(store, rule)
    assert list(demoted) == [word.name] and "not used in the last 2 tasks" in demoted[word.name][0]
    assert store.subroutines() == () and store.history(word.name)[-1].action == "demoted"
    assert demote_unused(store, rule) == {}
    again = grow(tasks(["doubled"]), store, evaluations=30_000, strategy="enumerative", first=0)
    assert again.results[0].solved


# -- several at a time -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_tasks_are_searched_several_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "lists.jsonl"
    file.write_text("\n".join(map(json.dumps, rows())), encoding="utf-8")
    with open_store(str(tmp_path / "library.db")) as store:
        growth = grow(file, store, evaluations=12_000, strategy="enumerative", words=WORDS, workers=2, every=3)
        assert [r.name for r in growth.results] == list(FUNCTIONS) and sum(r.solved for r in growth.results) >= 6
        assert growth.promoted and {run.state for run in store.runs()} == {"finished"}
        for result in growth.results:
            assert not result.solved or store.solutions(result.name)


def test_the_command_iterates_and_writes_its_log(tmp_path: Path) -> None:
    file, log = tmp_path / "lists.jsonl", tmp_path / "growth.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows()[:3]), encoding="utf-8")
    arguments = [
        "grow",
        str(file),
        "--evaluations",
        "8000",
        "--words",
        ",".join(WORDS),
        "--library",
        str(tmp_path / "l.db"),
        "--growth-log",
        str(log),
    ]
    ran = CliRunner().invoke(app, [*arguments, "--guidance", "grammar"])
    assert ran.exit_code == 0, ran.output
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["number"] for line in lines] == [1, 2] and lines[-1]["solved"] == 3
    assert "iteration" in ran.output and "  = " in ran.output


@pytest.mark.parametrize(("iterations", "tried"), [(2, 2), (1, 0)])
def test_the_programs_of_a_stage_are_words_for_the_next(store: AbstractStore, iterations: int, tried: int) -> None:
    stages = Stage("first", tuple(tasks(("squares", "doubled")))), Stage("second", tuple(tasks(("reversed",))))
    found = grow(
        Curriculum("two", stages), store, evaluations=2_000, strategy="enumerative", words=("map", "+", "*"), iterations=iterations
    )  # fmt: skip
    log = [(event.kind, event.payload) for event in store.events(found.run)]
    words = [name for kind, payload in log if kind == "try" for name in payload["tried"]]
    assert len(words) == tried
    steps = [(kind, payload["subject"]) for kind, payload in log]
    if tried:
        assert steps.index(("search", "doubled")) < steps.index(("try", "first")) < steps.index(("begin", "reversed"))
        assert ("try", "second") not in steps
