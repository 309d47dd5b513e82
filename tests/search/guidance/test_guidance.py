"""Guidance: weights learned from programs, dreams, the recognition model, and enumerations that take turns."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term
from primitives.types import Type, has_tensor
from primitives.words import builtin_words
from search.generation.costs import default_costs
from search.generation.rules import Production, Rules
from search.generation.weights import CONSTANT, VARIABLE, base_weights, counts, refit
from search.guidance.dreams import Dream, Dreamer, Prompt, remembered
from search.guidance.features import EXAMPLES, PROPERTIES, SLOTS, TOKENS, described, encoded
from search.guidance.guide import Guide, GuideError, log_softmax, reestimated
from search.guidance.network import Network
from search.guidance.properties import PAIR, SINGLE
from search.guidance.slices import UNIT, advantage, guided_costs
from search.guidance.training import _Fitter, lessons, train
from search.problem import Example, Problem
from search.reports import Hit, Progress
from search.strategies import make_strategy

LISTS = parse_type("list(int) -> list(int)")
INPUTS = (((3, 1, 2),), ((5,),), ((-4, 0, 5, 5),), ((7, 8, 1, 2, 9),), ((),), ((2, 2, 6),))


@pytest.fixture(scope="module")
def words() -> Mapping[str, Primitive]:
    return {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}


def programs(words: Mapping[str, Primitive], *texts: str) -> list[Term]:
    return [parse(text, words) for text in texts]


def task(words: Mapping[str, Primitive], text: str) -> tuple[Example, ...]:
    found = remembered(LISTS, INPUTS, parse(text, words), words)
    assert found is not None
    return found.examples


# -- the grammar -------------------------------------------------------------------------------------------------------


def test_names_used_as_often_as_thought_keep_their_weight() -> None:
    weights = {"a": 2.0, "b": 0.0, "c": -1.0}
    total = sum(map(math.exp, weights.values()))
    expected = {name: 1000 * math.exp(weight) / total for name, weight in weights.items()}
    assert refit(expected, weights) == pytest.approx(weights)


def test_a_program_of_likely_words_has_the_advantage(words: Mapping[str, Primitive]) -> None:
    costs, plain = default_costs(words), base_weights(words)
    sorts, sums = programs(words, "(lambda (xs) (sort xs))", "(lambda (xs) (sum xs))")
    nats = advantage(costs, {**plain, "sort": plain["sort"] + 3.0})
    assert nats(sorts) > 1.0 > 0.0 > nats(sums) and nats(sorts) - nats(sums) == pytest.approx(3.0)
    assert advantage(costs, plain)(sorts) == pytest.approx(0.0, abs=1e-9)


def test_what_solved_programs_use_costs_less_and_the_rest_more_but_stays(words: Mapping[str, Primitive]) -> None:
    solved = programs(words, *["(lambda (xs) (map (lambda (x) (* x x)) (sort xs)))"] * 40)
    guide, base = reestimated(solved, words), base_weights(words)
    assert {name for name in base if guide.grammar[name] > base[name]} == {"map", "*", "sort", VARIABLE}
    lost = [base[name] - guide.grammar[name] for name in base if counts(solved)[name] == 0]
    assert max(lost) - min(lost) < 1e-9 and 0 < lost[0] < math.log(40 * 6)
    plain = default_costs(words)
    costs = guided_costs(plain, guide.grammar)
    assert costs.words.keys() == plain.words.keys() and costs.words["sort"] < costs.words["reverse"]
    assert min(costs.words.values()) >= 1 and plain.words["sort"] > 0


def test_no_word_with_effects_is_dreamt_of(words: Mapping[str, Primitive]) -> None:
    assert "remember" in words and "remember" not in base_weights(words)


# -- features ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "result", "expected"),
    [
        ("prefix", (1, 2, 3), (1, 2), 1.0),
        ("prefix", (1, 2, 3), (2,), 0.0),
        ("suffix", "abc", "bc", 1.0),
        ("subsequence", (1, 2, 3), (1, 3), 1.0),
        ("part", (1, 2, 3), (1, 3), 0.0),
        ("permutation", (1, 2, 2), (2, 1, 2), 1.0),
        ("same step", (1, 5), (3, 7), 1.0),
        ("item by item", (1, 5, 1), (2, 7, 3), 0.0),
        ("greatest item", (1, 5, 1), 5, 1.0),
        ("length of it", (1, 5, 1), 3, 1.0),
        ("length of it", (), (), None),
        ("sum", (1, 5), True, None),
        ("as many items", 3, (0, 0, 0), 1.0),
        ("word of it", "ab cd", "cd", 1.0),
    ],
)
def test_properties_hold_where_they_should(name: str, given: Any, result: Any, expected: float | None) -> None:
    assert PAIR[name](given, result) == expected


VALUES: list[Any] = [
    0,
    -7,
    10**15,
    True,
    False,
    "",
    "a",
    "Ab 1!",
    "é",
    (),
    (1,),
    (True, False),
    ("a", "bc"),
    ((1, 2), ()),
    1.5,
    None,
]


def test_every_property_of_every_value_is_small_or_absent() -> None:
    for value in VALUES:
        found = [test(value) for test in SINGLE.values()]
        found += [test(value, other) for test in PAIR.values() for other in VALUES]
        assert all(each is None or -1.0 <= each <= 1.0 for each in found)
        assert len(encoded(value)) == TOKENS


@pytest.mark.parametrize("count", [0, 1, 25])
def test_features_have_one_shape_whatever_the_task(count: int) -> None:
    type = parse_type("int -> list(int) -> str -> bool -> list(list(int))")
    task = described(type, [((n, (n, 1), "x", True), ((n,), ())) for n in range(count)])
    assert task.properties.shape == (PROPERTIES,) and np.isfinite(task.properties).all()
    assert task.tokens.shape == (EXAMPLES, SLOTS, TOKENS) and task.examples == min(count, EXAMPLES)


# -- dreams --------------------------------------------------------------------------------------------------------------


def test_dreams_are_tasks_with_solutions(words: Mapping[str, Primitive]) -> None:
    solved = [(LISTS, term) for term in programs(words, "(lambda (xs) (map (lambda (x) (+ x 1)) xs))")]
    prompts = [Prompt(LISTS, INPUTS), Prompt(parse_type("list(int) -> int"), INPUTS)]

    def once() -> list[Dream]:
        return Dreamer(words, base_weights(words), seed=3).dreams(prompts, 60, solved=solved, seconds=60)

    dreams = once()
    assert len(dreams) == 60 and dreams == once()
    for dream in dreams:
        outputs = [output for _, output in dream.examples]
        assert any(output != outputs[0] for output in outputs)
        assert any(given[0] != output for given, output in dream.examples)
        assert [evaluate(dream.term, given, words=words) for given, _ in dream.examples] == outputs
    seen = [(str(dream.type), tuple(output for _, output in dream.examples)) for dream in dreams]
    assert len(set(seen)) >= 50  # two prompts of one type may have dreams that agree
    assert sum(counts([dream.term])["map"] for dream in dreams) > 5


def test_dreams_end_with_their_time_while_a_type_is_looked_into(
    words: Mapping[str, Primitive], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One type may take all of it: its grammar looks at the clock."""
    tried = 0

    def unending(rules: Rules, goal: Type) -> list[Production]:
        nonlocal tried
        while rules.deadline.at is not None:
            rules.deadline.check()
            tried += 1
            time.sleep(0.01)
        raise AssertionError("no deadline was given")

    monkeypatch.setattr(Rules, "of", unending)
    dreamer = Dreamer(words, base_weights(words), seed=3)
    assert dreamer.dreams([Prompt(LISTS, INPUTS)], 20, seconds=0.5) == []
    assert tried > 0


