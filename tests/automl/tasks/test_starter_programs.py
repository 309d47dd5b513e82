"""Each starter task has a short program in the language; the tasks of a family share parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.words import builtin_words

PROGRAMS = {
    "each plus 1": "(map (+ 1))",
    "each plus 2": "(map (+ 2))",
    "each plus 3": "(map (+ 3))",
    "each times 2": "(map (* 2))",
    "each times 3": "(map (* 3))",
    "each squared": "(map (lambda (x) (* x x)))",
    "each negated": "(map negate)",
    "shift by": "(lambda (xs k) (map (+ k) xs))",
    "total of squares": "(lambda (xs) (sum (map (lambda (x) (* x x)) xs)))",
    "total of doubles": "(lambda (xs) (* 2 (sum xs)))",
    "total of successors": "(lambda (xs) (sum (map (+ 1) xs)))",
    "spread": "(lambda (xs) (- (maximum xs) (minimum xs)))",
    "extremes added": "(lambda (xs) (+ (maximum xs) (minimum xs)))",
    "first plus last": "(lambda (xs) (+ (head xs) (last xs)))",
    "keep above 2": "(filter (< 2))",
    "keep above 5": "(filter (< 5))",
    "count above 2": "(count (< 2))",
    "count above 5": "(count (< 5))",
    "drop zeros": "(filter (!= 0))",
    "count non-zeros": "(count (!= 0))",
    "keep evens": "(filter (lambda (x) (= 0 (mod x 2))))",
    "count evens": "(count (lambda (x) (= 0 (mod x 2))))",
    "total of evens": "(lambda (xs) (sum (filter (lambda (x) (= 0 (mod x 2))) xs)))",
    "keep above given": "(lambda (xs k) (filter (< k) xs))",
    "descending": "(lambda (xs) (reverse (sort xs)))",
    "two largest": "(lambda (xs) (take 2 (reverse (sort xs))))",
    "second largest": "(lambda (xs) (last (init (sort xs))))",
    "without last": "init",
    "without ends": "(lambda (xs) (tail (init xs)))",
    "there and back": "(lambda (xs) (concat xs (reverse xs)))",
    "pairwise sums": "(zipwith +)",
    "pairwise differences": "(zipwith -)",
    "dot product": "(lambda (xs ys) (sum (zipwith * xs ys)))",
    "countdown": "(lambda (n) (reverse (range n)))",
    "squares below": "(lambda (n) (map (lambda (i) (* i i)) (range n)))",
    "total below": "(lambda (n) (sum (range n)))",
    "total of squares below": "(lambda (n) (sum (map (lambda (i) (* i i)) (range n))))",
}


@pytest.fixture(scope="module")
def tasks(project_root: Path) -> dict[str, Task]:
    return {task.name: task for task in load_tasks(str(project_root / "experiments" / "curricula" / "starter.jsonl"))}


def test_every_task_is_covered(tasks: dict[str, Task]) -> None:
    assert set(tasks) == set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_meets_all_examples_and_tests(tasks: dict[str, Task], name: str) -> None:
    task, words = tasks[name], builtin_words()
    term = parse(PROGRAMS[name], words)
    infer(term, words, task.type)
    outputs = {
        part: [evaluate(term, inputs, words=words) for inputs, _ in task.part(part).cases()]
        for part in ("train", "test")
    }
    assert task.is_solved(task.score(outputs["train"], "train")) and task.right(outputs["test"]) is True


def test_no_other_starter_program_meets_a_tasks_examples(tasks: dict[str, Task]) -> None:
    words = builtin_words()
    terms = {name: parse(text, words) for name, text in PROGRAMS.items()}
    compared = 0
    for name, task in tasks.items():
        for other in PROGRAMS:
            if other != name and tasks[other].type == task.type:
                outputs = [evaluate(terms[other], inputs, words=words) for inputs, _ in task.part("train").cases()]
                assert not task.is_solved(task.score(outputs, "train")), (name, other)
                compared += 1
    assert compared >= 30, "few tasks have a type in common"


def test_programs_are_within_reach_of_a_search() -> None:
    words = builtin_words()
    assert max(parse(text, words).size for text in PROGRAMS.values()) <= 20
