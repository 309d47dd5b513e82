"""Programs that a user has a search begin with: texts, files, runs; evaluated first, varied, refused in a line where they do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import automl as package
from automl.api import Library, make_options
from automl.errors import StudyError
from automl.study.opening import open_study, resume_options
from automl.tasks.kinds.examples import examples_task
from automl.testing.commands import Found, lines_of, refused
from library.stores.memory import MemoryStore
from search.strategy import StrategyError

DOUBLE = examples_task("double", "int -> int", [((2,), 4), ((5,), 10), ((7,), 14)])
EXAMPLES = [{"inputs": [2], "output": 4}, {"inputs": [5], "output": 10}]
WRONG = "(lambda (x) (+ x 2))"
RIGHT = "(lambda (x) (+ x x))"


@pytest.mark.parametrize("strategy", [None, "genetic", "random", "bayesian"])
def test_what_is_given_is_evaluated_first(strategy: str | None) -> None:
    result = package.search(DOUBLE, evaluations=30, strategy=strategy, starts=[WRONG, RIGHT], quiet=True)
    assert [each.term for each in result.history[:2]] == ["(lambda (+ $0 2))", "(lambda (+ $0 $0))"]
    assert result.solved


def test_a_file_and_a_run_stand_for_their_programs(tmp_path: Path) -> None:
    written = tmp_path / "mine.txt"
    written.write_text(f"; twice\n{RIGHT}\n")
    with Library("memory:") as library:
        first = package.search(DOUBLE, evaluations=5, starts=[written], library=library, quiet=True)
        again = package.search(DOUBLE, evaluations=5, starts=[first.run], library=library, quiet=True)
        assert first.solved and again.history[0].term == first.history[0].term
        written.unlink()
        stored = resume_options(library.store.run(first.run))
        assert stored.programs == (f"; twice\n{RIGHT}\n",), "the run needs the file no more"


@pytest.mark.parametrize(
    ("given", "said"),
    [("(lambda (x y) (+ x y))", "has type a -> a -> a, needed int -> int"),
     ("(lambda (x) (reverse x))", r"has type list\(a\) -> list\(a\), needed int -> int"),
     ("(lambda (x) (nothing x))", "is no program: word='nothing' is not known"), ("(lambda (x)", "is no program: .*not closed"),
     ("(lambda (x) (+ x ?more))", "has parts that are free"), ("no_such_file", "needed the text of a program, the name of a file")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_a_line(given: str, said: str) -> None:
    with pytest.raises(StudyError, match=said) as caught:
        package.search(DOUBLE, evaluations=5, starts=[given], quiet=True)
    assert "\n" not in str(caught.value)


def test_words_that_the_search_may_not_use_are_named() -> None:
    with pytest.raises(StudyError, match=r"word='\*' is none of those"):
        package.search(DOUBLE, evaluations=5, words=["+", "-"], starts=["(lambda (x) (* x 2))"], quiet=True)


def test_an_enumeration_begins_with_no_program() -> None:
    with pytest.raises((StudyError, StrategyError), match="'enumerative' begins with no program.*genetic"):
        package.search(DOUBLE, evaluations=5, strategy="enumerative", starts=[RIGHT], quiet=True)


def test_a_large_program_has_room_to_grow() -> None:
    sums = "(lambda (x) " + "(+ x " * 40 + "x" + ")" * 41
    study = open_study(DOUBLE, MemoryStore(), make_options(evaluations=5, starts=[sums]))
    assert study.strategy.problem.max_size > study.strategy.problem.starts[0].size > 80


def test_the_command_takes_programs(folder: Path, automl: Callable[..., Found]) -> None:
    Path("tasks.jsonl").write_text(lines_of([{"name": "d", "type": "int -> int", "examples": EXAMPLES}]))
    Path("mine.txt").write_text(RIGHT)
    code, told, _ = automl("search", "tasks.jsonl", "--start", "mine.txt", "--evaluations", "3")
    assert code == 0 and "(+ x x)" in told
    refused(automl("search", "tasks.jsonl", "--start", "(lambda (x y) x)", "--evaluations", "3"), "needed int -> int")
