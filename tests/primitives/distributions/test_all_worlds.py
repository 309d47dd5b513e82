"""The back end of distributions against the enumeration of all worlds: probabilities of outputs and their gradients."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from hypothesis import Phase, assume, given, reject, settings
from hypothesis import strategies as st

from primitives.batch import Objects, Ragged, split
from primitives.compile import compile_term
from primitives.distributions import Blend, NotFinite
from primitives.distributions.uses import drawn_once
from primitives.distributions.worlds import worlds
from primitives.inference import infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse, show
from primitives.term import Apply, Variable, apply, lambdas
from primitives.testing import algorithmic, terms
from primitives.types import arguments_of
from primitives.values import Failure
from primitives.words import builtin_words

WORDS = builtin_words()
GENERATOR = torch.Generator().manual_seed(0)
DIGIT = "(lambda (x) (argmax (log_softmax (dense :units 3 @1 x))))"


def lists(*lengths):
    return Ragged(torch.randn(sum(lengths), 4, generator=GENERATOR), torch.tensor(lengths))


def by_value(term, inputs, type, program):
    """For each case the probability of each value, by enumeration; a failure is one value."""
    columns = [split(batch, each) for batch, each in zip(inputs, arguments_of(type)[0], strict=True)]
    found = []
    for arguments in zip(*columns, strict=True):
        cases = {}
        for p, value in worlds(term, arguments, words=WORDS, weights=program.live()):
            key = "failed" if isinstance(value, Failure) else value
            cases[key] = cases.get(key, 0.0) + p
        found.append(cases)
    return found


def gradients(y, program):
    if not y.requires_grad:
        return torch.zeros(1)
    parts = torch.autograd.grad(y, list(program.parameters()), retain_graph=True, allow_unused=True)
    return torch.cat([torch.zeros(1), *(part.flatten() for part in parts if part is not None)])


def check(text, type, *inputs, gradient=True):
    term, type = parse(text.replace("digit", DIGIT), WORDS), parse_type(type)
    program = compile_term(term, WORDS, type, seed=1)
    output = Blend(program)(*inputs)
    for case, values in enumerate(by_value(term, inputs, type, program)):
        for value, p in values.items():
            if value == "failed":
                continue
            got = output.log_likelihood([value] * output.size)[case].exp()
            torch.testing.assert_close(got, p, rtol=1e-4, atol=1e-6)
            if gradient:
                mine, wanted = gradients(got, program), gradients(p, program)
                size = max(len(mine), len(wanted))
                padded = [torch.nn.functional.pad(each, (0, size - len(each))) for each in (mine, wanted)]
                torch.testing.assert_close(*padded, rtol=1e-3, atol=1e-5)
    return output


LISTS = lists(0, 1, 2)

NUMBERS = [
    "(sum (map digit xs))",
    "(maximum (map digit xs))",
    "(count (lambda (i) (= (digit i) 1)) xs)",
    "(length (filter (lambda (i) (> (digit i) 0)) xs))",
    "(sum (filter (lambda (y) (> y 0)) (map digit xs)))",
    "(sum (map (lambda (i) (+ 1 (digit i))) (filter (lambda (i) (= (digit i) 2)) xs)))",
    "(let ((ys (map digit xs))) (- (maximum ys) (minimum ys)))",
    "(let ((ys (map digit xs))) (if (any (lambda (y) (= y 2)) ys) (sum ys) 7))",
    "(let ((a (digit (head xs)))) (+ a a))",
    "(if (is_empty xs) 0 (* (digit (head xs)) (digit (head xs))))",
    "(let ((p (pair (digit (head xs)) (sum (map digit xs))))) (if (< (first p) (second p)) (first p) (second p)))",
    "(let ((f (if (= (digit (head xs)) 0) (+ 1) (* 2)))) (+ (f 3) (f (digit (last xs)))))",
    "(let ((c (digit (head xs)))) (fold (lambda (s i) (if (= (digit i) c) (+ s 1) s)) 0 xs))",
    "(fold (lambda (s i) (+ (* 2 s) (digit i))) 0 xs)",
    "(fold (lambda (s y) (if (> y s) y s)) 0 (map digit xs))",
    "(foldr (lambda (i s) (- (digit i) s)) 1 xs)",
    "(repeat (digit (head xs)) (lambda (n) (+ n (length xs))) 1)",
    "(head (sort (map digit xs)))",
    "(// 6 (sum (map digit xs)))",
    "(index (digit (head xs)) [5 6 7])",
    "(length (take (digit (head xs)) xs))",
    "(or_else 5 (find (lambda (y) (= y 2)) (map digit xs)))",
]
"""Of lists of vectors: what the words after a net are, in every way that there is a rule for, and in some that there is none for."""


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_has_the_probability_of_its_worlds(text):
    check(f"(lambda (xs) {text})", "list(Tensor[4]) -> int", LISTS)


MANY = [
    "(map digit xs)",
    "(sort (map digit xs))",
    "(append (digit (head xs)) (map digit xs))",
    "(filter (lambda (y) (< y 2)) (map digit xs))",
    "(let ((c (digit (head xs)))) (map (+ c) (map digit xs)))",
    "(scan + 0 (map digit xs))",
]


@pytest.mark.parametrize("text", MANY)
def test_so_has_a_list(text):
    check(f"(lambda (xs) {text})", "list(Tensor[4]) -> list(int)", LISTS)


def test_so_have_truth_values_and_pairs():
    text = "(lambda (xs) (and (any (lambda (i) (= 1 (digit i))) xs) (= (map digit xs) [1 2])))"
    check(text, "list(Tensor[4]) -> bool", LISTS)
    type = "Tensor[4] -> Tensor[4] -> pair(int, bool)"
    check("(lambda (x y) (pair (digit x) (= (digit x) (digit y))))", type, LISTS.values[:2], LISTS.values[1:])


SUM = "(pair (// (+ d (first s)) 3) (cons (mod (+ d (first s)) 3) (second s)))"
WRITTEN = [
    f"(let ((end (foldr (lambda (d s) {SUM}) (pair 0 empty) (zipwith + (map digit xs) (map digit ys))))) (cons (first end) (second end)))",
    f"(reverse (second (fold (lambda (s d) {SUM}) (pair 0 [7]) (zipwith + (map digit xs) (map digit ys)))))",
    "(fold (lambda (w d) (if (= d 1) w (append d (append 0 w)))) empty (map digit xs))",
    "(second (fold (lambda (s d) (pair d (if (= d (first s)) (second s) (append d (second s))))) (pair 0 empty) (map digit xs)))",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_list_that_a_loop_writes_has_the_probability_of_its_worlds(text):
    type = "list(Tensor[4]) -> list(Tensor[4]) -> list(int)"
    check(f"(lambda (xs ys) {text})", type, LISTS, lists(1, 2, 2))


def test_long_numbers_are_added_digit_by_digit():
    """100 digits: no list of them could be gone through."""
    text = WRITTEN[0].replace("digit", DIGIT)
    type = parse_type("list(Tensor[4]) -> list(Tensor[4]) -> list(int)")
    program = compile_term(parse(f"(lambda (xs ys) {text})", WORDS), WORDS, type)
    blend, longer = Blend(program), lists(100, 100)
    likelihood = blend(longer, lists(100, 100)).log_likelihood([(1,) * 101, (0,) * 101])
    assert torch.isfinite(likelihood).all()
    assert (-400 < likelihood).all() and (likelihood < -10).all()
    assert blend.lifting.tables.entries < 100_000


VOCABULARY = algorithmic({name: word for name, word in WORDS.items() if name not in ("power", "range", "replicate")})
FUEL = Fuel(5_000)
P = torch.tensor([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]]).log()
RESULTS = st.sampled_from(("int", "bool", "list(int)"))
DRAWN = RESULTS.flatmap(lambda result: terms(VOCABULARY, parse_type(f"int -> list(int) -> {result}"), 14))


@settings(phases=(Phase.explicit, Phase.generate), max_examples=25)
@given(DRAWN)
def test_any_algorithm_after_draws_has_the_probability_of_its_worlds(f):
    """``f`` of one answer and of a list of two: what the interpreter gives for each of the 27 worlds, equal values together."""
    found = {}
    for a, b, c in product(range(3), repeat=3):
        value = evaluate(f, (a, (b, c)), words=WORDS, fuel=FUEL)
        assume(not isinstance(value, Failure) or value.kind != "out of fuel")
        if not isinstance(value, Failure):
            found.setdefault(repr(value), [value, 0.0])[1] += float((P[0, a] + P[1, b] + P[2, c]).exp())
    draw, read = parse("argmax", WORDS), parse("(lambda (x) (argmax x))", WORDS)
    term = lambdas(2, Apply(Apply(f, Apply(draw, Variable(1))), apply(parse("map", WORDS), read, Variable(0))))
    result = arguments_of(infer(f, WORDS).type)[1]
    type = parse_type(f"Tensor[3] -> list(Tensor[3]) -> {result}")
    try:
        output = Blend(compile_term(term, WORDS, type, fuel=FUEL))(P[:1], Ragged(P[1:], torch.tensor([2])))
    except NotFinite:
        reject()
    for value, p in found.values():
        assert float(output.log_likelihood(Objects([value])).exp()) == pytest.approx(p, abs=1e-5), show(f)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(+ (net (head xs)) (net (head xs)))", "(let ((a (net (head xs)))) (+ a a))"),
        ("(+ (digit (head xs)) (digit (head xs)))", "(let ((a (digit (head xs)))) (+ a a))"),
        ("(count (lambda (d) (= d (net (head xs)))) (map net xs))", None),
        ("(+ 1 (* (net (head xs)) (+ (net (last xs)) (net (last xs)))))",
         "(+ 1 (* (net (head xs)) (let ((a (net (last xs)))) (+ a a))))"),
        ("(if (is_empty xs) 0 (+ (net (head xs)) (net (head xs))))",
         "(if (is_empty xs) 0 (let ((a (net (head xs)))) (+ a a)))"),
        ("(if (is_empty xs) (net (head xs)) (net (head xs)))", None),
        ("(count (lambda (i) (= (net i) (net (head xs)))) (tail xs))", None),
        ("(sum (map (lambda (i) (* (net i) (net i))) xs))", "(sum (map (lambda (i) (let ((a (net i))) (* a a))) xs))"),
        ("(count (lambda (i) (= (sum (map net xs)) i)) (singleton (sum (map net xs))))",
         "(let ((a (sum (map net xs)))) (count (lambda (i) (= a i)) (singleton a)))"),
    ],
)  # fmt: skip
def test_an_expression_that_is_written_twice_is_drawn_once(text: str, wanted: str | None) -> None:
    """Where it is surely run: bound by a variable, it would be run at an empty list too."""
    given, other = (
        parse(f"(lambda (xs) (let ((net {DIGIT})) {each}))".replace("digit", DIGIT), WORDS) for each in (text, wanted or text)
    )  # fmt: skip
    assert drawn_once(given, WORDS) == other
