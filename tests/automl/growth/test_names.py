"""A number is given to one word only: what was demoted, or cannot be read any more, keeps its name."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from automl.budget import Budget
from automl.growth.compression_step import prepare_compression
from automl.growth.trials import begin_trials
from automl.study.opening import new_run
from automl.tasks.kinds.examples import examples_task
from library.records import Solution, Subroutine
from library.store import AbstractStore, open_store
from primitives.syntax import parse
from primitives.term import show_canonical
from primitives.words import builtin_words

WORDS = builtin_words()
LOOP = "(map (lambda (x) (if (= x 3) 2 (+ x 1))) (sort xs))"
"""Too long to be named by its words."""


def solve(store: AbstractStore, name: str, text: str) -> None:
    task = examples_task(name, "list(int) -> list(int)", [(([n],), [n]) for n in range(3)])
    run = store.create_run(new_run(task, "enumerative", 0, Budget(evaluations=1), "", {"type": str(task.type)}))
    term = show_canonical(parse(text, WORDS))
    store.add_solution(Solution(name, run.id, term, term, scores={task.metric: 1.0}))


def with_earlier_words(file: Path) -> AbstractStore:
    """A store in which f1 is demoted, f2 names a word that is gone, the row of f3 is damaged, and that of f4 is away."""
    with open_store(str(file)) as store:
        bodies = ["(lambda (reverse $0))", "(lambda (gone $0))", "(lambda (tail $0))", "(lambda (sort $0))"]
        for number, body in enumerate(bodies, 1):
            store.promote([Subroutine(f"f{number}", f"d{number}", "list(int) -> list(int)", "algorithmic", body)])
        store.demote("f1")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE subroutines SET provenance = '{' WHERE name = 'f3'")
        connection.execute("DELETE FROM subroutines WHERE name = 'f4'")
    return open_store(str(file))


def test_a_word_on_trial_gets_no_number_that_was_given(tmp_path: Path) -> None:
    with with_earlier_words(tmp_path / "lib.db") as store:
        solve(store, "one", f"(lambda (xs) {LOOP})")
        assert [record.name for record in begin_trials(store, [], least=4)] == ["f5"]


def test_a_word_of_a_compression_gets_no_number_that_was_given(tmp_path: Path) -> None:
    with with_earlier_words(tmp_path / "lib.db") as store:
        solve(store, "one", f"(lambda (xs) (tail {LOOP}))")
        solve(store, "two", f"(lambda (xs) (cons 1 {LOOP}))")
        report, promoted = prepare_compression(store, {})()
        assert [record.name for record in promoted] == ["f5"], report
