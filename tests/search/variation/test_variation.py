"""Mutation and crossover keep programs well-typed, well-shaped, within bounds, and their sites in order."""

from __future__ import annotations

import functools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.primitive import Setting
from primitives.syntax import parse
from primitives.term import Literal, Term, renumber_sites, sites_of, words_in
from primitives.types import INT, has_tensor
from primitives.words import builtin_words
from search.bounds import Bounds
from search.generation import sites
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.generation.positions import annotate, at, replace_at
from search.problem import Problem
from search.randomness import Draws
from search.variation.crossover import Recombiner
from search.variation.editor import Variant, copy_sites
from search.variation.edits import change_setting, step
from search.variation.mutation import Mutator
from search.variation.stages import duplicate_stages

WORDS = builtin_words()
PLAIN = {name: word for name, word in WORDS.items() if not word.geometric and not has_tensor(word.scheme.type)}
TYPES = (
    "list(int) -> int",
    "list(int) -> int -> list(int)",
    "Tensor[1,8,8] -> Tensor[10]",
    "list(Tensor[4]) -> Tensor[3]",
)
NET = "Tensor[1,8,8] -> Tensor[10]"


@functools.cache
def tools(type: str) -> tuple[Mutator, Recombiner]:
    parsed = parse_type(type)
    words = WORDS if has_tensor(parsed) else PLAIN
    problem = Problem(
        parsed, words, constants=(Literal(0, INT), Literal(1, INT)), max_size=24, bounds=Bounds(parameters=80_000)
    )
    mutator = Mutator(Grammar(problem))
    return mutator, Recombiner(mutator)


def sample(type: str, seed: int) -> Term:
    mutator, _ = tools(type)
    return sites.number(mutator.grammar.sample(mutator.problem.type, Draws(seed, 0)))[0]


def check(variant: Variant, parents: tuple[Term, ...], type: str) -> None:
    problem = tools(type)[0].problem
    inference = infer(variant.term, problem.words, problem.type)
    assert inference.waiting == ()
    assert inference.parameters <= 80_000
    assert variant.term.size <= problem.max_size
    assert variant.term != parents[0]
    assert renumber_sites(variant.term) == variant.term
    here = {word.site: word.name for word in words_in(variant.term) if word.site is not None}
    for site, (parent, there) in variant.origins.items():
        old = {word.site: word.name for word in words_in(parents[parent])}
        assert old[there] == here[site]


@pytest.mark.parametrize("type", TYPES)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_mutants_are_programs(type: str, seed: int) -> None:
    mutator, _ = tools(type)
    parent = sample(type, seed)
    for number in range(3):
        try:
            variant = mutator.mutate(parent, Draws(seed, 1, number))
        except DeadEnd:
            continue
        check(variant, (parent,), type)
        assert mutator.mutate(parent, Draws(seed, 1, number)) == variant


@pytest.mark.parametrize("type", TYPES)
def test_children_of_two_are_programs(type: str) -> None:
    born: list[Term] = []

    @settings(max_examples=60, deadline=None)
    @given(seed=st.integers(0, 10**6))
    def crossed(seed: int) -> None:
        _, recombiner = tools(type)
        mother, father = sample(type, seed), sample(type, seed + 1)
        try:
            child = recombiner.cross(mother, father, Draws(seed, 2))
        except DeadEnd:
            return
        check(child, (mother, father), type)
        assert recombiner.cross(mother, father, Draws(seed, 2)) == child
        born.append(child)

    crossed()
    assert len(born) >= 10, "too few parents had a child"


@pytest.mark.parametrize("type", TYPES)
def test_edits_seldom_fail(type: str) -> None:
    mutator, recombiner = tools(type)
    parents = [sample(type, seed) for seed in range(40)]
    failed = 0
    for number, parent in enumerate(parents * 2):
        try:
            mutator.mutate(parent, Draws(5, number))
        except DeadEnd:
            failed += 1
    assert failed <= 4


def test_every_operator_is_used() -> None:
    mutator, _ = tools(NET)
    used: Counter[str] = Counter()
    for number in range(500):
        used[mutator.mutate(sample(NET, number % 40), Draws(9, number)).operator] += 1
    assert used.keys() == {name for name, _ in mutator.operators} - {"insert"}  # that one is for values without tensors
    plain, _ = tools(TYPES[0])
    used = Counter(plain.mutate(sample(TYPES[0], n % 40), Draws(9, n)).operator for n in range(200))
    assert used.keys() == {name for name, _ in plain.operators} - {"change_setting"}  # list words have none


def mutants(text: str, operator: str, count: int = 400) -> list[Variant]:
    mutator, _ = tools(NET)
    parent = sites.number(parse(text, WORDS))[0]
    found = (mutator.mutate(parent, Draws(3, number)) for number in range(count))
    return [variant for variant in found if variant.operator == operator]


CONV = "(lambda (x) (pipe x (conv :maps 4 @1) relu flatten (dense :units 10 @2)))"


