"""Function-preserving edits: with the weights that their steps make of the parent's, a child gives the parent's outputs."""

from __future__ import annotations

import functools
import json
from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.compile import compile_term
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.primitive import Setting
from primitives.syntax import parse, show
from primitives.term import Term, sites_of, words_in
from primitives.types import TensorType, Type, arguments_of
from primitives.weights import inherit, initialise
from primitives.words import builtin_words
from search.bounds import Bounds
from search.generation import sites
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.problem import Problem
from search.randomness import Draws
from search.variation.channels import channel_groups
from search.variation.editor import Variant
from search.variation.morphisms import MORPHISMS, Morpher
from search.variation.mutation import Mutator

WORDS = builtin_words()
TRAINED = {name: word for name, word in WORDS.items() if word.fitted is None}
NET = "Tensor[2,8,8] -> Tensor[3]"
CHAIN = "conv max_pool relu"
RANGES = {"conv.maps": Setting("maps", 4, 2, 12, log=True), "dense.units": Setting("units", 4, 2, 24, log=True)}


@functools.cache
def morpher(type: str = NET) -> Morpher:
    problem = Problem(parse_type(type), TRAINED, ranges=RANGES, max_size=40, bounds=Bounds(parameters=60_000))
    return Morpher(Mutator(Grammar(problem)))


def random_weights(term: Term, type: Type, seed: int) -> dict[str, torch.Tensor]:
    """Weights of which no two are alike, statistics of a normalisation too."""
    generator = torch.Generator().manual_seed(seed)
    start = initialise(infer(term, WORDS, type).sites, seed)
    found = {}
    for name, tensor in start.items():
        noise = torch.rand(tensor.shape, generator=generator, dtype=torch.float64)
        found[name] = tensor.double() + (0.3 * noise if tensor.is_floating_point() else 0)
    return found


def outputs(term: Term, type: Type, weights: dict[str, torch.Tensor]) -> torch.Tensor:
    """What the net gives in evaluation, in double precision."""
    program = compile_term(term, WORDS, type, weights={k: v.float() for k, v in weights.items()}).double().eval()
    for name, tensor in program.live().items():
        tensor.data.copy_(weights[name])
    given = [t for t in arguments_of(type)[0] if isinstance(t, TensorType)]
    generator = torch.Generator().manual_seed(5)
    inputs = [torch.randn(4, *t.shape, generator=generator, dtype=torch.float64) for t in given]  # type: ignore[arg-type]
    with torch.no_grad():
        return program(*inputs)


def check(parent: Term, variant: Variant, type: Type, seed: int = 0) -> None:
    """The variant computes what its parent does, its steps having been to a log and back."""
    before = random_weights(parent, type, seed)
    steps = json.loads(json.dumps({site: list(each) for site, each in variant.transfer.items()}))
    origins = {site: old for site, (_, old) in variant.origins.items()}
    child = infer(variant.term, WORDS, type)
    after = inherit(before, child.sites, seed + 1, origins=origins, transfer=steps, words=WORDS)
    wanted, got = outputs(parent, type, before), outputs(variant.term, type, after)
    if not isinstance(wanted, torch.Tensor):  # some part of it has no value
        return
    message = f"{variant.operator}: {show(parent)} to {show(variant.term)}"
    assert torch.allclose(got, wanted, rtol=1e-5, atol=1e-5 * float(wanted.abs().max() + 1)), message


