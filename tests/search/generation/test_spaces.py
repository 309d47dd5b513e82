"""Programs with free parts: read, filled, recognised, and varied in their free parts alone."""

from __future__ import annotations

import pytest

from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Hole, Let, Literal, Term, subterms, words_in
from primitives.types import INT
from primitives.words import builtin_words
from search.bounds import Bounds
from search.generation.candidates import sample
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.generation.spaces.matching import parts_of
from search.generation.spaces.reading import SpaceError, as_space
from search.problem import Problem
from search.randomness import Draws
from search.variation.crossover import Recombiner
from search.variation.mutation import Mutator

WORDS = builtin_words()
PICTURES = parse_type("Tensor[1,8,8] -> Tensor[10]")
NET = """(lambda (x) (pipe x
  (conv :maps (range 4 16 log) :kernel (choice 1 3))
  (choice relu tanh (compose relu batch_norm))
  ?middle
  flatten (dense :units 10)))"""
SPACES = {
    "settings": ("(lambda (x) (pipe x flatten (dense :units (range 16 64)) relu (dense :units 10)))", PICTURES),
    "choices": ("(lambda (x) (pipe x (choice relu tanh sigmoid) flatten (choice (dense :units 10) (linear :units 10))))", PICTURES),
    "net": (NET, PICTURES),
    "branches": ("(lambda (x) (pipe (concat_maps ?left (relu ?right)) flatten (dense :units 10)))", PICTURES),
    "nested": ("(lambda (x) (pipe x flatten (choice (dense :units (range 8 32)) (lambda (y) (relu ?inner))) (dense :units 10)))", PICTURES),
    "lists": ("(lambda (xs) (fold ?join 0 (map ?each xs)))", parse_type("list(int) -> int")),
    "values": ("(lambda (xs) (+ ?one (choice (sum xs) (length xs) ?other)))", parse_type("list(int) -> int")),
    "sequences": ("(lambda (xs) (dense :units 3 (fold ?cell ?start xs)))", parse_type("list(Tensor[4]) -> Tensor[3]")),
}  # fmt: skip


def problem_of(name: str, **given: object) -> Problem:
    text, type = SPACES[name]
    constants = (Literal(0, INT), Literal(1, INT), Literal(2, INT))
    words = {key: word for key, word in WORDS.items() if word.fitted is None or key == "linear"}
    return Problem(type, words, constants=constants, space=as_space(parse(text, WORDS)), **given)  # type: ignore[arg-type]


def check(term: Term, problem: Problem) -> None:
    inference = infer(term, WORDS, problem.type)
    assert not inference.waiting and not problem.excess(inference)
    assert problem.space is not None and parts_of(problem.space, term) is not None
    assert not any(isinstance(part, Hole) for part in subterms(term))


@pytest.mark.parametrize("name", SPACES)
def test_fillings_are_programs_of_the_space(name: str) -> None:
    problem = problem_of(name)
    grammar = Grammar(problem)
    found = []
    for number in range(20):
        try:
            found.append(sample(grammar, Draws(1, number)))
        except DeadEnd:
            continue
    assert len(found) >= 15 and len(set(found)) >= 6
    for term in found:
        check(term, problem)


@pytest.mark.parametrize("name", SPACES)
def test_children_change_free_parts_alone(name: str) -> None:
    """Whatever the parents: their children are programs of the space, and mutation and crossover both make some."""
    problem = problem_of(name)
    mutator = Mutator(Grammar(problem))
    recombiner = Recombiner(mutator)
    parents = [sample(mutator.grammar, Draws(2, number)) for number in range(6)]
    made = {"mutation": 0, "crossover": 0}
    for number in range(24):
        draws = Draws(3, number)
        mother, father = draws.choice(parents), draws.choice(parents)
        kind = "mutation" if number % 2 else "crossover"
        try:
            child = mutator.mutate(mother, draws) if number % 2 else recombiner.cross(mother, father, draws)
        except DeadEnd:
            continue
        made[kind] += 1
        check(child.term, problem)
        sites = {word.site for word in words_in(child.term)}
        assert set(child.origins) <= sites
        ancestors = ({word.site for word in words_in(mother)}, {word.site for word in words_in(father)})
        assert all(site in ancestors[parent] for parent, site in child.origins.values())
    assert made["mutation"] >= 6, made
    assert made["crossover"] >= 3 or name == "settings", "a child with the father's one setting is the father"


