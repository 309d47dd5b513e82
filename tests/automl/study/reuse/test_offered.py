"""A search is offered so many words of a library, those that its task and what was learned speak for."""

from __future__ import annotations

from automl.study.reuse.offered import offered
from library.digests import word_digest
from library.records import Subroutine
from library.vocabulary import Vocabulary
from primitives.notation.types import parse_type
from primitives.syntax import parse
from search.problem import Problem


def learned(name: str, type: str, body: str, created: float) -> Subroutine:
    return Subroutine(name, word_digest(parse(body)), type, "algorithmic", body, created=created)


ADDING = [learned(f"plus_{n}", "int -> int", f"(lambda (x) (+ {n} x))", n) for n in range(2, 8)]
SHOUTING = learned("shout", "str -> str", "(lambda (x) (upper (reverse_text x)))", 99)
VOCABULARY = Vocabulary([*ADDING, SHOUTING])


def names(problem: Problem) -> set[str]:
    return set(problem.words) & set(VOCABULARY.definitions)


def test_words_of_strange_types_go_first_and_then_the_oldest() -> None:
    problem = Problem(parse_type("list(int) -> int"), VOCABULARY.words)
    assert offered(problem, VOCABULARY, 7) is problem
    found = offered(problem, VOCABULARY, 3)
    assert names(found) == {"plus_5", "plus_6", "plus_7"}
    assert set(problem.words) - set(found.words) == VOCABULARY.definitions.keys() - names(found)
    assert "shout" in names(offered(Problem(parse_type("str -> str"), VOCABULARY.words), VOCABULARY, 1))


def test_what_earlier_tasks_taught_and_what_is_begun_with_comes_first() -> None:
    likely = {"model": {"plus_2": 3.0, "plus_3": 1.0, "plus_7": -9.0}}
    problem = Problem(parse_type("int -> int"), VOCABULARY.words, suggested=likely)
    assert names(offered(problem, VOCABULARY, 2)) == {"plus_2", "plus_6"}, (
        "the median is 1, and what is new is as likely"
    )
    start = parse("(lambda (x) (plus_7 x))", VOCABULARY.words)
    begun = Problem(parse_type("int -> int"), VOCABULARY.words, suggested=likely, starts=(start,))
    assert names(offered(begun, VOCABULARY, 2)) == {"plus_2", "plus_7"}