@pytest.mark.parametrize("text", ["(lambda (xs) 3)", "(lambda (xs) (head xs))", "(lambda (xs) (index 3 xs))"])
def test_what_is_constant_or_fails_teaches_nothing(words: Mapping[str, Primitive], text: str) -> None:
    kept = remembered(parse_type("list(int) -> int"), INPUTS, parse(text, words), words)
    assert (kept is not None) == (text == "(lambda (xs) (head xs))")


# -- the model -----------------------------------------------------------------------------------------------------------


def test_the_search_computes_what_was_trained(words: Mapping[str, Primitive]) -> None:
    import torch

    guide = reestimated([], words)
    fitter = _Fitter(guide, 16)
    with torch.no_grad():
        for tensor in fitter.tensors.values():
            tensor.normal_(0.0, 0.2)
    dreams = [Dream(LISTS, task(words, "(lambda (xs) (reverse xs))"), parse("(lambda (xs) (reverse xs))", words))]
    with torch.no_grad():
        expected = fitter.logits(lessons(dreams, guide.names), dropped=False).numpy()[0]
    found = Network(fitter.plain()).logits(described(LISTS, dreams[0].examples))
    assert np.abs(found).max() > 0.1
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def trained(words: Mapping[str, Primitive]) -> Any:
    texts = ["(lambda (xs) (reverse xs))", "(lambda (xs) (map (lambda (x) (* x 3)) xs))"]
    solved = [(LISTS, term) for term in programs(words, *texts)]
    guide = reestimated([term for _, term in solved], words)
    dreamer = Dreamer(words, guide.grammar, seed=1)
    dreams = dreamer.dreams([Prompt(LISTS, INPUTS)], 400, solved=solved, seconds=120)
    own = [Dream(LISTS, task(words, text), term) for text, (_, term) in zip(texts, solved, strict=True)]
    return train(guide, dreams, solved=own, epochs=15, seconds=120)


