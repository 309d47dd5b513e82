"""Stepping stones: tasks that are made of easier ones, and what is counted when a library has seen those."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from automl.tasks.curriculum import load_curriculum, load_words
from automl.tasks.load import load_tasks
from experiments.benchmarks import stepping_stones as benchmark
from experiments.curricula import stepping_stones
from experiments.curricula.stepping_stones import HERE, Stone, StoneFunction, StoneMaker, write
from experiments.curricula.stone_templates import KINDS
from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.term import names_in
from primitives.words import builtin_words

WORDS = builtin_words()


@pytest.fixture(scope="module", params=sorted(KINDS))
def stones(request: pytest.FixtureRequest) -> Sequence[Stone]:
    return stepping_stones.stepping_stones(request.param, families=2, terms=0)


def test_the_program_of_a_task_is_in_its_small_words_and_gives_its_outputs(stones: Sequence[Stone]) -> None:
    kind = KINDS[stones[0].task.name.split()[0]]
    base = load_words(kind.base, search_path=[HERE])
    for stone in stones[:: len(stones) // 8]:
        term = parse(stone.program, WORDS)
        assert names_in(term) <= set(base)
        for given, wanted in stone.task.data.examples:
            assert evaluate(term, given, words=WORDS) == wanted


def test_no_two_tasks_are_alike(stones: Sequence[Stone]) -> None:
    seen = {(str(stone.task.type), stone.task.data.examples) for stone in stones}
    assert len(seen) == len(stones)
    assert len({stone.task.name for stone in stones}) == len(stones)


def test_half_of_the_families_are_held_out_and_all_that_is_deep(stones: Sequence[Stone]) -> None:
    learned, held = ({stone.family for stone in stones if stone.known is known} for known in (True, False))
    assert not learned & held
    assert {stone.depth for stone in stones if stone.learned} == {1, 2, 3}
    for stone in stones:
        assert stone.learned == (stone.known and stone.depth <= 3)
    assert {stone.depth for stone in stones if stone.family in held} == {2, 3, 4, 5, 6}


def test_the_seed_decides_and_the_files_are_a_curriculum(stones: Sequence[Stone], tmp_path: Path) -> None:
    kind = stones[0].task.name.split()[0]
    again, other = (stepping_stones.stepping_stones(kind, seed, families=2, terms=0) for seed in (0, 1))
    assert [stone.line for stone in again] == [stone.line for stone in stones]
    assert [stone.line for stone in other] != [stone.line for stone in stones]
    curriculum = load_curriculum(str(write(tmp_path, kind, stones, 0)))
    names = [[task.name for task in stage.tasks] for stage in curriculum.stages]
    assert names == [[s.task.name for s in stones if s.learned and s.depth == depth] for depth in (1, 2, 3)]
    held = load_tasks(str(tmp_path / f"stepping_stones_{kind}_held_out.jsonl"))
    assert {task.name for task in held} == {stone.task.name for stone in stones if not stone.learned}
    assert all(len(task.test) == stepping_stones.TESTS for task in held)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(lambda (x) x)", "the identity"),
        ("(lambda (x) (cons 1 empty))", "a constant"),
        ("(lambda (x) (tail (tail (tail (tail x)))))", "it fails on short lists"),
        ("(lambda (x) (map (lambda (n) (* n 9999)) x))", "its numbers are too large"),
    ],
)
def test_what_says_nothing_is_no_task(text: str, why: str) -> None:
    assert not StoneMaker(KINDS["lists"], 0).good(StoneFunction(1, ("list(int)", "list(int)"), text, 5)), why


def test_an_equal_function_and_one_with_a_part_to_spare_are_no_tasks() -> None:
    maker, signature = StoneMaker(KINDS["lists"], 0), ("list(int)", "list(int)")
    more = "(lambda (x) (map (lambda (n) (+ n 1)) x))"
    assert maker.good(StoneFunction(1, signature, more, 6))
    assert not maker.good(StoneFunction(1, signature, "(lambda (x) (map (lambda (n) (- n (- 0 1))) x))", 8))
    less = "(lambda (x) (map (lambda (n) (- n 1)) x))"
    assert not maker.good(StoneFunction(2, signature, less, 12, without=(more, less)))


def test_what_a_plain_search_finds_is_no_deep_task() -> None:
    setting = stepping_stones._StoneTasks(KINDS["lists"], 0, 3_000)
    text = "(lambda (x) (cons (head x) (tail (tail x))))"
    deep, shallow, padded = (
        StoneFunction(d, ("list(int)", "list(int)"), text, size) for d, size in ((4, 8), (2, 8), (2, 40))
    )
    assert [setting._is_easy(each) for each in (deep, shallow, padded)] == [True, False, True]


def row(name: str, depth: int, seconds: float, *, solved: bool = True, known: bool = True) -> dict[str, Any]:
    return {
        "task": name, "solved": solved, "right": True if solved else None, "terms": round(100 * seconds), "seconds": seconds,
        "cpu": seconds, "depth": depth, "known": known, "subroutines": [], "whole": False, "program": "(lambda (x) x)",
    }  # fmt: skip


def test_costs_to_the_same_count_give_every_task_up_at_one_limit() -> None:
    own = [row("a", 4, 1.0), row("b", 4, 2.0), row("c", 5, 9.0)]
    other = [row("a", 4, 4.0), row("b", 4, 10.0, solved=False), row("c", 5, 8.0)]
    found = benchmark.to_the_same_count(own, other, "seconds")
    assert found == {"solved": 2, "own": 1 + 2 + 2, "other": 4 + 8 + 8, "ratio": 4.0}
    nothing = [row("a", 4, 10.0, solved=False)]
    assert benchmark.to_the_same_count(own[:1], nothing, "terms")["ratio"] is None


def test_what_is_deep_is_compared_apart() -> None:
    rows = [row("a", 3, 1.0), row("b", 4, 1.0, known=False), row("c", 6, 1.0)]
    without = [row("a", 3, 2.0), row("b", 4, 9.0, solved=False, known=False), row("c", 6, 9.0, solved=False)]
    found = benchmark.comparisons({"with": rows, "without": without, "learning": {"promoted": [], "programs": {}}}, 0)
    assert found["gain"]["deep"]["solved_points"] == 100.0
    assert found["groups"]["deep, other families"]["with"]["solved"] == 1
    assert found["groups"]["depth 3"]["without"]["solved"] == 1


def test_a_word_is_used_where_another_task_or_a_word_that_is_used_names_it() -> None:
    words = [
        {"name": name, "tasks": tasks, "calls": calls}
        for name, tasks, calls in (
            ("turned", ["a"], []),
            ("kept", ["b"], ["inner"]),
            ("inner", [], []),
            ("f1", ["c"], []),
        )
    ]
    programs = {"a": "(lambda (turned $0))", "b": "(lambda (f10 $0))", "c": "(lambda (kept@12ab (f1 $0)))"}
    assert benchmark.used_by_others(words, programs) == 0.5, (
        "kept and what it is made of, not f1 by its own task, nor turned"
    )
    words.append({"name": "f2", "tasks": ["d"], "calls": ["turned"]})
    assert benchmark.used_by_others(words, {**programs, "d": "(lambda (f2 $0))"}) == 0.6, "the program of d is f2"