def test_fillings_keep_bounds() -> None:
    problem = problem_of("net", bounds=Bounds(parameters=1500))
    grammar = Grammar(problem)
    for number in range(6):
        check(sample(grammar, Draws(4, number)), problem)


def test_settings_are_drawn_from_the_range_of_the_space() -> None:
    problem = problem_of("settings")
    grammar = Grammar(problem)
    units = {
        dict(word.settings)["units"]
        for number in range(30)
        for word in words_in(sample(grammar, Draws(5, number)))
        if word.name == "dense"
    } - {10}
    assert min(units) < 30 and max(units) > 50 and all(16 <= each <= 64 for each in units)


def test_a_hole_that_is_given_something_uses_it() -> None:
    space = as_space(parse("(lambda (x) (dense :units 10 (?f (flatten x))))", WORDS))
    body = space.body.argument  # type: ignore[attr-defined]
    assert (
        isinstance(body, Let) and body.body == Hole("f") and body.value == parse("(lambda (x) (flatten x))", WORDS).body
    )  # type: ignore[attr-defined]
    assert as_space(parse("(lambda (x) (?f x))")).body == Hole("f"), "what is in scope anyway needs no name"  # type: ignore[attr-defined]


def test_programs_outside_are_told_apart() -> None:
    space = as_space(parse(NET, WORDS))

    def parts(text: str) -> int | None:
        found = parts_of(space, parse(text, WORDS))
        return None if found is None else len(found)

    inner = "(let ((y (relu (conv :maps 8 :kernel 3 x)))) {})"
    assert parts(f"(lambda (x) (dense :units 10 (flatten {inner.format('(max_pool y)')})))") == 4
    assert parts(f"(lambda (x) (dense :units 10 (flatten {inner.format('y').replace('3', '1')})))") == 4
    assert parts(f"(lambda (x) (dense :units 11 (flatten {inner.format('y')})))") is None
    assert parts(f"(lambda (x) (dense :units 10 (flatten {inner.format('y').replace('8', '17')})))") is None
    assert parts(f"(lambda (x) (dense :units 10 (flatten {inner.format('y').replace('relu', 'sigmoid')})))") is None


def test_weights_are_shared_where_the_space_shares_them() -> None:
    space = as_space(parse("(lambda (x) (dense :units 4 @1 (?f (dense :units 4 @1 x))))", WORDS))
    same, other = (
        parse(f"(lambda (x) (dense :units 4 @7 (let ((y (dense :units 4 @{site} x))) (relu y))))", WORDS)
        for site in "78"
    )
    assert parts_of(space, same) is not None and parts_of(space, other) is None


@pytest.mark.parametrize(
    ("text", "said"), [("(lambda (x) x)", "no part is free"), ("(lambda (x) (+ ?a ?a))", r"\?a stands in 2 places")]
)
def test_what_is_no_space_is_refused(text: str, said: str) -> None:
    with pytest.raises(SpaceError, match=said):
        as_space(parse(text, WORDS))


def test_what_fills_a_function_is_made_of_its_arguments() -> None:
    """Of these words none makes a number of the program's list: only the function's argument is one."""
    words = {name: WORDS[name] for name in ("+", "*", "max")}
    space = as_space(parse("(lambda (xs) (sum (map ?each xs)))", WORDS))
    grammar = Grammar(Problem(parse_type("list(int) -> int"), words, space=space))
    assert len({sample(grammar, Draws(1, number)) for number in range(60)}) > 4