@pytest.mark.parametrize("type", [NET, "Tensor[6] -> Tensor[3]"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_edits_of_generated_nets_keep_their_outputs(type: str, seed: int) -> None:
    found = morpher(type)
    term = sites.number(found.grammar.sample(found.problem.type, Draws(seed, 0)))[0]
    for number in range(2):
        try:
            variant = found.morph(term, Draws(seed, 1, number))
        except DeadEnd:
            continue
        assert found.morph(term, Draws(seed, 1, number)) == variant
        check(term, variant, found.problem.type, seed)


NETS = {
    "plain": "(lambda (x) (pipe x (conv :maps 4 :padding same) relu max_pool flatten (dense :units 6) relu (dense :units 3)))",
    "normalised": "(lambda (x) (pipe x (conv :maps 4 :biased 0) batch_norm relu (conv :maps 5 :padding same) batch_norm relu "
    "(global_pool :mode max) (dropout :rate 0.2) (dense :units 3)))",
    "residual": "(lambda (x) (pipe x (conv :maps 4 :padding same) relu (lambda (y) (add y (pipe y (conv :maps 6 :padding same) relu "
    "(conv :maps 4 :padding same)))) relu average_pool flatten (dense :units 3)))",
    "inception": "(lambda (x) (pipe x (lambda (y) (concat_maps (conv :maps 3 :padding same y) (concat_maps y (conv :maps 4 :kernel 5 "
    ":padding same y)))) relu subsample flatten batch_norm (dense :units 5) tanh (dense :units 3)))",
    "gated": "(lambda (x) (let ((y (conv :maps 4 :padding same x))) (pipe (multiply (sigmoid y) (subtract y (conv :maps 4 :padding same "
    "@7 x))) flatten (dense :units 3))))",
    "shared": "(lambda (x) (let ((f (dense :units 6))) (pipe x flatten (dense :units 6) (lambda (y) (add (f (relu y)) (f (f y)))) relu "
    "(dense :units 3))))",
    "looped": "(lambda (x) (pipe x flatten (dense :units 5) (repeat 3 (lambda (y) (tanh (dense :units 5 (relu (dense :units 4 y)))))) "
    "(dense :units 3)))",
}


@pytest.mark.parametrize("name", NETS)
def test_edits_of_known_forms_keep_their_outputs(name: str) -> None:
    found, type = morpher(), parse_type(NET)
    term = sites.number(parse(NETS[name], WORDS))[0]
    used: Counter[str] = Counter()
    for number in range(24):
        try:
            variant = found.morph(term, Draws(2, number))
        except DeadEnd:
            continue
        used[variant.operator] += 1
        check(term, variant, type, number)
    assert used["widen_channels"] and used["add_branch"]


def test_every_edit_is_made() -> None:
    found = morpher()
    parents = [sites.number(parse(text, WORDS))[0] for text in NETS.values()]
    used = Counter(found.morph(parents[n % len(parents)], Draws(4, n)).operator for n in range(60))
    assert used.keys() == MORPHISMS.keys()


def test_edits_in_a_row_have_their_steps_in_a_row() -> None:
    found, type = morpher(), parse_type(NET)
    term = sites.number(parse(NETS["normalised"], WORDS))[0]
    for number in range(8):
        first = found.morph(term, Draws(6, number))
        check(term, first.then(found.morph(first.term, Draws(7, number))), type, number)


def free(text: str, type: str = NET) -> set[str]:
    """The names and settings of the layers that may be widened."""
    found = morpher(type)
    program = found.mutator.annotate(sites.number(parse(text, WORDS))[0])
    makers = {site for group in channel_groups(program, WORDS).free().values() for site in group}
    return {
        f"{w.name} {dict(w.settings).get('units', dict(w.settings).get('maps'))}"
        for w in words_in(program.term)
        if w.site in makers
    }


def test_what_is_needed_as_it_is_stays() -> None:
    assert free("(lambda (x) (pipe x flatten (dense :units 5) relu (dense :units 3)))") == {"dense 5"}
    assert free("(lambda (x) (pipe x flatten (dense :units 5) layer_norm (dense :units 3)))") == set()
    assert free("(lambda (x) (pipe x flatten (dense :units 5) softmax (dense :units 3)))") == set()
    assert free(NETS["looped"]) == {"dense 4"}
    assert free(NETS["residual"]) == {"conv 4", "conv 6"}
    assert free(
        "(lambda (x) (pipe x (conv :maps 4) (conv :maps 4 :groups 2) (conv :maps 6) flatten (dense :units 3)))"
    ) == {"conv 6"}
    assert free("(lambda (x) (pipe x (conv :maps 2 :padding same) (add x) flatten (dense :units 3)))") == set()
    listed = "(lambda (xs) (pipe xs (map (lambda (x) (dense :units 7 (relu (dense :units 5 x))))) pool_list (dense :units 3)))"
    assert free(listed, "list(Tensor[6]) -> Tensor[3]") == {"dense 5"}


def test_a_kernel_grows_only_where_borders_are_padded() -> None:
    found = morpher()
    program = found.mutator.annotate(
        sites.number(parse("(lambda (x) (pipe x (conv :maps 4) flatten (dense :units 3)))", WORDS))[0]
    )
    with pytest.raises(DeadEnd, match="no window"):
        MORPHISMS["grow_kernel"][0](found, program, Draws(0, 0))
    with pytest.raises(DeadEnd, match="no place"):
        text = "(lambda (x) (tanh (dense :units 3 (flatten (tanh x)))))"
        term = sites.number(
            parse(text.replace("(dense :units 3 (flatten (tanh x)))", "(global_pool (sigmoid x))"), WORDS)
        )[0]
        two = morpher("Tensor[2,8,8] -> Tensor[2]")
        MORPHISMS["deepen"][0](two, two.mutator.annotate(term), Draws(0, 0))


def test_new_sites_have_no_ancestor_and_old_ones_theirs() -> None:
    found = morpher()
    term = sites.number(parse(NETS["plain"], WORDS))[0]
    for number in range(20):
        variant = found.morph(term, Draws(8, number))
        here = {word.site: word.name for word in words_in(variant.term) if word.site is not None}
        old = {word.site: word.name for word in words_in(term) if word.site is not None}
        assert all(old[there] == here[site] for site, (_, there) in variant.origins.items())
        assert set(sites_of(term)) == {there for _, there in variant.origins.values()}
