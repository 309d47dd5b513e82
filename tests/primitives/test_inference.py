"""Inference: principal types, classes, let, shapes, messages, and its agreement with what runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.binding import substitute
from primitives.inference import IllTyped, infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.primitive import Primitive
from primitives.syntax import parse, show
from primitives.term import Apply, Hole, Lambda, Let, Literal, Term, Variable, children, rebuild, subterms
from primitives.testing import fits, programs, terms, values
from primitives.types import FLOAT, INT, STRING, Type, arguments_of, is_function, list_of
from primitives.values import Failure
from primitives.words import builtin_words, collect, word

WORDS = builtin_words()
MANY = settings(max_examples=60, deadline=None)


def type_of(text: str) -> str:
    return str(infer(parse(text, WORDS), WORDS).scheme)


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("(lambda (x) x)", "a -> a"),
        ("(lambda (f g x) (f (g x)))", "(a -> b) -> (c -> a) -> c -> b"),
        ("(lambda (xs) (sort (map (lambda (x) (* x x)) xs)))", "Num a => list(a) -> list(a)"),
        ("(lambda (x y) (= x (singleton y)))", "Eq b => list(b) -> b -> bool"),
        ("(lambda (xs) (fold + 0 xs))", "list(int) -> int"),
        ("(lambda (xs) (fold (lambda (a x) (cons x a)) empty xs))", "list(a) -> list(a)"),
        ("(fix (lambda (g n) (if (< n 2) 1 (* n (g (- n 1))))))", "int -> int"),
        ("(lambda (t) (get 1 t))", "map(int, a) -> option(a)"),
        ("(lambda (x y) (if (< x y) (some x) none))", "Ord a => a -> a -> option(a)"),
        ("?h", "a"),
        ("(map ?f [1 2])", "list(a)"),
        ("(let ((f (lambda (x) x))) (pair (f 1) (f true)))", "pair(int, bool)"),
        ("(let ((f singleton)) (pair (f 1) (f true)))", "pair(list(int), list(bool))"),
        (
            "(lambda (y) (let ((f (lambda (x) (pair x y)))) (pair (f 1) (f true))))",
            "a -> pair(pair(int, a), pair(bool, a))",
        ),
        ("(let ((add (lambda (x) (+ x x)))) (pair (add 1) (add 1.5)))", "pair(int, float)"),
    ],
)
def test_principal_types(text: str, scheme: str) -> None:
    inferred = infer(parse(text, WORDS), WORDS).scheme
    wanted = {str(v): i for i, v in enumerate(inferred.variables)}
    assert len(wanted) == len(inferred.variables)
    assert _normal(str(inferred)) == _normal(scheme)


def _normal(scheme: str) -> str:
    """The scheme with its variables named in order of occurrence in the type."""
    import re

    context, _, body = scheme.rpartition("=> ")
    names: dict[str, str] = {}
    for name in re.findall(r"\b[a-z]\d*\b", body):
        names.setdefault(name, f"v{len(names)}")
    rename = lambda text: re.sub(r"\b[a-z]\d*\b", lambda m: names.get(m[0], m[0]), text)  # noqa: E731
    return ", ".join(sorted(rename(context.strip(" =>")).split(", "))) + " => " + rename(body)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('(+ 1 "a")', ["word='+'", "argument 2", "str", "int"]),
        ("(map sum [1 2])", ["word='map'", "argument 2", "list(int)", "list(list("]),
        ("(head 5)", ["word='head'", "has type int", "needed list(a)", "singleton"]),
        ("(sum (map (lambda (x) (> x 1)) [1]))", ["word='sum'", "list(bool)", "Num"]),
        ("(sort (singleton (lambda (x) x)))", ["word='sort'", "Ord"]),
        ("(= sum sum)", ["word='='", "Eq", "remaining arguments"]),
        ("(sum [1] 2)", ["word='sum'", "2 arguments", "at most 1"]),
        ("(lambda (f) (f f))", ["word='f'", "contain itself"]),
        ("(lambda (f) (pair (+ f f) (f 1)))", ["'f'", "function"]),
        ("(if 1 2 3)", ["word='if'", "argument 1", "bool"]),
        ("(+ 1 1.5)", ["float", "int", "to_float or round"]),
        ("((lambda (f) (pair (f 1) (f true))) (lambda (x) x))", ["bool", "int"]),
        ("(map sort [[1]] 1)", ["word='map'", "remove 1"]),
    ],
)
def test_a_wrong_program_is_refused_with_word_got_needed_and_remedy(text: str, parts: list[str]) -> None:
    with pytest.raises(IllTyped) as caught:
        infer(parse(text, WORDS), WORDS)
    message = str(caught.value)
    for part in parts:
        assert part in message, message
    assert ";" in message, "the part after the semicolon is what would mend it"
    assert "?" not in message, "no internal name of a variable"


def test_unknown_words_and_unbound_variables() -> None:
    with pytest.raises(IllTyped, match="word='nope' is not known"):
        infer(parse("(nope 1)"), WORDS)
    with pytest.raises(IllTyped, match=r"\$3 is not bound"):
        infer(Variable(3), WORDS)


def test_expected_types_are_met_or_refused() -> None:
    identity = parse("(lambda (x) x)", WORDS)
    assert infer(identity, WORDS, parse_type("int -> int")).type == parse_type("int -> int")
    with pytest.raises(IllTyped, match="program: got type"):
        infer(parse("(lambda (x) (+ x 1))", WORDS), WORDS, parse_type("int -> str"))
    assert str(infer(parse("(lambda (x y) x)", WORDS), WORDS, parse_type("t1 -> t2 -> t1")).type) == "a -> b -> a"


def test_values_fit_the_type_that_is_inferred() -> None:
    """The generator's type is an instance of the principal one, and running gives a value of it, or a Failure."""
    found = []

    @MANY
    @given(st.data(), programs())
    def check(data: st.DataObject, type: Type) -> None:
        term = data.draw(terms(WORDS, type))
        inference = infer(term, WORDS, type)
        assert inference.type == type
        arguments, result = arguments_of(type)
        inputs = [data.draw(values(argument)) for argument in arguments]
        value = evaluate(term, inputs, words=WORDS, fuel=Fuel(20_000))
        if not isinstance(value, Failure):
            assert fits(value, result), f"{show(term)} gave {value!r}, which is no {result}"
            found.append(value)

    check()
    assert len(found) >= 20, "too few programs had a value"


