"""What a program may need: said where it is too much, and kept by what is drawn and what is made of it."""

from __future__ import annotations

import pytest

from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.weights import multiply_adds
from primitives.words import builtin_words
from search.bounds import BoundError, Bounds
from search.generation.candidates import sample
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.problem import Problem
from search.randomness import Draws
from search.variation.crossover import Recombiner
from search.variation.mutation import Mutator

WORDS = builtin_words()
NETS = {name: word for name, word in WORDS.items() if word.fitted is None}
LARGE = parse_type("Tensor[1,28,28] -> Tensor[10]")


def test_numbers_that_are_fitted_count():
    fitted = infer(parse("(lambda (x) (linear :units 10 @1 (flatten x)))", WORDS), WORDS, LARGE)
    assert fitted.parameters == 0 and Bounds(parameters=7000).excess(fitted, WORDS)


def test_what_is_beyond_a_bound_is_said():
    net = infer(parse("(lambda (x) (dense :units 10 @1 (flatten x)))", WORDS), WORDS, LARGE)
    assert (net.parameters, multiply_adds(net, WORDS)) == (7850, 7840)
    assert Bounds(7850, 7840).excess(net, WORDS) == ""
    assert Bounds(7849).excess(net, WORDS) == "parameters=7,850: at most 7,849 are allowed (max_parameters)"
    assert Bounds(operations=7839).excess(net, WORDS).startswith("operations=7,840: at most 7,839")
    needed = 4 * (7850 + 784 + 2 * 784)
    assert Bounds(memory=needed).excess(net, WORDS) == ""
    assert "(max_memory)" in Bounds(memory=needed - 1).excess(net, WORDS)


@pytest.mark.parametrize("name", ["parameters", "operations", "memory", "latency"])
@pytest.mark.parametrize("value", [0, -3, float("nan")])
def test_a_bound_that_nothing_keeps_is_refused(name: str, value: float) -> None:
    with pytest.raises(BoundError, match=f"max_{name}"):
        Bounds(**{name: value})


@pytest.mark.parametrize("type", ["Tensor[1,8,8] -> Tensor[10]", "Tensor[1,28,28] -> Tensor[10]"])
def test_nets_of_few_weights_are_found_by_as_many_draws_as_any(type: str) -> None:
    """A net grows within what is left of its bounds, so that hardly a draw is lost."""
    problem = Problem(parse_type(type), NETS, bounds=Bounds(parameters=700, operations=100_000))
    grammar = Grammar(problem)
    found = []
    for number in range(40):
        try:
            found.append(sample(grammar, Draws(5, number)))
        except DeadEnd:
            continue
    assert len(found) >= 36 and len(set(found)) >= 25
    sizes = [infer(term, WORDS, problem.type) for term in found]
    assert not any(problem.excess(each) for each in sizes)
    assert sum(each.parameters > 20 for each in sizes) > 20, "not only what has hardly a weight"


def test_children_keep_the_bounds_of_their_parents() -> None:
    problem = Problem(LARGE, NETS, bounds=Bounds(parameters=2000, operations=200_000))
    mutator = Mutator(Grammar(problem))
    recombiner = Recombiner(mutator)
    parents = [sample(mutator.grammar, Draws(2, number)) for number in range(6)]
    made = 0
    for number in range(40):
        draws = Draws(3, number)
        mother, father = draws.choice(parents), draws.choice(parents)
        try:
            child = mutator.mutate(mother, draws) if number % 2 else recombiner.cross(mother, father, draws)
        except DeadEnd:
            continue
        made += 1
        assert not problem.excess(infer(child.term, WORDS, LARGE))
    assert made > 20
