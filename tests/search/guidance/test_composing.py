"""Programs of learned words alone are searched for beside the others, and cost little to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from primitives.definitions import definition
from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.words import builtin_words
from search.guidance.composing import APPLIED, BUILT_IN, JOINING, LEARNED, MOST, composing_costs
from search.guidance.slices import interleaved
from search.problem import Problem
from search.reports import Hit
from search.strategies import make_strategy
from search.strategies.enumerative import problem_costs

BASE = ("+", "-", "*", "mod", "=", ">", "cons", "head", "tail", "empty", "map", "fold", "if")
INPUTS = ((3, 1, 4, 1, 5), (2, 7, 1, 8), (6, 0, 2), (9, 9, 4, 2, 1, 3))
LISTS = parse_type("list(int) -> list(int)")
LIST = parse_type("list(int)")


def learned(count: int = 9) -> dict[str, Primitive]:
    known: dict[str, Primitive] = {name: builtin_words()[name] for name in BASE}
    texts = {"turned": "(lambda (xs) (fold (lambda (ys x) (cons x ys)) empty xs))"}
    texts |= {
        f"mixed{k}": f"(lambda (xs) (map (lambda (x) (mod (+ (* x x) {k}) {k + 11})) xs))" for k in range(1, count - 1)
    }
    texts |= {"kept": "(lambda (p xs) (fold (lambda (ys x) (if (p x) (cons x ys) ys)) empty xs))"}
    for name, text in texts.items():
        body = parse(text, known)
        known[name] = definition(name, infer(body, known).scheme, body)
    return known


def problem(words: Mapping[str, Primitive], program: str) -> Problem:
    term = parse(program, words)
    return Problem(LISTS, words, examples=tuple(((xs,), evaluate(term, (xs,), words=words)) for xs in INPUTS))


def first_hit(task: Problem, **options: object) -> Hit | None:
    hits = (found for found in make_strategy("enumerative", task, options).run(None, 20_000) if isinstance(found, Hit))
    return next(hits, None)


def test_a_program_of_many_learned_words_comes_within_reach() -> None:
    words = learned()
    task = problem(words, "(lambda (xs) (mixed2 (mixed5 (turned (mixed4 (mixed1 xs))))))")
    found = first_hit(task, parts=False)
    assert found is not None and found.info["by"] == "composed"
    assert first_hit(task, parts=False, compositions=False) is None


def test_a_function_of_one_argument_is_given_to_a_word_that_takes_one() -> None:
    words = learned()
    for name, text in {
        "cubed": "(lambda (n) (- (* n (* n n)) (+ n 7)))",
        "rough": "(lambda (n) (> (mod (* n n) 7) 1))",
    }.items():
        body = parse(text, words)
        words[name] = definition(name, infer(body, words).scheme, body)
    task = problem(words, "(lambda (xs) (map cubed (kept rough (mixed2 xs))))")
    found = first_hit(task, parts=False)
    assert found is not None and found.info["by"] == "composed"


def test_only_words_from_data_to_data_are_offered_the_likeliest_where_there_are_many() -> None:
    words = learned(MOST + 10)
    task = Problem(LISTS, words, examples=())
    costs = composing_costs(words, problem_costs(task), None, LIST)
    assert costs is not None and not {"fold", "empty"} & set(costs.words)
    assert list(costs.words.values()) == [LEARNED] * MOST + [BUILT_IN] * JOINING + [APPLIED] * len(("map", "kept"))
    assert "cons" in costs.words, "it makes lists"
    last = f"mixed{MOST + 8}"
    assert last not in costs.words
    likely = composing_costs(words, problem_costs(task), {last: 2.0, "if": 1.0}, LIST)
    assert likely is not None and likely.words[last] == LEARNED and likely.words["if"] == BUILT_IN


def test_a_vocabulary_with_hardly_any_learned_words_is_searched_as_before() -> None:
    words = learned(3)
    assert composing_costs(words, problem_costs(Problem(LISTS, words, examples=())), None, LIST) is None
    task = problem(learned(), "(lambda (xs) (map (lambda (x) (+ x 3)) xs))")
    few = replace(task, words={name: word for name, word in words.items() if name in BASE})
    found, other = first_hit(few), first_hit(few, compositions=False)
    assert found is not None and other is not None and (found.term, found.terms) == (other.term, other.terms)


class _Counting:
    """An engine that considers a hundred terms a turn."""

    class Ledger:
        terms = 0
        max_terms: int | None = None

    def __init__(self) -> None:
        self.ledger = self.Ledger()

    def run(self, deadline: float | None = None, max_terms: int | None = None):
        for _ in range(40):
            self.ledger.terms += 100
            yield self.ledger.terms


@pytest.mark.parametrize(("shares", "wanted"), [(None, 1.0), ([1.0, 3.0], 3.0)])
def test_turns_follow_the_shares(shares: list[float] | None, wanted: float) -> None:
    engines = [_Counting(), _Counting()]
    for turn in interleaved(engines, shares=shares):  # type: ignore[arg-type]
        if turn.terms >= 3_000:
            break
    assert engines[1].ledger.terms / engines[0].ledger.terms == pytest.approx(wanted, rel=0.2)