def test_the_principal_type_holds_without_being_asked_for() -> None:
    found = []

    @MANY
    @given(terms(WORDS))
    def check(term: Term) -> None:
        inference = infer(term, WORDS)
        assert infer(term, WORDS, inference.type).type == inference.type
        value = evaluate(term, words=WORDS, fuel=Fuel(20_000))
        if not isinstance(value, Failure):
            arguments, _ = arguments_of(inference.type)
            assert callable(value) == bool(arguments)
            found.append(callable(value))

    check()
    assert len(found) >= 20, "too few programs had a value"


def reduced(term: Term) -> Term:
    """The term with every redex and every let put in, once, from the inside."""
    term = rebuild(term, tuple(map(reduced, children(term))))
    if isinstance(term, Let):
        return substitute(term.body, term.value)
    if isinstance(term, Apply) and isinstance(term.function, Lambda):
        return substitute(term.function.body, term.argument)
    return term


def test_beta_reduction_keeps_type_and_value() -> None:
    """A value is counted only where something was put in; an argument that is not needed may fail or run out of fuel when it is bound,
    and not when it is put in."""
    found = []

    @MANY
    @given(st.data(), programs())
    def check(data: st.DataObject, type: Type) -> None:
        term = data.draw(terms(WORDS, type))
        smaller = reduced(term)
        assert infer(smaller, WORDS, type).type == type
        inputs = [data.draw(values(argument)) for argument in arguments_of(type)[0]]
        before = evaluate(term, inputs, words=WORDS, fuel=Fuel(20_000))
        after = evaluate(smaller, inputs, words=WORDS, fuel=Fuel(20_000))
        if isinstance(before, Failure) or (isinstance(after, Failure) and after.kind == "out of fuel"):
            return
        assert repr(after) == repr(before)
        found.append(smaller != term)

    check()
    assert len(found) >= 10 and any(found), "too few programs had a value, or none a redex"


@MANY
@given(terms(WORDS))
def test_a_hole_in_place_of_a_part_never_makes_a_term_ill_typed(term: Term) -> None:
    def hole(part: Term, count: int) -> Term:
        if count == 0:
            return Hole()
        parts = list(children(part))
        return rebuild(part, (*parts[:-1], hole(parts[-1], count - 1))) if parts else Hole()

    for depth in range(4):
        infer(hole(term, depth), WORDS)


def test_dropped_constraints_would_show() -> None:
    """A class on a variable holds wherever the variable is used, through let too."""
    with pytest.raises(IllTyped, match="Ord"):
        infer(parse("(let ((f (lambda (x y) (if (< x y) x y)))) (f (lambda (z) z)))", WORDS), WORDS)
    with pytest.raises(IllTyped, match="Ord"):
        infer(parse("(lambda (t) (sort (singleton (put 1 2 t))))", WORDS), WORDS)
    assert type_of("(lambda (x) (let ((f (lambda (y) (= x y)))) (f x)))") == "Eq a => a -> bool"


