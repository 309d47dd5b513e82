"""Reading and printing terms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.inference import IllTyped, infer
from primitives.notation.names import is_word_name
from primitives.syntax import TermSyntaxError, parse, show, show_parts
from primitives.term import (
    Apply,
    FreeSetting,
    Hole,
    Lambda,
    Let,
    Literal,
    OneOf,
    Term,
    Variable,
    Word,
    apply,
    canonical,
    show_canonical,
    sites_of,
    subterms,
)
from primitives.testing import terms, types, values
from primitives.types import FLOAT, INT, STRING, list_of
from primitives.words import builtin_words

WORDS = builtin_words()
MANY = settings(max_examples=60, deadline=None)


@MANY
@given(terms(WORDS, edges=True), st.integers(20, 120))
def test_both_forms_read_back(term: Term, width: int) -> None:
    assert parse(show(term, width), WORDS) == term
    assert parse(show_canonical(term), WORDS) == term
    assert parse(canonical(term)) == term, "without a vocabulary too"


@st.composite
def free_settings(draw: st.DrawFn) -> FreeSetting:
    """Values of settings that are still to be chosen."""
    numbers = st.one_of(st.integers(1, 99), st.floats(0.01, 99))
    if draw(st.booleans()):
        values = st.one_of(numbers, st.booleans(), st.sampled_from(("same", "valid")))
        return FreeSetting(choices=tuple(draw(st.lists(values, min_size=2, max_size=4))))
    low, more = draw(numbers), draw(numbers)
    return FreeSetting(low, low + more, draw(st.booleans()))


@st.composite
def untyped(draw: st.DrawFn, scope: int = 0, depth: int = 5) -> Term:
    """Closed terms of every form, well-typed or not: words with settings and sites, holes, redexes, let."""
    leaves = [
        st.builds(Word, st.sampled_from(("f", "g", "pipe2", "+", ">=", "//"))),
        st.builds(
            Word,
            st.just("conv"),
            st.just((("maps", 3), ("rate", 0.5), ("mode", "same"), ("bias", False), ("low", -1))),
            st.sampled_from((None, "1", "5.1", "net@0a.2")),
        ),
        st.builds(
            Word,
            st.just("conv"),
            st.dictionaries(st.sampled_from(("maps", "rate")), free_settings(), min_size=1).map(dict.items).map(tuple),
            st.sampled_from((None, "1")),
        ),
        st.builds(Hole, st.sampled_from(("", "a", "hole1"))),
        types(2).flatmap(lambda type: values(type).map(lambda value: Literal(value, type))),
    ]
    if scope:
        leaves.append(st.integers(0, scope - 1).map(Variable))
    if depth == 0:
        return draw(st.one_of(leaves))
    hint = st.sampled_from(("", "x", "f", "let", "lambda", "true", "X", "a-b", "y'"))
    inside, under = untyped(scope, depth - 1), untyped(scope + 1, depth - 1)
    return draw(
        st.one_of(
            *leaves, st.builds(Lambda, under, hint), st.builds(Apply, inside, inside), st.builds(Apply, inside, inside),
            st.builds(Let, inside, under, hint), st.lists(inside, min_size=2, max_size=3).map(tuple).map(OneOf),
        )
    )  # fmt: skip


@MANY
@given(untyped(), st.integers(10, 120))
def test_every_term_reads_back_well_typed_or_not(term: Term, width: int) -> None:
    assert parse(show(term, width)) == term
    assert parse(show_canonical(term)) == term
    parts = show_parts(term, width)
    assert "".join(part.text for part in parts) == show(term, width)
    leaves = [part.term for part in parts if isinstance(part.term, Variable | Literal | Word)]
    assert len(leaves) == sum(isinstance(each, Variable | Literal | Word) for each in subterms(term))


def test_let_of_two_applications_is_no_binding() -> None:
    value = Apply(Lambda(Variable(0)), apply(Word("g"), Literal(1, INT)))
    term = Let(value, Variable(0))
    assert parse(show_canonical(term)) == parse(show(term)) == term


def test_forms() -> None:
    def same(left: str, right: str) -> None:
        assert parse(left, WORDS) == parse(right, WORDS)

    same(
        "(lambda (xs n) (pipe xs (map (lambda (x) (+ x n))) sum))",
        "(lambda (lambda (sum (map (lambda (+ $0 $1)) $1))))",
    )
    same("(let ((x 1) (y x)) (+ x y))", "(let 1 (let $0 (+ $1 $0)))")
    same("(lambda x x)", "(lambda (x) x)")
    same("((+ 1) 2)", "(+ 1 2)")
    same("(sum)", "sum")
    same("; a comment\n(sum ; another\n [1 2])", "(sum [1 2])")
    same("(lambda (sum) (sum 1))", "(lambda (f) (f 1))")
    same("(stack 3 (+ 1) 0)", "(+ 1 (+ 1 (+ 1 0)))")
    same("(stack 2 (+ 1))", "(lambda (x) (+ 1 (+ 1 x)))")
    assert parse("?goal") == Hole("goal")
    assert parse('["a" "b"]') == Literal(("a", "b"), list_of(STRING))
    assert parse('#"("').value == "("  # type: ignore[attr-defined]
    assert parse("1e3") == Literal(1000.0, FLOAT) != parse("1000")
    assert parse("[[1 2] [3]]").value == ((1, 2), (3,))  # type: ignore[attr-defined]


def test_free_parts() -> None:
    assert parse("(choice 1 ?a)") == OneOf((Literal(1, INT), Hole("a")))
    conv = parse("(conv :maps (range 8 32 log) :kernel (choice 3 5))", WORDS)
    assert dict(conv.settings)["maps"] == FreeSetting(8, 32, True)  # type: ignore[attr-defined]
    assert dict(conv.settings)["kernel"] == FreeSetting(choices=(3, 5))  # type: ignore[attr-defined]
    text = show(parse("(lambda (x) (pipe x (dense :units (range 2 9)) (choice relu tanh) ?f flatten))", WORDS))
    assert "(choice relu tanh)" in text and "(dense :units (range 2 9) @1)" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [("(choice relu)", "two alternatives"), ("choice", "cannot stand alone"), ("(dense :units (range 9 2) 1)", "low below the high"),
     ("(dense :units (range 4 4) 1)", "low below"), ("(dense :units (range 0 4 log) 1)", "above 0"),
     ("(dense :units (range 4) 1)", "range low high"), ("(dense :units (choice 4) 1)", "choice one other"),
     ("(dense :units (between 4 5) 1)", "range low high"), ("(dense :units [4 5] 1)", "range low high"),
     ("(dense :units (range 1 (range 2 3)) 1)", "range low high"), ("(dense :units (range 0 8) 1)", "units=0, needed at least 1"),
     ("(dense :units (choice 4 no) 1)", "units='no', needed a number"), ("(conv :padding (range 1 2) 1)", "choice one other"),
     ("(conv :padding (choice same around) 1)", "'around', needed one of"), ("(lambda (choice) choice)", "plain names")],
)  # fmt: skip
def test_free_parts_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(TermSyntaxError, match=said):
        parse(text, WORDS)


@pytest.mark.parametrize("text", ["(lambda (x) (choice x 1))", "(lambda (x) (dense :units (range 2 9) x))"])
def test_what_is_free_has_no_type_yet(text: str) -> None:
    with pytest.raises(IllTyped, match="still free; choose"):
        infer(parse(text, WORDS), WORDS)


def test_pipelines_are_shown_as_such() -> None:
    text = show(parse("(lambda (xs) (sum (map (+ 1) (filter (> 3) (reverse xs)))))", WORDS))
    assert text == "(lambda (xs) (pipe xs reverse (filter (> 3)) (map (+ 1)) sum))"


def test_shown_names_do_not_capture() -> None:
    term = Lambda(Lambda(apply(Word("x"), Variable(0), Variable(1)), "x"), "x")
    assert parse(show(term)) == term


def test_sites() -> None:
    term = parse("(lambda (x) (dense :units 8 (dense :units 8 @7 x)))", WORDS)
    assert len(set(sites_of(term))) == 2 and "7" in sites_of(term)
    stacked = parse("(stack 3 (dense :units 8))", WORDS)
    assert len(sites_of(stacked)) == 3
    assert parse(show(stacked), WORDS) == stacked


def test_settings_are_completed_and_checked() -> None:
    assert dict(parse("(dense :units 8)", WORDS).settings) == {"units": 8}  # type: ignore[attr-defined]
    for text, wanted in (
        ("(dense :units 0)", "units=0"),
        ("(dense :unit 8)", "'unit'"),
        ("(dense :units x)", "units='x'"),
        ("(sum :units 8)", "'units'"),
        ("(sum @1 [1])", "site=@1"),
        ("((lambda (x) x) :a 1)", "term"),
    ):
        with pytest.raises(TermSyntaxError, match=wanted):
            parse(text, WORDS)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "one expression"), ("(", "not closed"), (")", "unbalanced"), ("(]", "unbalanced"), ("[]", "constants"),
        ("[(+ 1 2)]", "constants"),
        ("[1 true]", "one type"), ("()", "empty"), ("1 2", "one expression"), ("(lambda)", "needed"), ("(lambda (1) 2)", "plain names"),
        ("(lambda () 2)", "plain names"), ("(let x)", "needed"), ("(pipe)", "needed"), ("(stack 0 f)", "count"), ("(stack x f)", "needed"),
        ("(stack ² f)", "needed"), ("$0", "not bound"), ("$" + "9" * 5000, "not bound"), ("9007199254740993", "2\\^53"),
        ("-" + "9" * 5000, "2\\^53"), ('"\\x"', "string"), ('"', "unexpected"), ('#"ab"', "one character"), (":x", "stand alone"),
        ("(f :x)", "no value"), ("(f :x (g))", "no value"), ("lambda", "stand alone"), ('(literal "int" "1.5")', "literal"),
        ('(literal "list(a)" "[]")', "variables"), ('(literal "int" "nonsense")', "literal"), ('(literal "int -> int" "1")', "literal"),
        ("(literal int 1)", "literal"), ("smu", "did you mean sum"), (None, "term="), (5, "term="), ("(" * 100_000, "deeper"),
        ("(f " * 999 + "x" + ")" * 999, "known"), ("(stack 1000 (stack 1000 (stack 1000 id)))", "too large"),
        ("(lambda (lambda) 1)", "plain names"), ("(id " + "1 " * 5000 + ")", "depth="), ('"' + "a" * 70_000 + '"', "characters"),
    ],
)  # fmt: skip
def test_malformed_terms_are_refused(text, wanted: str) -> None:
    with pytest.raises(TermSyntaxError, match=wanted):
        parse(text, WORDS)


TOKENS = ("(", ")", "[", "]", "lambda", "let", "pipe", "stack", "literal", "x", "$0", "1", "-2.5", "true", '"a"', '#"c"', ":maps", "@1",
          "?h", "sum", "map", "conv", "((x 1))", "(x y)", '"list(int)"', '"[1]"', ";", "\n", "²", "#", "$", '"')  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join),
        st.lists(st.sampled_from(TOKENS)).map("".join),
    )
)
def test_arbitrary_text_is_a_term_or_a_syntax_error(text: str) -> None:
    for words in (None, WORDS):
        try:
            term = parse(text, words)
        except TermSyntaxError as error:
            assert str(error).startswith(("term", "word"))
        else:
            assert parse(show(term), words) == term
            assert parse(show_canonical(term), words) == term


def test_deep_terms_up_to_the_limit_are_handled() -> None:
    text = "(negate " * 900 + "1" + ")" * 900
    term = parse(text, WORDS)
    assert parse(show(term), WORDS) == term and parse(canonical(term), WORDS) == term
    assert sum(1 for _ in subterms(term)) == 1801
    nested = "(lambda (x) " * 900 + "x" + ")" * 900
    assert parse(show(parse(nested))) == parse(nested)


@pytest.mark.parametrize(
    "text",
    [
        ";" * 500_000, "; " * 500_000 + "(", " " * 1_000_000 + ")", '"' + "\\" * 500_001, "#" * 500_000 + '"',
        "(" + "a" * 1_000_000,
    ],
    ids=["comment", "comments", "spaces", "escapes", "hashes", "name"],
)  # fmt: skip
def test_hostile_text_is_refused(text: str) -> None:
    """By work that grows with its length alone: with its square this would take hours."""
    with pytest.raises(TermSyntaxError):
        parse(text, WORDS)


BAD_NAMES = [
    "(x", "x)y", "$0", '"q', '"q"', "a;b", "#r", "@9", ":k", "../../etc/x", "", " ", "a b", "?hole", "lambda", "let", "pipe", "stack",
    "literal", "true", "false", "1", "-1", "+5", "1e5", ".5", "a@b", "x\n", "x\x1b[2J", "größe", "[1]", "\u202eevil", "x\0",
]  # fmt: skip


def parses_as_that_word(name: str) -> bool:
    """Alone, before an argument and with a setting."""
    try:
        read = parse(name), parse(f"({name} 1)"), parse(f"({name} :use frozen 1)")
    except TermSyntaxError:
        return False
    used = Word(name, (("use", "frozen"),))
    wanted = Word(name), Apply(Word(name), Literal(1, INT)), Apply(used, Literal(1, INT))
    return read == wanted and tuple(map(show_canonical, read)) == (name, f"({name} 1)", f"({name} :use frozen 1)")


@settings(max_examples=500)
@given(
    st.one_of(
        st.sampled_from([*BAD_NAMES, *builtin_words(), "map_square", "task_net", "f12"]),
        st.text("aZ_09-+.'/@$?#:;()[]\" \\\n\x1bé", max_size=6),
        st.text(max_size=4),
    )
)
def test_a_name_is_accepted_where_it_parses_as_one_word_and_prints_the_same(name: str) -> None:
    assert is_word_name(name) == (parses_as_that_word(name) and "@" not in name)


def test_names_that_would_break_what_mentions_them_are_refused() -> None:
    assert [name for name in BAD_NAMES if is_word_name(name)] == []
    assert all(map(is_word_name, [*builtin_words(), "map_square", "task_net", "f12", "digits.v2", "x'"]))


def test_a_setting_that_is_given_twice_is_refused() -> None:
    for text in ("(conv :maps 4 :maps 5)", "(conv :maps (range 1 2) :kernel 3 :maps 4)"):
        with pytest.raises(TermSyntaxError, match=":maps is given twice"):
            parse(text)
