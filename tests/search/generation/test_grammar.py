"""The grammar: sampled programs are well-typed, well-shaped, within bounds, and a function of the draws."""

from __future__ import annotations

import functools
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.primitive import Setting
from primitives.syntax import parse
from primitives.term import Literal, lambdas, renumber_sites, words_in
from primitives.types import INT, STRING, arguments_of, has_tensor, is_ground
from primitives.words import builtin_words
from search.bounds import Bounds
from search.generation import sites
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.generation.probability import heads
from search.generation.weights import resolved_weights
from search.problem import Problem, ProblemError
from search.randomness import Draws

WORDS = builtin_words()
PLAIN = {name: word for name, word in WORDS.items() if not word.geometric and not has_tensor(word.scheme.type)}
CONSTANTS = (Literal(0, INT), Literal(1, INT), Literal("-", STRING))
TYPES = (
    "list(int) -> int",
    "list(list(int)) -> list(int)",
    "list(int) -> int -> bool",
    "str -> list(str)",
    "map(str, int) -> option(int)",
    "(int -> int) -> list(int) -> list(int)",
    "Tensor[1,8,8] -> Tensor[10]",
    "Tensor[64] -> Tensor[3]",
    "Tensor[3,9,7] -> Tensor[3,9,7]",
    "list(Tensor[4]) -> Tensor[3]",
    "list(int) -> Tensor[5]",
    "Tensor[2,6,6] -> int",
    "Tensor[5] -> Tensor[5] -> float",
)


@functools.cache
def grammar_of(type: str) -> Grammar:
    parsed = parse_type(type)
    words = WORDS if has_tensor(parsed) else PLAIN
    return Grammar(Problem(parsed, words, constants=CONSTANTS, max_size=22, bounds=Bounds(parameters=50_000)))


@pytest.mark.parametrize("type", TYPES)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_samples_are_programs_of_the_type_within_bounds(type: str, seed: int) -> None:
    grammar = grammar_of(type)
    problem = grammar.problem
    term = grammar.sample(problem.type, Draws(seed))
    numbered, _ = sites.number(term)
    inference = infer(numbered, problem.words, problem.type)
    assert inference.waiting == ()
    assert numbered.size <= problem.max_size
    assert inference.parameters <= 50_000
    assert renumber_sites(numbered) == numbered
    assert len({w.site for w in words_in(numbered) if w.site}) == sum(w.site is not None for w in words_in(numbered))
    assert grammar.sample(problem.type, Draws(seed)) == term


@pytest.mark.parametrize(
    ("type", "names"),
    [
        ("Tensor[2,6,6] -> int", "fold empty flatten dense to_number round global_pool"),
        ("Tensor[8] -> int", "fold empty dense to_number round"),
    ],
)
def test_nets_over_the_elements_of_an_empty_list_are_not_sampled(type: str, names: str) -> None:
    """Nothing says what shape they would have: ``fold (lambda (y z) (to_number (dense z))) 0.0 empty``."""
    program = parse_type(type)
    grammar = Grammar(Problem(program, {name: WORDS[name] for name in names.split()}, constants=CONSTANTS, max_size=22))
    folds = 0
    for seed in range(300):
        term, _ = sites.number(grammar.sample(program, Draws(seed)))
        inference = infer(term, WORDS, program)
        assert inference.waiting == ()
        assert all(is_ground(argument) for word, given, _ in inference.layers if word.site for argument in given)
        folds += "fold" in {word.name for word in words_in(term)}
    assert folds, "or the test says nothing"


def test_samples_are_diverse_and_reach_most_list_words() -> None:
    grammar = grammar_of("list(int) -> int")
    terms = [grammar.sample(grammar.problem.type, Draws(7, i)) for i in range(2000)]
    used = Counter(word.name for term in terms for word in words_in(term))
    assert len(set(terms)) > 1200
    assert {"map", "filter", "fold", "sort", "sum", "if", "zipwith"} <= used.keys()
    assert max(used.values()) < 0.25 * sum(used.values())


def test_nets_of_many_structures_come_out_of_words() -> None:
    grammar = grammar_of("Tensor[1,8,8] -> Tensor[10]")
    structures = set()
    used: Counter[str] = Counter()
    for i in range(400):
        term = grammar.sample(grammar.problem.type, Draws(3, i))
        names = tuple(word.name for word in words_in(term))
        structures.add(names)
        used.update(set(names))
    assert len(structures) > 200
    assert used["conv"] > 60
    assert used["add"] + used["concat_maps"] > 10