def test_a_let_with_sites_is_monomorphic_in_its_shapes() -> None:
    text = "(lambda (x y) (let ((f (dense :units 4 @1))) (pair (f x) (f y))))"
    same = parse_type("Tensor[3] -> Tensor[3] -> pair(Tensor[4], Tensor[4])")
    inference = infer(parse(text, WORDS), WORDS, same)
    assert inference.type == same and list(inference.sites) == ["1"]
    with pytest.raises(IllTyped, match="5"):
        infer(parse(text, WORDS), WORDS, parse_type("Tensor[3] -> Tensor[5] -> pair(Tensor[4], Tensor[4])"))
    free = "(lambda (x y) (let ((f relu)) (pair (f x) (f y))))"
    shapes = parse_type("Tensor[3] -> Tensor[5,5] -> pair(Tensor[3], Tensor[5,5])")
    assert infer(parse(free, WORDS), WORDS, shapes).type == shapes


def test_one_site_with_two_shapes_is_refused() -> None:
    text = "(lambda (x y) (pair (dense :units 4 @1 x) (dense :units 4 @1 y)))"
    with pytest.raises(IllTyped, match="site @1.*site of its own"):
        infer(parse(text, WORDS), WORDS, parse_type("Tensor[3] -> Tensor[5] -> pair(Tensor[4], Tensor[4])"))


def test_shapes_flow_forwards() -> None:
    text = "(lambda (x) (pipe x (conv :maps 8 :kernel 5) relu (max_pool :kernel 2) flatten (dense :units 10)))"
    inference = infer(parse(text, WORDS), WORDS, parse_type("Tensor[1,28,28] -> Tensor[10]"))
    assert inference.waiting == ()
    assert inference.parameters == 8 * 25 + 8 + 8 * 12 * 12 * 10 + 10
    with pytest.raises(IllTyped, match="word='conv'"):
        infer(parse(text, WORDS), WORDS, parse_type("Tensor[1,4,4] -> Tensor[10]"))
    with pytest.raises(IllTyped, match="flatten"):
        infer(parse("(lambda (x) (dense :units 3 x))", WORDS), WORDS, parse_type("Tensor[1,28,28] -> Tensor[3]"))


def test_a_net_without_an_input_type_waits() -> None:
    inference = infer(parse("(lambda (x) (flatten (max_pool x)))", WORDS), WORDS)
    assert len(inference.waiting) == 2
    assert str(inference.type).startswith("Tensor[")


@pytest.mark.parametrize("make", ["let", "redex"])
def test_types_that_double_are_refused(make: str) -> None:
    text = "y79"
    for i in reversed(range(80)):
        previous = f"y{i - 1}" if i else "x"
        pair = f"(pair {previous} {previous})"
        text = f"(let ((y{i} {pair})) {text})" if make == "let" else f"((lambda (y{i}) {text}) {pair})"
    text = f"(lambda (x) {text})"
    with pytest.raises(IllTyped, match="parts"):
        infer(parse(text, WORDS), WORDS)


def test_inference_allocates_no_tensor() -> None:
    """In a fresh process, a net is inferred without torch being imported."""
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from primitives.words import builtin_words\nfrom primitives.syntax import parse\nfrom primitives.inference import infer\n"
        "from primitives.notation.types import parse_type\nw = builtin_words()\n"
        "infer(parse('(lambda (x) (dense :units 9 (flatten (conv x))))', w), w, parse_type('Tensor[1,9,9] -> Tensor[9]'))\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_user_words_with_their_own_schemes() -> None:
    class Module:
        __name__ = "mine"

    @word("swap_keys", "Eq b => map(a, b) -> map(b, a)")
    def swap_keys(table):
        """Keys and values exchanged."""
        return type(table)((v, k) for k, v in table)

    swap_keys.__module__ = "mine"
    module = Module()
    module.swap_keys = swap_keys
    words: dict[str, Primitive] = {**WORDS, **collect([module])}
    assert str(infer(parse("(swap_keys (table_from (zip [1] [true])))", words), words).type) == "map(bool, int)"


def test_is_function_and_constants() -> None:
    assert infer(Literal((1.0,), list_of(FLOAT)), WORDS).type == list_of(FLOAT)
    assert infer(Literal("a", STRING), WORDS).type == STRING
    assert is_function(infer(Lambda(Literal(1, INT)), WORDS).type)


def test_an_observer_is_told_the_type_of_every_part():
    class Notes:
        def __init__(self):
            self.noted = []

        def note(self, term, type):
            self.noted.append((term, type))

        def finish(self, resolve):
            self.types = {term: str(resolve(type)) for term, type in self.noted}

    notes = Notes()
    term = parse("(lambda (xs) (let ((n (length xs))) (map (lambda (x) (+ x n)) xs)))", WORDS)
    infer(term, WORDS, parse_type("list(int) -> list(int)"), notes)
    assert set(notes.types) >= {part for part in subterms(term) if not isinstance(part, Apply)}
    assert (
        notes.types[term] == "list(int) -> list(int)"
        and notes.types[parse("(lambda (length $0))", WORDS).body] == "int"
    )
    with pytest.raises(IllTyped):
        infer(term, WORDS, parse_type("int -> int"), failed := Notes())
    assert not hasattr(failed, "types")
