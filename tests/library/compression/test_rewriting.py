"""Compression never changes what a program means: values, failures, weights, gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.compression.compress import compress
from primitives.compile import compile_term
from primitives.definitions import expand
from primitives.inference import infer
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import (
    Term,
    show_canonical,
    sites_of,
)
from primitives.types import INT, function, list_of
from primitives.values import Failure, equal
from primitives.words import builtin_words

WORDS = builtin_words()
Corpus = dict[str, list[Term]]
Read = Callable[[Mapping[str, str]], Corpus]
Extend = Callable[..., dict[str, Primitive]]


def integer_terms(depth: int, scope: tuple[bool, ...]) -> st.SearchStrategy[str]:
    """Texts of type int; ``scope`` says for each variable in it whether it is a list (else an integer). Partial words included."""
    leaves = [st.sampled_from(["0", "1", "2"])]
    leaves += [st.just(f"v{i}") for i, is_list in enumerate(scope) if not is_list]
    if depth == 0:
        return st.one_of(leaves)
    ints, lists = integer_terms(depth - 1, scope), list_terms(depth - 1, scope)
    return st.one_of(
        *leaves,
        st.builds("({} {} {})".format, st.sampled_from(["+", "*", "-", "//", "mod"]), ints, ints),
        st.builds("({} {})".format, st.sampled_from(["sum", "head", "maximum", "length"]), lists),
        st.builds("(if ({} {} {}) {} {})".format, st.sampled_from(["<", "="]), ints, ints, ints, ints),
        st.builds("(let ((y {})) (+ y {}))".format, ints, ints),
    )


def list_terms(depth: int, scope: tuple[bool, ...]) -> st.SearchStrategy[str]:
    """Texts of type list(int)."""
    leaves = [st.just(f"v{i}") for i, is_list in enumerate(scope) if is_list]
    if depth == 0:
        return st.one_of(leaves)
    lists, inner = list_terms(depth - 1, scope), f"v{len(scope)}"
    body = integer_terms(depth - 1, (*scope, False))
    return st.one_of(
        *leaves,
        st.builds("({} {})".format, st.sampled_from(["tail", "reverse", "sort"]), lists),
        st.builds(f"(map (lambda ({inner}) {{}}) {{}})".format, body, lists),
        st.builds(f"(filter (lambda ({inner}) (< {{}} {inner})) {{}})".format, body, lists),
        st.builds("(if (is_empty {}) {} (tail {}))".format, lists, lists, lists),
    )


CORPORA = st.lists(integer_terms(3, (True, False)), min_size=2, max_size=8)
INPUTS = [((), 0), ((3,), 1), ((2, -1, 5), 2), ((4, 4, 0, 7), -3)]


def outcome(value: object) -> object:
    return "failure" if isinstance(value, Failure) else value


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=CORPORA)
def test_rewriting_never_changes_values_or_failures(texts: list[str], with_abstractions: Extend) -> None:
    programs = {str(i): [parse(f"(lambda (v0 v1) {text})", WORDS)] for i, text in enumerate(texts)}
    found = compress(programs, WORDS, max_arity=3)
    words = with_abstractions(found)
    assert found.problem == "" and list(found.rewritten) == list(programs)
    type = function(list_of(INT), INT, INT)
    for task, (original,) in programs.items():
        (rewritten,) = found.rewritten[task]
        infer(rewritten, words, type)
        for given_ in INPUTS:
            before = outcome(evaluate(original, given_, words=WORDS))
            after = outcome(evaluate(rewritten, given_, words=words))
            assert before == after if "failure" in (before, after) else equal(before, after)
    for each in found.abstractions:
        assert len(each.tasks) >= 2 and each.saved > 0 and each.name not in WORDS
        assert str(infer(each.body, words).scheme) == each.scheme


def test_an_argument_is_not_evaluated_where_its_place_might_not_be(corpus: Read, with_abstractions: Extend) -> None:
    texts = {
        "a": "(lambda (xs k) (if (is_empty xs) (+ k (* k 7)) (head xs)))",
        "b": "(lambda (xs k) (if (is_empty xs) (+ k (* k 7)) (head (tail xs))))",
        "c": "(lambda (xs k) (if (is_empty xs) (+ k (* k 7)) (maximum xs)))",
    }
    found = compress(corpus(texts), WORDS)
    words = with_abstractions(found)
    for task in texts:
        assert evaluate(found.rewritten[task][0], ((), 2), words=words) == 16


def test_the_rest_of_a_lazy_word_is_not_evaluated_early(corpus: Read, with_abstractions: Extend) -> None:
    """The partial application ``(lambda (n) (if (= 0 n)))`` would take its branches evaluated."""
    texts = {"a": "(lambda (v) (if (= 0 0) 0 v))", "b": "(lambda (v) (if (= 0 v) v (// 0 (if (= 0 0) v v))))"}
    found = compress(corpus(texts), WORDS)
    words = with_abstractions(found)
    assert evaluate(found.rewritten["b"][0], (0,), words=words) == 0


def test_an_abstraction_may_not_draw_once_what_was_drawn_twice(corpus: Read) -> None:
    texts = {
        "a": "(lambda (x) (add (dropout x) (dropout x)))",
        "b": "(lambda (x) (relu (add (dropout x) (dropout x))))",
        "c": "(lambda (x) (tanh (add (dropout (relu x)) (dropout (relu x)))))",
    }
    found = compress(corpus(texts), WORDS)
    drawn = [show_canonical(each.body).count("dropout") for each in found.abstractions]
    assert 2 in drawn and set(drawn) <= {0, 2}


def test_nets_share_structure_and_keep_weights_outputs_and_gradients(nets: Corpus, with_abstractions: Extend) -> None:
    found = compress(nets, WORDS)
    words = with_abstractions(found)
    assert any(each.kind == "geometric" and len(each.tasks) == 3 for each in found.abstractions)
    type = {"a": "Tensor[3]", "b": "Tensor[5]", "c": "Tensor[4]"}
    inputs = torch.rand(2, 1, 14, 14, generator=torch.Generator().manual_seed(0))
    for task, (original,) in nets.items():
        (rewritten,) = found.rewritten[task]
        assert rewritten != original
        net = compile_term(original, WORDS, parse_type(f"Tensor[1,14,14] -> {type[task]}"), seed=3)
        old = {name: tensor.detach().clone() for name, tensor in net.weights().items()}
        (sites,) = found.sites[task]
        assert set(sites.values()) == set(sites_of(original)) and set(sites) == set(sites_of(expand(rewritten, words)))
        moved = {f"{new}.{name}": old[f"{there}.{name}"] for new, there in sites.items() for name in ("weight", "bias")}
        again = compile_term(rewritten, words, parse_type(f"Tensor[1,14,14] -> {type[task]}"), weights=moved)
        outputs, same = net(inputs), again(inputs)
        torch.testing.assert_close(outputs, same)
        outputs.square().sum().backward()
        same.square().sum().backward()
        slopes = sorted(float(p.grad.abs().sum()) for p in net.parameters())
        assert slopes == pytest.approx(sorted(float(p.grad.abs().sum()) for p in again.parameters()), rel=1e-4)


def test_shared_weights_stay_shared_and_separate_ones_separate(with_abstractions: Extend) -> None:
    net = "(lambda (x) ({} (add (relu (dense :units 4 @{} (tanh x))) (relu (dense :units 4 @{} (tanh x))))))"
    tasks = {"same": ("sigmoid", 1, 1), "like it": ("relu", 1, 1), "apart": ("sigmoid", 1, 2), "outer": ("relu", 5, 6)}
    originals = {task: parse(net.format(*filled), WORDS) for task, filled in tasks.items()}
    found = compress({task: [original] for task, original in originals.items()}, WORDS)
    words = with_abstractions(found)
    rewritten_tasks = {task for task, original in originals.items() if found.rewritten[task] != (original,)}
    assert rewritten_tasks >= {"same", "like it"}, "what shares its weights has a word"
    for task, original in originals.items():
        (rewritten,) = found.rewritten[task]
        assert len(sites_of(expand(rewritten, words))) == len(sites_of(original))
        assert len(infer(rewritten, words).sites) == len(infer(original, words).sites)
