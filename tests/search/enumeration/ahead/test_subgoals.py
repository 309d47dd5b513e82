"""Values beneath the goal are found, and with them programs that end in a word that only turns a list round."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from primitives.columns.bank import Bank
from primitives.definitions import definition
from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.values import equal
from primitives.words import builtin_words
from search.enumeration.ahead.subgoals import Subgoals
from search.enumeration.answers import Answer
from search.enumeration.enumerator import Enumerator
from search.enumeration.prospects import Subgoal
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

INPUTS = ((0, 0, 5, 1, 0), (2, 3, 4, 6, 4), (1, 3, 1, 6, 0), (1, 5, 5, 5, 5), (1, 6, 1, 0, 4))
KEPT = [([xs], tuple(x for x in xs if x > 1)) for xs in INPUTS]
BUDGET = 30_000


def words() -> dict:
    found = {name: builtin_words()[name] for name in ("if", ">", "cons", "fold", "empty", "tail")}
    body = parse(r"(lambda (xs) (fold (lambda (acc x) (cons x acc)) empty xs))", found)
    return {**found, "turned": definition("turned", infer(body, found).scheme, body)}


def search(settings: Settings, type: str = "list(int) -> list(int)", examples: list = KEPT) -> Enumerator:
    known = words()
    return Enumerator(parse_type(type), examples, words=known, costs=default_costs(known), settings=settings)


def subgoals_of(found: Enumerator) -> Sequence[Subgoal]:
    return next(look.wanted for look in found.begin().looks if isinstance(look, Subgoals))


def test_a_fold_beneath_a_learned_word_is_found_far_below_its_cost() -> None:
    found = search(Settings())
    hit = next(each for each in found.run(max_terms=BUDGET) if isinstance(each, Answer))
    assert hit.cost > found.level + 2
    assert equal(evaluate(hit.term, [(2, 0, 9, 1)], words=words()), (2, 9))


@pytest.mark.parametrize("settings", [Settings(subgoals=False), Settings(bodies=0.0)])
def test_it_takes_subgoals_and_bodies_ahead_of_the_level(settings: Settings) -> None:
    assert not any(isinstance(each, Answer) for each in search(settings).run(max_terms=BUDGET))


def test_subgoals_are_what_a_word_turns_into_the_goal() -> None:
    found = search(Settings())
    pool = found.space.values.pool(found.space.output)
    wanted = subgoals_of(found)
    values = [[pool.decode(int(code)) for code in each.codes] for each in wanted]
    assert values == [[result[::-1] for _, result in KEPT]]
    assert [each.operation.term.name for each in wanted] == ["turned"]


def test_a_subgoal_may_be_of_another_type() -> None:
    known = {name: builtin_words()[name] for name in ("chars", "from_chars", "upper")}
    texts = [(["ab"], "b"), (["xyz"], "z")]
    found = Enumerator(parse_type("str -> str"), texts, words=known, costs=default_costs(known))
    assert "list(char)" in {str(each.type) for each in subgoals_of(found)}


def test_the_name_of_a_wrapped_term_is_that_of_its_values() -> None:
    """So the same program found at its own level is not told as another."""
    found = search(Settings(), examples=[([xs], xs[::-1]) for xs in INPUTS])
    hits = [each for each in found.run(max_terms=3_000) if isinstance(each, Answer)]
    assert hits and len(found.answers.least) == 1 and len({hit.term for hit in hits}) == len(hits)


def test_many_words_run_no_more_than_twice_each(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {name: builtin_words()[name] for name in ("map", "+", "-")}
    for number in range(1, 7):
        for sign in "+-":
            body = parse(f"(lambda (xs) (map (lambda (x) ({sign} x {number})) xs))", known)
            known[f"{sign}{number}"] = definition(f"{sign}{number}", infer(body, known).scheme, body)
    found = Enumerator(parse_type("list(int) -> list(int)"), KEPT, words=known, costs=default_costs(known))
    runs: list[str] = []
    perform = Bank.perform
    monkeypatch.setattr(
        Bank,
        "perform",
        lambda bank, operation, *rest: (runs.append(operation.term.name), perform(bank, operation, *rest))[1],
    )
    wanted = subgoals_of(found)
    assert [each.operation.term.name for each in wanted] == ["+1", "-1", "+2", "-2"]
    assert max(map(runs.count, known)) == 2