def test_training_predicts_words_of_tasks_never_seen(words: Mapping[str, Primitive], trained: Any) -> None:
    assert trained.after < trained.before - 0.2
    reversing = trained.guide.weights(LISTS, task(words, "(lambda (xs) (reverse (tail xs)))"))
    mapping = trained.guide.weights(LISTS, task(words, "(lambda (xs) (map (lambda (x) (* x 5)) xs))"))
    assert mapping["map"] - reversing["map"] > 0.5
    assert set(mapping) == set(trained.guide.names)
    moved = np.array(list(mapping.values())) - np.array(list(trained.guide.grammar.values()))
    assert np.abs(moved).max() <= 4.0 + 1e-6


def test_a_guide_is_kept_as_json_and_safetensors(words: Mapping[str, Primitive], trained: Any) -> None:
    from safetensors.numpy import save

    guide, examples = trained.guide, task(words, "(lambda (xs) (reverse xs))")
    data, tensors = guide.to_json(), save(dict(guide.network.tensors))
    again = Guide.from_json(data, tensors)
    assert again.weights(LISTS, examples) == guide.weights(LISTS, examples)
    assert Guide.from_json(data, None).weights(LISTS, examples) == dict(guide.grammar)
    assert Guide.from_json({**data, "features": 0}, tensors).network is None
    for wrong, bytes in (
        ({**data, "schema_version": 99}, tensors),
        ({**data, "hidden": 7}, tensors),
        ({**data, "grammar": data["grammar"][:-1]}, tensors),
        ({**data, "grammar": [[VARIABLE, float("nan")]]}, None),
        (data, tensors[:-9]),
        ({}, None),
    ):
        with pytest.raises(GuideError):
            Guide.from_json(wrong, bytes)


def test_too_little_to_learn_from_is_refused(words: Mapping[str, Primitive]) -> None:
    with pytest.raises(ValueError, match="at least 10"):
        train(reestimated([], words), [])


def test_softmax_adds_up_to_one() -> None:
    assert np.exp(log_softmax(np.array([1000.0, 0.0, -5.0]))).sum() == pytest.approx(1.0)


# -- enumerations that take turns --------------------------------------------------------------------------------------


def searched(problem: Problem, guidance: str, bound: int = 60_000) -> tuple[list[Hit], int]:
    hits, terms = [], 0
    for found in make_strategy("enumerative", problem, {"guidance": guidance}).run(None, bound):
        terms = max(terms, found.terms)
        if isinstance(found, Hit):
            hits.append(found)
            return hits, found.info["first_terms"]
        assert isinstance(found, Progress)
    return hits, terms


@pytest.fixture
def problem(words: Mapping[str, Primitive]) -> Problem:
    examples = task(words, "(lambda (xs) (map (lambda (x) (+ x 3)) xs))")
    return Problem(LISTS, words, examples=examples)


def test_right_suggestions_save_terms_and_wrong_ones_cost_a_factor_of_two(problem: Problem) -> None:
    (plain,), terms = searched(problem, "off")
    right = {**dict.fromkeys(base_weights(problem.words), 0.0), VARIABLE: 4.0, CONSTANT: 3.0, "map": 4.0, "+": 4.0}
    wrong = {**dict.fromkeys(base_weights(problem.words), 2.0), VARIABLE: -2.0, CONSTANT: -2.0, "map": -4.0, "+": -4.0}
    (found,), few = searched(replace(problem, suggested={"model": right}), "model")
    assert found.info["by"] == "guided" and 4 * few < terms
    (late,), many = searched(replace(problem, suggested={"model": wrong}), "model")
    assert late.term == plain.term and late.info["by"] == "plain" and terms < many < 2.5 * terms + 20_000


@pytest.mark.slow
def test_turns_keep_to_the_budget_and_can_be_turned_off(problem: Problem) -> None:
    hard = replace(
        problem, examples=tuple((given, (1, 7, 3, n)) for n, (given, _) in enumerate(problem.examples or ()))
    )
    suggested = replace(hard, suggested={"grammar": base_weights(problem.words)})
    hits, terms = searched(suggested, "model", 30_000)
    assert not hits and 30_000 <= terms < 60_000
    assert searched(suggested, "off", 30_000) == searched(hard, "model", 30_000)


def test_what_was_promoted_since_the_training_costs_as_the_median(words: Mapping[str, Primitive]) -> None:
    weights = {name: weight for name, weight in base_weights(words).items() if name != "sort"}
    costs = guided_costs(default_costs(words), weights)
    assert "sort" in costs.words and UNIT <= costs.words["sort"] <= 8 * UNIT