def test_a_recurrent_net_is_a_fold_of_a_cell() -> None:
    words = {n: WORDS[n] for n in ("fold", "gru_cell", "lstm_cell", "zeros", "pair", "first", "second", "dense")}
    grammar = Grammar(Problem(parse_type("list(Tensor[4]) -> Tensor[3]"), words, max_size=14))
    names = [{w.name for w in words_in(grammar.sample(grammar.problem.type, Draws(1, i)))} for i in range(120)]
    assert any({"fold", "gru_cell"} <= found for found in names)
    assert any({"fold", "lstm_cell", "pair"} <= found for found in names)


def test_ranges_of_the_problem_override_those_of_the_words() -> None:
    ranges = {"conv.maps": Setting("maps", 5, 5, 6), "conv.kernel": Setting("kernel", 3, choices=(3,))}
    problem = Problem(parse_type("Tensor[1,8,8] -> Tensor[10]"), WORDS, ranges=ranges, weights={"conv": 6.0})
    grammar = Grammar(problem)
    found = [w for i in range(60) for w in words_in(grammar.sample(problem.type, Draws(i))) if w.name == "conv"]
    assert found
    assert {dict(word.settings)["maps"] for word in found} <= {5, 6, 1}, "1 where a sum with the input decides it"
    assert {dict(word.settings)["kernel"] for word in found} == {3}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ranges": {"conv.widht": Setting("widht", 1)}}, "conv.widht"),
        ({"objectives": (("error", "smaller"),)}, "smaller"),
        ({"objectives": ()}, "at least one"),
        ({"max_size": 0}, "max_size=0"),
    ],
)
def test_a_wrong_problem_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        Problem(parse_type("list(int) -> int"), WORDS, **change)


def test_a_type_without_programs_is_a_dead_end() -> None:
    grammar = Grammar(Problem(parse_type("int -> str"), {"+": WORDS["+"]}))
    assert grammar.least(STRING) >= 10**9
    with pytest.raises(DeadEnd, match="int -> str"):
        grammar.sample(grammar.problem.type, Draws(0))


def test_productions_are_those_of_the_type_in_scope() -> None:
    grammar = grammar_of("list(int) -> int -> bool")
    scope, _ = arguments_of(grammar.problem.type)
    options = grammar.productions(INT, scope)
    assert [o.label for o in options if o.kind == "variable"] == ["$0"]
    assert {o.literal.value for o in options if o.literal is not None} == {0, 1}
    for option in options:
        assert option.least < 10**9
        assert option.word is None or "sort" != option.word.name


def test_probabilities_of_the_choices_at_the_root_sum_to_one() -> None:
    """Over a grammar of leaves the programs are few enough to add up."""
    words = {name: PLAIN[name] for name in ("sum", "length")}
    grammar = Grammar(Problem(parse_type("list(int) -> int"), words, constants=(Literal(0, INT),)))
    texts = ["(lambda (x) (sum x))", "(lambda (x) (length x))", "(lambda (x) 0)"]
    total = sum(math.exp(grammar.log_probability(parse(text, words))) for text in texts)
    assert total == pytest.approx(1.0)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), type=st.sampled_from(TYPES[:6]))
def test_sampled_programs_have_positive_probability(seed: int, type: str) -> None:
    grammar = grammar_of(type)
    term = grammar.sample(grammar.problem.type, Draws(seed))
    assert -1000 < grammar.log_probability(term) <= 0
    assert sum(1 for _ in heads(term)) <= term.size


def test_likelier_words_make_likelier_programs_and_more_samples() -> None:
    type = parse_type("list(int) -> int")
    sparse, rich = (Grammar(Problem(type, PLAIN, weights={"maximum": weight})) for weight in (-3.0, 4.0))
    term = parse("(lambda (x) (maximum x))", PLAIN)
    assert rich.log_probability(term) > sparse.log_probability(term)

    def share(grammar: Grammar) -> float:
        words = [w.name for i in range(300) for w in words_in(grammar.sample(type, Draws(i)))]
        return words.count("maximum") / len(words)

    assert share(rich) > 5 * share(sparse)


def test_a_word_weighs_what_it_declares_unless_told_otherwise() -> None:
    told = resolved_weights(WORDS, {"map": 0.25, "$let": 1.0})
    assert told["filter"] == WORDS["filter"].prior.weight == 1.0 and (told["map"], told["$let"]) == (0.25, 1.0)
    nets = resolved_weights(WORDS, {}, tensors=True)
    assert nets["conv"] == WORDS["conv"].prior.in_nets and nets["sort"] == WORDS["sort"].prior.weight
    assert set(nets) == {*WORDS, "$variable", "$constant", "$lambda", "$let"}


def test_a_closed_body_may_be_all_there_is() -> None:
    grammar = grammar_of("list(int) -> int")
    assert grammar.sample(parse_type("int"), Draws(0)).size >= 1
    assert lambdas(0, Literal(1, INT)) == Literal(1, INT)