def test_a_duplicated_stage_starts_from_the_weights_of_the_first() -> None:
    found = [v for v in mutants(CONV, "duplicate_stages") if [w.name for w in words_in(v.term)].count("conv") == 2]
    assert found
    for variant in found:
        conv = [w.site for w in words_in(variant.term) if w.name == "conv"]
        parent = next(w.site for w in words_in(sites.number(parse(CONV, WORDS))[0]) if w.name == "conv")
        assert len(set(conv)) == 2
        assert {variant.origins[site] for site in conv if site} == {(0, parent)}


def test_a_bypass_shares_the_value_by_let() -> None:
    found = mutants("(lambda (x) (pipe x (conv :maps 4 @1) relu flatten (dense :units 10 @2)))", "bypass")
    text = {str(v.term) for v in found}
    assert any("(let (conv" in t and "(add $0 (relu $0))" in t for t in text)


def test_a_shared_site_stays_shared() -> None:
    text = "(lambda (x) (pipe x flatten (dense :units 64 @1) relu (dense :units 64 @1) relu (dense :units 10 @2)))"
    mutator, recombiner = tools(NET)
    shared = sites.number(parse(text, WORDS))[0]
    for number in range(60):
        variant = mutator.mutate(shared, Draws(1, number))
        if variant.operator in ("insert_stage", "swap_stages", "bypass"):
            old = {site: there for site, (_, there) in variant.origins.items()}
            assert len(set(old.values())) == len(old), "no copy was made, so no site has two descendants"
    both = 0
    for number in range(60):
        child = recombiner.cross(parse(CONV, WORDS), shared, Draws(2, number))
        from_father = [w.site for w in words_in(child.term) if child.origins.get(str(w.site), (0,))[0] == 1]
        both += len(from_father) > len(set(from_father))
        check(child, (parse(CONV, WORDS), shared), NET)
    assert both > 0


def test_copies_keep_sharing_inside_and_leave_library_weights() -> None:
    term = parse("(lambda (x) (dense :units 3 @lib@1 (dense :units 3 @7 (dense :units 3 @7 x))))", WORDS)
    copied: dict[str, tuple[int, str]] = {}
    names = sites_of(copy_sites(term, "+", 1, copied))
    assert names == ["lib@1", "7+"]
    assert copied == {"7+": (1, "7")}


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6), low=st.integers(1, 20), span=st.integers(0, 1000), log=st.booleans())
def test_a_step_stays_in_range_and_moves(seed: int, low: int, span: int, log: bool) -> None:
    setting = Setting("n", low, low, low + span, log=log)
    value = Draws(seed, 1).integers(low, low + span + 1)
    moved = step(setting, value, Draws(seed))
    assert isinstance(moved, int) and low <= moved <= low + span
    assert span == 0 or moved != value or value in (low, low + span)
    assert step(Setting("c", 1, choices=(1, 3)), 1, Draws(seed)) == 3


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), type=st.sampled_from(TYPES))
def test_positions_know_type_and_scope(seed: int, type: str) -> None:
    problem = tools(type)[0].problem
    annotated = annotate(sample(type, seed), problem.words, problem.type)
    assert annotated.positions[0].type == problem.type
    for position in annotated.positions:
        assert at(annotated.term, position.path) == position.term
        assert replace_at(annotated.term, position.path, position.term) == annotated.term
        for index in range(len(position.scope)):
            swapped = position.scope[-1 - index]
            assert swapped is not None


def test_the_width_of_a_grouped_layer_changes_with_its_groups():
    mutator, _ = tools(NET)
    text = "(lambda (pipe $0 (conv :maps 6 @1) (conv :maps 6 :groups 6 @2) global_pool (dense :units 10 @3)))"
    net = sites.number(parse(text, WORDS))[0]
    found = set()
    for number in range(60):
        candidate = change_setting(mutator, mutator.annotate(net), Draws(1, number), {})
        first, grouped = (dict(word.settings) for word in words_in(candidate) if word.name == "conv")
        found.add(first["maps"])
        assert grouped["groups"] in (1, first["maps"])
    assert len(found) > 3


def test_stages_that_are_repeated_may_share_their_weights_but_not_statistics():
    mutator, _ = tools(NET)
    layers = "(conv :maps 5 :padding same) (conv :maps 5 :padding same) batch_norm relu global_pool (dense :units 10)"
    net = parse(f"(lambda (pipe $0 {layers}))", WORDS)
    shared = set()
    for number in range(60):
        try:
            child = mutator.accept(duplicate_stages(mutator, mutator.annotate(net), Draws(2, number), {}), "", {})
        except DeadEnd:
            continue
        if child is not None:
            words = [word for word in words_in(child.term) if word.site is not None]
            count = Counter((word.name, word.site) for word in words)
            shared |= {name for (name, _), times in count.items() if times > 1}
    assert shared == {"conv"}
