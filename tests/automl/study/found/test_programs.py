"""A leaderboard of structures, and the front of scores against costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import automl
from automl.errors import StudyError, TaskError
from automl.study.found.programs import FoundProgram, FoundPrograms, outline_of, structure_of
from automl.study.keeping.evaluations import Evaluations
from automl.study.planning.schedule import ENSEMBLE, EXPLORE, FINAL, REFINE
from automl.study.state import Standing
from automl.tasks.cases.folds import FOLDS
from library.records import Direction, Evaluation
from library.vocabulary import Vocabulary
from primitives.notation.types import parse_type
from primitives.syntax import parse

NET, VALUES = "Tensor[1,4,4] -> Tensor[3]", "list(int) -> int"
CONSTANT = "(lambda (dense :units 3 @1 (relu (flatten $0))))"
LINEAR = "(lambda (dense :units 3 @1 (flatten $0)))"


def deep(units: int, site: str = "1") -> str:
    return f"(lambda (dense :units 3 @x (relu (dense :units {units} @{site} (flatten $0)))))"


def found(
    rows: list[tuple[str, float, int, str]], type: str = NET, result: int | None = None, direction: str = "maximise"
) -> FoundPrograms:
    """Evaluations of terms, by score, parameters and phase."""
    standing = Standing("accuracy", Direction(direction))
    for ask, (term, score, parameters, phase) in enumerate(rows):
        standing.ask(ask, phase, {"of": 0})
        size = Vocabulary().read(term).size
        standing.note(
            Evaluation("r", ask, term, "ok", {"accuracy": score}, seconds=1.0, parameters=parameters, size=size)
        )
    return FoundPrograms(standing, Vocabulary(), parse_type(type), result)


def asks(rows: list[FoundProgram]) -> list[int]:
    return [row.ask for row in rows]


def test_programs_that_differ_in_settings_and_sites_alone_are_one_structure() -> None:
    rows = found([(deep(4), 0.5, 83, EXPLORE), (LINEAR, 0.6, 51, EXPLORE), (deep(9, "7"), 0.7, 183, EXPLORE)])
    best = rows.leaderboard()
    assert [(row.rank, row.ask, row.score) for row in best] == [(1, 2, 0.7), (2, 1, 0.6)]
    assert asks(rows.leaderboard(top=1)) == [2]
    with pytest.raises(StudyError, match="top=0"):
        rows.leaderboard(top=0)


def test_of_a_structure_that_of_the_longest_training_is_shown() -> None:
    rows = [
        (deep(4), 0.9, 83, EXPLORE),
        (deep(5), 0.8, 99, REFINE),
        (deep(5), 0.8, 99, FINAL),
        (LINEAR, 0.85, 51, EXPLORE),
    ]
    best = found(rows, result=2).leaderboard()
    assert [(row.ask, row.phase, row.is_result) for row in best] == [(3, EXPLORE, False), (2, FINAL, True)]


def test_means_over_folds_come_before_scores_on_few_cases() -> None:
    programs = found([(deep(4), 1.0, 83, EXPLORE), (LINEAR, 0.8, 0, EXPLORE), (CONSTANT, 0.3, 0, EXPLORE)])
    for ask in (1, 2):
        programs.standing.evaluations[ask].scores[FOLDS] = 5.0
    assert [(row.ask, row.folds) for row in programs.leaderboard()] == [(1, 5), (2, 5), (0, 0)]
    assert asks(programs.front()) == [1]


def test_operations_are_the_multiply_adds_of_a_case() -> None:
    (row,) = found([(deep(10), 0.5, 203, EXPLORE)]).leaderboard()
    assert row.operations == 16 * 10 + 10 * 3
    assert row.latency is None


def test_what_has_no_score_is_in_no_list() -> None:
    assert asks(found([(LINEAR, float("nan"), 51, EXPLORE), (deep(4), 0.5, 83, EXPLORE)]).leaderboard()) == [1]
    assert found([]).leaderboard() == found([]).front() == []


MANY = [
    (LINEAR, 0.6, 51, EXPLORE),
    (deep(4), 0.55, 83, EXPLORE),
    (deep(9), 0.7, 183, EXPLORE),
    (deep(99), 0.7, 1983, EXPLORE),
]


@pytest.mark.parametrize("against", [None, "parameters", "operations"])
def test_on_the_front_is_what_nothing_cheaper_betters(against: str | None) -> None:
    front = found(MANY).front(against)
    assert asks(front) == [2, 0]
    assert [row.rank for row in front] == [1, 2]


def test_where_less_is_better_the_front_has_the_least() -> None:
    assert asks(found([(deep(4), 0.9, 83, EXPLORE), (LINEAR, 0.2, 51, EXPLORE)], direction="minimise").front()) == [1]


def test_programs_without_parameters_are_compared_by_size() -> None:
    rows = [("(lambda (length $0))", 0.5, 0, EXPLORE), ("(lambda (+ 1 (length $0)))", 0.9, 0, EXPLORE)]
    assert asks(found(rows, VALUES).front()) == [1, 0]
    with pytest.raises(StudyError, match="take size"):
        found(rows, VALUES).front("operations")


def test_the_latency_of_a_front_is_what_was_measured() -> None:
    times: Mapping[int, float | None] = {0: 2.0, 1: 1.0, 2: None, 3: 3.0}
    front = found(MANY).front("latency", lambda each: times[each.ask])
    assert [(row.ask, row.latency) for row in front] == [(3, 3.0), (0, 2.0), (1, 1.0)]


def test_a_cost_that_is_not_known_is_refused() -> None:
    with pytest.raises(StudyError, match="against='speed': one of parameters, operations, latency, size"):
        found(MANY).front("speed")


def test_a_result_has_them_until_it_is_copied() -> None:
    result = automl.search("iris", evaluations=3, seed=1)
    rows = result.leaderboard()
    assert sum(row.is_result for row in rows) == 1
    assert rows[0].score == max(row.score for row in rows)
    assert list(pd.DataFrame(rows).columns) == list(asdict(rows[0]))
    assert all(row.score <= rows[0].score for row in result.front())
    with pytest.raises(TaskError, match="automl runs leaderboard"):
        copy(result).leaderboard()


def test_the_commands_show_a_stored_run(folder, automl) -> None:
    import json

    automl("search", "iris", "--evaluations", "3", "--quiet")
    run = json.loads(automl("runs", "list", "--json")[1])[0]["id"]
    code, out, _ = automl("runs", "leaderboard", run)
    assert code == 0
    assert "validation accuracy" in out and "* the result" in out
    rows = json.loads(automl("runs", "front", run, "--against", "latency", "--json")[1])
    assert all(row["latency"] > 0 for row in rows)
    assert len(json.loads(automl("runs", "leaderboard", run, "--top", "1", "--json")[1])) == 1
    code, _, error = automl("runs", "front", run, "--against", "speed")
    assert code == 2 and "one of parameters" in error


DIGITS = "Tensor[1,4,4] -> Tensor[3]"


def lineage() -> FoundPrograms:
    """Two programs to begin with, a drawn one, a child of the second, its child with the drawn one, and the longer training of that."""
    standing = Standing("accuracy", Direction.MAXIMIZE)
    asked: list[tuple[str, str, float, dict[str, object]]] = [
        (CONSTANT, EXPLORE, 0.3, {"operator": "start"}),
        (LINEAR, EXPLORE, 0.5, {"operator": "start"}),
        (deep(2), EXPLORE, 0.2, {"operator": "sample"}),
        (deep(4), EXPLORE, 0.6, {"operator": "widen", "parents": (1, 1), "inherit": {"1": (1, "1")}}),
        (deep(8), EXPLORE, 0.4, {"operator": "crossover", "parents": [3, 2]}),
        (deep(8), REFINE, 0.7, {"of": 4}),
        ("(lambda (tanh (dense :units 3 @1 (flatten $0))))", EXPLORE, 0.1, {"operator": "a+b+c", "parents": [2, 2]}),
    ]
    for ask, (term, phase, score, info) in enumerate(asked):
        standing.ask(ask, phase, info)
        standing.note(Evaluation("r", ask, term, "ok", {"accuracy": score}, seconds=1.0, parameters=9, size=5))
    return FoundPrograms(standing, Vocabulary(), parse_type(DIGITS), 5, ("constant", "linear"))


def test_each_row_tells_what_its_program_came_from() -> None:
    rows = {row.ask: row for row in lineage().leaderboard()}
    assert {ask: row.origin for ask, row in rows.items()} == {
        0: "start constant", 1: "start linear", 5: "longer training of 4", 6: "3 edits of 2",
    }  # fmt: skip
    assert rows[5].starts == ("linear",) and rows[6].starts == () and rows[5].parents == (4,)
    assert lineage().front("size")[0].origin == "longer training of 4"


def test_what_each_start_was_worth_is_told() -> None:
    constant, linear = lineage().starts()
    assert (constant.name, constant.score, constant.descendants, constant.best, constant.in_result) == (
        "constant",
        0.3,
        0,
        None,
        False,
    )
    assert (linear.score, linear.descendants, linear.best, linear.best_ask, linear.in_result) == (0.5, 3, 0.7, 5, True)


def test_what_starts_were_worth_is_counted_as_evaluations_come_and_not_read_from_all(monkeypatch: Any) -> None:
    found = lineage()
    monkeypatch.delattr(Evaluations, "every")
    assert [row.best_ask for row in found.starts()] == [None, 5]
    found.standing.ask(7, EXPLORE, {"operator": "x", "parents": [0, 1]})
    found.standing.note(Evaluation("r", 7, LINEAR, "ok", {"accuracy": 0.7}, seconds=1.0, parameters=9, size=5))
    assert [(row.descendants, row.best_ask) for row in found.starts()] == [(1, 7), (4, 5)]


def test_a_blend_descends_from_all_of_its_members() -> None:
    found = lineage()
    found.standing.ask(7, ENSEMBLE, {"members": [[0, 0.2], [5, 0.5], [6, 0.3]]})
    assert found.standing.origins.parents(7) == (0, 5, 6)
    assert found.standing.origins.of(7) == (0, 1)


def test_a_search_names_what_it_began_with(folder: Path, automl: Any) -> None:
    Path("mine.txt").write_text("(lambda (x) (pipe x flatten (dense :units 10)))", encoding="utf-8")
    given = [
        "--start",
        "mine.txt",
        "--start",
        "(lambda (x) (pipe x flatten relu (dense :units 10)))",
        "--evaluations",
        "3",
    ]
    code, out, error = automl(
        "search", "digits", *given, "--json", "o.json", "--set", "schedule.epochs=1", "--library", "o.db"
    )
    assert code == 0, error
    assert "mine.txt" in out and "the result of the search is this or descends from it" in out
    result = json.loads(Path("o.json").read_text(encoding="utf-8"))
    first, second = result["starts"]
    assert (first["name"], second["name"]) == ("mine.txt", "given 2") and first["score"] is not None
    run = result["run"]
    told = automl("runs", "leaderboard", run, "--library", "o.db")[1]
    assert "┃ from" in told and "the result of the search is this or descends from it" in told
    assert json.loads(automl("runs", "starts", run, "--library", "o.db", "--json")[1]) == [first, second]
    rows = json.loads(automl("runs", "leaderboard", run, "--library", "o.db", "--json")[1])
    assert {"start given 2", "longer training of 0"} <= {row["origin"] for row in rows}
    assert ["mine.txt"] in [row["starts"] for row in rows]


def test_terms_with_one_outline_have_one_structure() -> None:
    texts = [
        "(lambda (dense :units 3 @1 (relu $0)))", "(lambda (dense :units 30 @1 (relu $0)))", "(lambda (dense @1 (tanh $0)))",
        "(lambda (conv :maps 4 :padding same @1 $0))", "(lambda (conv :maps 8 :padding valid @1 $0))",
        '(lambda (join "a :b c" $0))', '(lambda (join "a" $0))',
    ]  # fmt: skip
    groups: dict[str, set[str]] = {}
    for text in texts:
        groups.setdefault(outline_of(text), set()).add(structure_of(parse(text)))
    assert len(groups) == 5 and all(len(each) == 1 for each in groups.values())
