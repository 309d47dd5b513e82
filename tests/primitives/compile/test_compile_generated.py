"""Interpreter = compiled on generated well-typed terms, pure and blended, and every rewrite keeps outputs and
gradients."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from primitives.batch import Ragged, split
from primitives.compile import compile_term
from primitives.definitions import definition, expand
from primitives.inference import infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.rewrite import beta_normal
from primitives.syntax import parse, show
from primitives.values import Failure
from primitives.words import builtin_words

WORDS = {
    **builtin_words(),
    "block": definition(
        "block", "Tensor[n] -> Tensor[3]", parse("(lambda (x) (tanh (dense :units 3 x)))", builtin_words())
    ),
}
TYPES = {
    "T": "Tensor[3]",
    "L": "list(Tensor[3])",
    "I": "int",
    "B": "bool",
    "N": "list(int)",
    "P": "pair(Tensor[3], Tensor[3])",
}

# Productions: capitals are types to fill in; {x:T L} binds x of type T in what follows and has type L.
SMOOTH = {
    "T": [
        "(dense :units 3 T)", "(tanh T)", "(gelu T)", "(layer_norm T)", "(add T T)", "(multiply T T)", "(softmax T)",
        "(zeros :size 3)", "(block :use fresh T)", "(block :use tuned T)", "(first P)", "(second P)", "(gru_cell T T)",
        "(fold (lambda (a e) {a:T e:T T}) T L)", "(foldr (lambda (e a) {e:T a:T T}) T L)", "(fold gru_cell T L)",
        "(let ((v T)) {v:T T})", "(let ((v L)) {v:L T})", "(let ((f (lambda (y) {y:T T}))) (add (f T) (f T)))",
        "((lambda (v) {v:T T}) T)", "(repeat 2 (lambda (y) {y:T T}) T)", "(attention :units 3 T L)",
        "(compose tanh (dense :units 3) T)", "(flip add T T)",
    ],
    "L": [
        "(map (lambda (e) {e:T T}) L)", "(map (add T) L)", "(scan (lambda (a e) {a:T e:T T}) T L)", "(reverse L)",
        "(zipwith (lambda (e d) {e:T d:T T}) L L)", "(self_attention :units 3 :heads 1 L)", "(singleton T)",
        "(cons T L)", "(scan rnn_cell T L)",
    ],
    "P": ["(pair T T)", "(swap P)", "(fold lstm_cell P L)"],
}  # fmt: skip
BLENDED = {
    "T": [
        *SMOOTH["T"], "(if B T T)", "(head L)", "(one_hot :size 3 I)", "(embedding :entries 4 :width 3 (mod I 4))",
        "(repeat (mod I 3) (lambda (y) {y:T T}) T)", "(for (mod I 3) (lambda (i y) {i:I y:T T}) T)",
        "((if B tanh relu) T)", "(index I L)", "(let ((v I)) {v:I T})", "(relu T)",
    ],
    "L": [*SMOOTH["L"], "(if B L L)", "(filter (lambda (e) {e:T B}) L)", "(take I L)", "(tail L)", "(sort_by (lambda (e) {e:T I}) L)"],
    "P": [*SMOOTH["P"], "(if B P P)"],
    "I": [
        "2", "0", "(+ I I)", "(* I I)", "(- I I)", "(// I I)", "(mod I I)", "(argmax T)", "(length L)", "(sum N)", "(if B I I)",
        "(fold (lambda (a e) {a:I e:T I}) I L)", "(fold (lambda (a e) {a:I e:I I}) I N)", "(maximum N)", "(head N)",
        "(count (lambda (e) {e:T B}) L)", "(let ((v I)) {v:I I})",
        "(while (lambda (i) (< i 3)) (lambda (i) (+ i 1)) I)",
    ],
    "N": ["[1 2]", "(map (lambda (e) {e:T I}) L)", "(map (lambda (i) {i:I I}) N)", "(range (mod I 4))", "(sort N)", "(zipwith + N N)"],
    "B": ["true", "(> I I)", "(= I I)", "(not B)", "(and B B)", "(or B B)", "(is_empty L)", "(any (lambda (e) {e:T B}) L)"],
}  # fmt: skip
FIRST = {"T": ["(zeros :size 3)"], "L": ["(singleton (zeros :size 3))"], "P": ["(pair (zeros :size 3) (zeros :size 3))"],
         "I": ["1"], "N": ["[3 1]"], "B": ["true"]}  # fmt: skip


def fill(draw, template, productions, scope, depth):
    """The template with every capital letter replaced by a generated term of that type."""
    out, position = "", 0
    while position < len(template):
        character = template[position]
        if character == "{":
            end = template.index("}", position)
            *bound, wanted = template[position + 1 : end].split()
            names = []
            for item in bound:
                name, type = item.split(":")
                names.append((name, type))
            out += generate(draw, wanted, productions, [*scope, *names], depth)
            position = end + 1
            continue
        alone = (position == 0 or template[position - 1] in " (") and template[position + 1 : position + 2] in (
            "",
            " ",
            ")",
        )
        out += generate(draw, character, productions, scope, depth) if character in TYPES and alone else character
        position += 1
    return out


def generate(draw, type, productions, scope, depth):
    known: dict[str, str] = {}
    for name, bound in scope:
        known[name] = bound
    variables = [name for name, bound in known.items() if bound == type]
    if depth <= 0 or (variables and draw(st.integers(0, 3)) == 0):
        return draw(st.sampled_from(variables or FIRST[type]))
    template = draw(st.sampled_from(productions[type]))
    return fill(draw, template, productions, scope, depth - 1)


@st.composite
def programs(draw, productions, results, depth=4):
    result = draw(st.sampled_from(results))
    scope = [("x", "T"), ("xs", "L"), ("n", "I")]
    body = generate(draw, result, productions, scope, draw(st.integers(1, depth)))
    return parse(f"(lambda (x xs n) {body})", WORDS), result


LENGTHS = [2, 0, 1, 3]
X = torch.randn(4, 3, generator=torch.Generator().manual_seed(5))
ELEMENTS = torch.randn(6, 3, generator=torch.Generator().manual_seed(6))
N = [0, 1, 3, -2]
FUEL = Fuel(steps=50_000)
QUICK = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def close(got, wanted):
    if isinstance(wanted, Failure) or isinstance(got, Failure):
        return isinstance(wanted, Failure) and isinstance(got, Failure) and got.kind == wanted.kind
    if isinstance(wanted, torch.Tensor):
        return got.shape == wanted.shape and torch.allclose(got, wanted, rtol=2e-3, atol=2e-4, equal_nan=True)
    if isinstance(wanted, tuple):
        return isinstance(got, tuple) and len(got) == len(wanted) and all(map(close, got, wanted))
    if isinstance(wanted, float):
        return math.isclose(got, wanted, rel_tol=2e-3, abs_tol=2e-4)
    return type(got) is type(wanted) and got == wanted


def run_compiled(program, x=X, elements=ELEMENTS):
    return program(x, Ragged(elements, torch.tensor(LENGTHS)), N)


def typed(result):
    return parse_type(f"Tensor[3] -> list(Tensor[3]) -> int -> {TYPES[result]}")


def interpret(term, weights, x=X, elements=ELEMENTS):
    lists, start = [], 0
    for length in LENGTHS:
        lists.append(tuple(elements[start : start + length].unbind(0)) if length else ())
        start += length
    return [
        evaluate(term, arguments, words=WORDS, weights=weights, fuel=FUEL)
        for arguments in zip(x.unbind(0), lists, N, strict=True)
    ]


@QUICK
@given(programs(BLENDED, "TLPINB"))
def test_interpreter_and_compiled_agree(case):
    term, result = case
    program = compile_term(term, WORDS, typed(result), fuel=FUEL).eval()
    got = split(run_compiled(program), parse_type(TYPES[result]))
    wanted = interpret(term, program.weights())
    assert len(got) == len(wanted)
    for ours, theirs in zip(got, wanted, strict=True):
        assert close(ours, theirs), f"{show(term)}\ncompiled {ours}\ninterpreted {theirs}"


def gradients(term, result, weights):
    program = compile_term(term, WORDS, typed(result), weights=weights, fuel=FUEL).eval()
    x, elements = X.clone().requires_grad_(), ELEMENTS.clone().requires_grad_()
    output = run_compiled(program, x, elements)
    total = _total(output)
    if total.requires_grad:
        total.backward()
    found = {"x": x.grad, "xs": elements.grad, **{name: p.grad for name, p in program.named_parameters()}}
    return output, found


def _total(output):
    if isinstance(output, torch.Tensor):
        return output.square().sum()
    parts = (output.values,) if isinstance(output, Ragged) else output
    return sum(_total(part) for part in parts)


def same_gradients(one, other):
    assert one.keys() == other.keys()
    for name in one:
        left, right = (torch.zeros(()) if g is None else g for g in (one[name], other[name]))
        torch.testing.assert_close(
            *torch.broadcast_tensors(left, right), rtol=5e-3, atol=5e-4, equal_nan=True, msg=name
        )


@QUICK
@given(programs(SMOOTH, "TLP"))
def test_gradients_agree(case):
    term, result = case
    program = compile_term(term, WORDS, typed(result), fuel=FUEL)
    weights = {name: tensor.requires_grad_() for name, tensor in program.weights().items()}
    x, elements = X.clone().requires_grad_(), ELEMENTS.clone().requires_grad_()
    values = interpret(term, weights, x, elements)
    total = sum((_total(value) for value in values), torch.zeros(()))
    if total.requires_grad:
        total.backward()
    wanted = {"x": x.grad, "xs": elements.grad, **{name: tensor.grad for name, tensor in weights.items()}}
    same_gradients(gradients(term, result, program.weights())[1], wanted)


REWRITES = {
    "expand": lambda term: expand(term, WORDS),
    "beta_normal": lambda term: beta_normal(expand(term, WORDS)),
}


@pytest.mark.parametrize("name", REWRITES)
@settings(QUICK, max_examples=60)
@given(programs(SMOOTH, "TLP"))
def test_every_rewrite_keeps_outputs_and_gradients(name, case):
    term, result = case
    rewritten = REWRITES[name](term)
    before, after = (infer(t, WORDS, typed(result)) for t in (term, rewritten))
    assert after.type == before.type
    # A beta-normal form drops what is never used; whatever else, no weights appear or change their shape.
    assert {site: after.sites[site].parameters for site in after.sites} == {
        site: before.sites[site].parameters for site in after.sites
    }
    weights = compile_term(term, WORDS, typed(result)).weights()
    old, old_gradients = gradients(term, result, weights)
    new, new_gradients = gradients(rewritten, result, weights)
    kind = parse_type(TYPES[result])
    assert all(map(close, split(new, kind), split(old, kind)))
    same_gradients({**dict.fromkeys(old_gradients), **new_gradients}, old_gradients)


def test_expanding_keeps_values_and_failures():
    met = []

    @settings(QUICK, max_examples=60)
    @given(programs(BLENDED, "TLI"))
    def check(case):
        met.extend(_kept_by_expanding(case))

    check()
    assert len(met) >= 10, "too few programs had a value"


def _kept_by_expanding(case):
    """The values that a program and the same one with its subroutines written out both have."""
    term, result = case
    expanded = expand(term, WORDS)
    weights, kept = compile_term(term, WORDS, typed(result)).weights(), []
    for ours, theirs in zip(interpret(expanded, weights), interpret(term, weights), strict=True):
        if isinstance(theirs, Failure):
            assert isinstance(ours, Failure)
        else:
            assert close(ours, theirs), f"{show(term)}\n{show(expanded)}"
            kept.append(ours)
    return kept
