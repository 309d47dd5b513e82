"""The library gain benchmark: families held out, costs compared, reuse counted, random subtrees like the promoted words."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from automl import Library, search
from automl.errors import TaskError
from automl.growth.grow import is_growth
from automl.growth.trials import begin_trials, end_trials
from automl.tasks.curriculum import load_words
from automl.tasks.load import load_tasks
from experiments.benchmarks import gain_learning, gain_table, library_gain
from experiments.benchmarks.gain_learning import random_words, split_families
from experiments.benchmarks.synthesis import STARTER
from library.records import Subroutine
from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.term import digest, show_canonical
from primitives.words import builtin_words

WORDS = builtin_words()


def row(
    task: str, solved: bool, terms: int, *subroutines: str, whole: bool = False, right: bool | None = True
) -> dict[str, Any]:
    return {
        "task": task, "solved": solved, "right": right if solved else None, "terms": terms, "seconds": terms / 10,
        "subroutines": list(subroutines), "whole": whole,
    }  # fmt: skip


def test_whole_families_are_held_out_and_the_seed_decides() -> None:
    tasks = load_tasks(str(STARTER))
    learned, held = split_families(tasks, 0)
    families = [{task.family or task.name for task in part} for part in (learned, held)]
    assert not families[0] & families[1] and len(learned) + len(held) == len(tasks)
    assert abs(len(families[0]) - len(families[1])) <= 1
    assert [task.name for task in learned] == [task.name for task in split_families(tasks, 0)[0]]
    assert [task.name for task in learned] != [task.name for task in split_families(tasks, 1)[0]]


def test_costs_are_compared_task_by_task_with_intervals() -> None:
    found = library_gain.compare(
        [row("a", True, 10), row("b", True, 10), row("c", True, 20, right=False)],
        [row("a", True, 40), row("b", False, 100), row("c", True, 20, right=False)],
    )
    assert found["terms_ratio"]["ratio"] == 4.0
    low, high = found["terms_ratio"]["interval"]
    assert 1.0 <= low < 4.0 < high <= 10.0
    assert found["solved_points"] == 33.3 and found["right_points"] == 33.3
    assert found["solved_by_both"] == {"tasks": 2, "terms_with": 30, "terms_without": 60}


def test_nobody_is_right_where_no_test_tells() -> None:
    untested = [{**row("a", True, 10), "right": None}, row("b", False, 90)]
    assert library_gain.summary(untested)["right"] is None
    assert library_gain.compare(untested, untested)["right_points"] is None
    some = library_gain.summary([*untested, row("c", True, 10), row("d", True, 10, right=False)])
    assert (some["right"], some["with_tests"]) == (1, 2)


def test_summaries_are_written_anew_from_the_rows(tmp_path: Path) -> None:
    rows = [{**row("a", True, 10), "right": None}, {**row("b", True, 90), "right": None}]
    stale = {"with": {"solved": 2, "right": 2}, "right_points": 10.0}
    learning = {"promoted": [], "iterations": [{"number": 1, "solved": 3, "right": 0}]}
    figures = {"with": rows, "without": rows, "gain": stale, "learning": learning, "budget": "60s"}
    file = tmp_path / "gain.json"
    file.write_text(json.dumps({"benchmark": "library_gain", "figures": figures, "seed": 0, "time": "then"}))
    library_gain.summarise(file)
    kept = json.loads(file.read_text())
    found = kept["figures"]
    assert found["gain"]["with"]["right"] is None and found["gain"]["right_points"] is None
    assert found["learning"]["iterations"] == [{"number": 1, "solved": 3, "right": None}]
    assert (found["with"], found["budget"], kept["time"]) == (rows, "60s", "then")


def test_no_result_in_the_repository_counts_as_right_what_no_test_tells() -> None:
    files = sorted(gain_table.RESULTS.glob("library_gain_*.json"))
    assert len(files) >= 3
    for file in files:
        figures = json.loads(file.read_text(encoding="utf-8"))["figures"]
        for key, arm in (("gain", "with"), ("control_gain", "control")):
            for side, rows in (("with", figures[arm]), ("without", figures["without"])):
                assert figures[key][side]["right"] == library_gain.summary(rows)["right"], f"{file.name}: {key}, {side}"
        told = any(each["right"] is not None for each in figures["with"])
        assert all((each["right"] is not None) is told for each in figures["learning"]["iterations"]), file.name


def test_the_table_of_the_gain_shows_every_arm_and_where_it_loses(tmp_path: Path) -> None:
    arms = {
        "with": [row("a", True, 30), row("b", True, 10)],
        "without": [row("a", True, 10), row("b", False, 900)],
        "control": [row("a", False, 900), row("b", True, 20)],
    }
    file = tmp_path / "gain.json"
    file.write_text(json.dumps({"figures": {"tasks": "list", "vocabulary": "small", "budget": "9s", **arms}}))
    head, _, without, given, control = gain_table.table([file]).splitlines()
    assert head.startswith("| held-out tasks, budget each | arm | solved | right | terms")
    assert "| without | 1 | 1 of 1 | 910 |" in without
    assert "| with the library | 2 | 2 of 2 | 40 | 4 | 1 task: 30 against 10 | 3 against 1 |" in given
    assert "| with random parts | 1 | 1 of 1 | 920 | 92 | 0 tasks: 0 against 0 |" in control


def test_reuse_leaves_out_tasks_that_are_one_word_and_sees_words_within_words() -> None:
    words = [{"name": "outer", "calls": ["inner"]}, {"name": "inner", "calls": []}, {"name": "idle", "calls": []}]
    rows = [row("a", True, 1, "outer"), row("b", True, 1, "idle", whole=True), row("c", False, 1)]
    found = library_gain.reuse(words, rows, ["a", "b", "c"])
    assert found["uses"] == 1 and found["by_word"] == {"outer": 1, "inner": 0, "idle": 0}
    assert found["tasks_that_are_one_word"] == ["b"]
    assert found["share_used_again"] == 0.333 and found["share_used_again_or_within_such"] == 0.667


def subroutine(name: str, text: str) -> Subroutine:
    body = parse(text, WORDS)
    scheme = str(infer(body, WORDS).scheme)
    return Subroutine(name=name, digest=digest(body), type=scheme, kind="algorithmic", body=show_canonical(body))


@pytest.mark.slow
def test_random_words_are_alike_in_type_and_are_none_of_the_library() -> None:
    with Library("memory:") as library:
        for task in load_tasks(str(STARTER))[:6]:
            search(task, evaluations=20_000, library=library)
        library.store.promote([subroutine("each_plus", "(lambda (n xs) (map (lambda (x) (+ x n)) xs))")])
        first = random_words(library, 0)
        assert len(first) == 1 and first[0].body != library.store.subroutine("each_plus").body
        assert [word.body for word in first] == [word.body for word in random_words(library, 0)]
        words = library.vocabulary.all_words
        assert str(infer(parse(first[0].body, words), words).scheme) == first[0].type


def test_random_words_are_no_words_of_the_library_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {
        "squares": "(lambda (xs) (map (lambda (x) (* x x)) xs))",
        "turned": "(fold (lambda (ys x) (cons x ys)) empty)",
    }
    with Library("memory:") as library:
        library.store.promote([subroutine(name, text) for name, text in own.items()])
        term = parse("(lambda (xs) (turned (squares (squares xs))))", library.vocabulary.words)
        monkeypatch.setattr(gain_learning, "_programs", lambda library: {"task": SimpleNamespace(term=term)})
        found = [evaluate(parse(word.body, WORDS), ((3, 1, 2),), words=WORDS) for word in random_words(library, 0)]
        assert len(found) == 2 and not {(9, 1, 4), (2, 1, 3)} & set(found)


def test_solved_programs_go_on_trial_and_leave_unless_used() -> None:
    tasks = {task.name: task for task in load_tasks(str(STARTER))}
    with Library("memory:") as library:
        name = next(iter(tasks))
        assert search(tasks[name], evaluations=20_000, library=library, words=load_words("map,+,-,*,fold")).solved
        (word,) = begin_trials(library.store, least=3)
        assert word.provenance["tasks"] == [name] and word.name in library.vocabulary.words
        assert not begin_trials(library.store, least=3)  # it is known now
        assert not end_trials(library.store)
        assert [record.name for record in end_trials(library.store, spare=0)] == [word.name] and not len(library)


def test_words_that_served_one_family_only_go() -> None:
    tasks = {task.name: task for task in load_tasks(str(STARTER))}
    first, second, third = list(tasks)[:3]
    word = replace(
        subroutine("each_plus", "(lambda (n xs) (map (lambda (x) (+ x n)) xs))"), provenance={"found_by": "compression"}
    )
    with Library("memory:") as library:
        assert search(tasks[third], evaluations=20_000, library=library).solved
        runs = [search(tasks[name], evaluations=20_000, library=library).run for name in (first, second)]
        library.store.promote([word])
        for name, run in zip((first, second), runs, strict=True):
            (old,) = library.store.solutions(name, run)
            text = show_canonical(
                library.vocabulary.pin(parse("(lambda (xs) (each_plus 1 xs))", library.vocabulary.all_words))
            )
            library.store.add_solution(replace(old, term=text))
        assert not end_trials(library.store)
        assert not end_trials(library.store, {first: "a", second: "b"})
        assert [gone.name for gone in end_trials(library.store, {first: "a", second: "a", third: "c"})] == ["each_plus"]


def test_vocabularies_are_declared(tmp_path: Path) -> None:
    assert load_words("map, +") == ("map", "+")
    for name in ("base_list", "base_text"):
        words = load_words(name, search_path=[library_gain.CURRICULA])
        assert set(words) <= set(WORDS) and not {"split", "replace", "filter"} & set(words)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("schema_version = 1\nwords = []\n")
    with pytest.raises(TaskError, match="at least one word"):
        load_words(str(wrong))


@pytest.mark.slow
def test_a_run_writes_its_parts_and_takes_up_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "gain.json"
    given = [
        "--tasks",
        str(STARTER),
        "--limit",
        "4",
        "--budget",
        "3000 evaluations",
        "--learn-budget",
        "20000 evaluations",
        "--iterations",
        "2",
    ]
    given += ["--library", f"sqlite:///{tmp_path / 'words.db'}", "--json", str(path)]
    monkeypatch.setattr(sys, "argv", ["library_gain", *given])
    library_gain.main()
    figures = json.loads(path.read_text())["figures"]
    assert [row["number"] for row in figures["learning"]["iterations"]] == [1, 2]
    with Library(given[given.index("--library") + 1]) as library:
        growths = [run for run in library.store.runs() if is_growth(run)]
        (grown,) = [run for run in growths if run.config["setup"]["plan"]["iterations"] == 2]
        assert grown.state == "finished", "it learned by what `automl grow` calls"
    assert figures["learning"]["terms"] > 0 and figures["gain"]["with"]["tasks"] == 4
    assert all(row["terms"] >= 3000 for row in figures["without"] if not row["solved"])
    assert not any(row["subroutines"] for row in figures["without"])
    monkeypatch.setattr(sys, "argv", ["library_gain", *given, "--only", "without"])
    library_gain.main()
    again = json.loads(path.read_text())["figures"]
    assert again["learning"] == figures["learning"] and again["with"] == figures["with"]
