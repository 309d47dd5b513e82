"""What a goal is divided into: the examples of a part are what the word above it must be given, and its terms make one for the goal."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import lambdas
from primitives.types import arguments_of, has_tensor
from primitives.values import Value
from primitives.words import builtin_words
from search.deduction.cases import by_cases
from search.deduction.elements import by_elements
from search.deduction.goal import Reduction, Subtask
from search.deduction.sequels import by_next, by_sides
from search.deduction.solver import body_of, diverse
from search.deduction.spelling import spelled
from search.deduction.tools import RoleWords, told_characters
from search.deduction.wholes import by_places, by_wholes
from search.deduction.writing import by_writing

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
TOOLS = RoleWords(WORDS)


def goal(type: str, inputs: list[tuple], answer: Callable[..., Value]) -> Subtask:
    given, output = arguments_of(parse_type(type))
    return Subtask(given, output, tuple((row, answer(*row)) for row in inputs))


def splits(whole: Subtask) -> Iterator[Reduction]:
    for way in (by_cases, by_elements, by_sides, by_wholes, by_writing, by_places, by_next):
        yield from way(whole, TOOLS)


TEXTS = [("ab cd",), ("efg h ij",), ("k",), ("lmn op qr s",), ("tu vw",), ("xyz",)]
LISTS = [((3, -1, 4),), ((),), ((-5, 9, 2, -6),), ((7,),), ((0, -8, 1),)]
TWICE = [((2, 1),), ((1, 2, 1),), ((3, 2, 1),), ((2, 3),), ((3, 1, 2, 3),)]
CASES = [(a,) for a in "a b c d ax bx cx dx ex fx xa xb xc xd".split()]
WORDY = ["ab", "c", "def", "gh", "kl", "mno", "ab c gh", "def mno", "kl c mno ab", "gh def", "c gh ab", "mno def kl"]
NUMBERED = [("abcdefghijklmnop"[n:],) for n in range(3, 17)]
SMALL = [((1, 2, 1, 1),), ((2, 2, 1),), ((1, 1, 2),), ((2, 1),), ((1,),)]
COUNTS = [(n,) for n in (1, 2, 3, 5, 7)]
DIVIDED = [
    ("list(int) -> list(int)", LISTS, lambda xs: tuple(2 * x for x in xs), "map", ["(lambda (x) (+ x x))"]),
    ("list(int) -> list(int)", LISTS, lambda xs: tuple(i - x for i, x in enumerate(xs)), "mapi", ["(lambda (i x) (- i x))"]),
    ("list(int) -> list(int)", LISTS, lambda xs: tuple(x for x in xs if x > 1), "filter", ["(lambda (x) (> x 1))"]),
    (
        "str -> str -> list(int)", [(a, b) for a in ("abca", "cab", "bb") for b in ("cb", "abba")],
        lambda a, b: tuple(i for i, (x, y) in enumerate(zip(a, b)) if x == y), "filter",
        ["(lambda (a b i) (= (char_at i a) (char_at i b)))"],
    ),
    (
        "list(int) -> list(int)", TWICE, lambda xs: tuple(x for i, x in enumerate(xs) if x >= max(xs[i:])), "filter in place",
        ["(lambda (i x before rest) (= x (maximum rest)))"],
    ),
    ("str -> str", CASES, lambda s: "none" if "x" not in s else s + s, "case",
     ['(lambda (s) (not (contains_text "x" s)))', "(lambda (s) (concat_text s s))"]),
    ("str -> str", CASES[3:] + [("",)], lambda s: f"<<{s}>>" if s else "no", "case",
     ['(lambda (s) (concat_text "<<" (concat_text s ">>")))']),
    (
        "list(int) -> list(int) -> list(int)", [(row[0], row[0][::-1]) for row in LISTS],
        lambda a, b: tuple(x * y + x for x, y in zip(a, b)),
        "map along", ["(lambda (x y) (+ x (* x y)))"],
    ),
    (
        "str -> str -> str", [("abcd", "wxyz"), ("ca", "zx"), ("", ""), ("b", "z"), ("ef", "ab")],
        lambda a, b: "".join(x + y for x, y in zip(a, b)),
        "map along", ["(lambda (x y) (concat_text (char_to_text x) (char_to_text y)))"],
    ),
    ("str -> str", TEXTS, lambda s: "".join(w[-1] for w in s.split(" ")), "map along",
     ["(lambda (w) (char_at (- (length_text w) 1) w))"]),
    (
        "list(int) -> list(int)", LISTS, lambda xs: tuple(abs(x - y) for x, y in zip(xs, xs[1:])), "map along",
        ["(lambda (x y) (abs (- x y)))"],
    ),
    (
        "str -> str", [("abcab",), ("acb",), ("cc",), ("",)], lambda s: "".join(max(x, y) for x, y in zip(s, s[1:])), "map along",
        ["(lambda (x y) (max x y))"],
    ),
    (
        "list(int) -> list(int)", SMALL, lambda xs: tuple(len(xs) * sum(xs[:i]) for i in range(len(xs))), "map along",
        ["(lambda (i x before rest) (* (+ i (length rest)) (sum before)))"],
    ),
    (
        "list(int) -> list(int)", LISTS, lambda xs: tuple(max(xs[: i + 1]) for i in range(len(xs))), "scan",
        ["(lambda (best x) (max best x))"],
    ),
    (
        "list(int) -> list(int)", SMALL, lambda xs: tuple(sum(y % 2 for y in xs[: i + 1]) for i in range(len(xs))), "scan",
        ["(lambda (n x) (+ n (mod x 2)))"],
    ),
    (
        "int -> list(int)", COUNTS, lambda n: tuple(max(1, (9 * n) >> i) for i in range(n)), "next",
        ["(lambda (n) n)", "(lambda (n) (* 9 n))", "(lambda (n x) (max 1 (// x 2)))"],
    ),
    ("list(int) -> pair(int, int)", LISTS, lambda xs: (len(xs), sum(xs)), "halves",
     ["(lambda (xs) (length xs))", "(lambda (xs) (sum xs))"]),
    ("str -> str", TEXTS, str.upper, "map", ["(lambda (c) (upper_char c))"]),
    ("str -> str", TEXTS, lambda s: s.replace(" ", ""), "filter", ["(lambda (c) (is_letter c))"]),
    ("str -> list(int)", TEXTS, lambda s: tuple(map(len, s.split(" "))), "map", ["(lambda (w) (length_text w))"]),
    (
        "str -> str", TEXTS, lambda s: "".join(c * 2 if c != " " else "-" for c in s), "spell",
        ['(lambda (c) (if (is_space c) "-" (repeat_text 2 (char_to_text c))))'],
    ),
    (
        "list(int) -> list(int)", SMALL + [((0, 3, 4, 5),), ((5, 0),), ((6, 3),)],
        lambda xs: tuple(y for x in xs for y in (x,) * x), "flat",
        ["(lambda (x) (replicate x x))"],
    ),
    (
        "str -> str", [(text,) for text in WORDY], lambda s: "".join(w[0] * len(w) for w in s.split(" ")), "flat",
        ["(lambda (w) (repeat_text (length_text w) (take_text 1 w)))"],
    ),
    (
        "str -> str", [(text,) for text in ("aab", "abb", "b", "aaaba", "bbb", "abab", "bbaaa")],
        lambda s: "".join(f"{c}{len(list(run))}" for c, run in itertools.groupby(s)), "flat",
        ["(lambda (run) (concat_text (char_to_text (head run)) (to_str (length run))))"],
    ),
    ("str -> str", TEXTS, lambda s: "\n".join(s.split(" ")) + "\n", "join", ['(lambda (s) (append "" (split " " s)))']),
    ("str -> str", TEXTS[:2] + TEXTS[3:5], lambda s: s.title().replace(" ", ""), "join", ['(lambda (s) (map capitalise (split " " s)))']),
    ("str -> str", [(s.replace(" ", "_"),) for s, in TEXTS], lambda s: s.title().replace("_", ""), "join",
     ['(lambda (s) (map capitalise (split "_" s)))']),
    ("str -> str", NUMBERED, lambda s: f"you have {len(s)} left" if s else "gone", "case",
     ['(lambda (s) (concat_text "you have " (concat_text (to_str (length_text s)) " left")))']),
    ("str -> str", TEXTS, lambda s: f"<{s}>", "affix", ["(lambda (s) s)"]),
    (
        "str -> str", TEXTS[1:2] + TEXTS[3:5] + [("bcd e",)], lambda s: s[1:-1], "piece",
        ["(lambda (s) 1)", "(lambda (s) (- (length_text s) 1))"],
    ),
    ("str -> str", TEXTS, lambda s: str(len(s)), "convert", ["(lambda (s) (length_text s))"]),
    ("int -> str", COUNTS, lambda n: f"{3 * n:02}", "convert", ["(lambda (n) (* 3 n))"]),
    ("str -> str", TEXTS, lambda s: s.replace(" ", "").rjust(5), "convert", ['(lambda (s) (replace " " "" s))']),
    ("int -> str", COUNTS, lambda n: f"{n * n / 100:.2f}", "convert", ["(lambda (n) (* n n))"]),
    ("float -> str", [(0.25,), (1.0,), (-2.5,), (10.75,)], lambda x: f"{2 * x:.1f}", "convert", ["(lambda (x) (+ x x))"]),
    ("int -> list(int)", COUNTS, lambda n: (n, n * n), "each", ["(lambda (n) n)", "(lambda (n) (* n n))"]),
    (
        "int -> list(int)", COUNTS, lambda n: tuple(n + i * i for i in range(n)), "places",
        ["(lambda (n) n)", "(lambda (n i) (+ n (* i i)))"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("type", "inputs", "answer", "name", "parts"), DIVIDED)
def test_the_terms_of_the_parts_make_a_term_of_the_whole(type, inputs, answer, name, parts) -> None:
    whole = goal(type, inputs, answer)
    split = next(each for each in splits(whole) if each.name == name)
    bodies = []
    for part, text in zip(split.parts, parts, strict=True):
        term = parse(text, WORDS)
        assert part.depth == 1
        for given, output in part.examples:
            assert evaluate(term, given, words=WORDS) == output
        bodies.append(body_of(term, len(part.inputs)))
    made = lambdas(len(whole.inputs), split.build(*bodies))
    assert [evaluate(made, given, words=WORDS) for given in inputs] == [answer(*given) for given in inputs]


@pytest.mark.parametrize(("known", "parts", "other"), [
    (0, ["(lambda (n) (* n n))", "(lambda (n square) (- square n))"], 1),
    (1, ["(lambda (n other) (+ other n))", "(lambda (n) (- (* n n) n))"], 0),
])  # fmt: skip
@pytest.mark.parametrize("type", ["int -> list(int)", "int -> pair(int, int)"])
def test_a_part_may_see_what_another_gives(type, known, parts, other) -> None:
    whole = goal(type, COUNTS, lambda n: (n * n, n * n - n))
    (split,) = by_wholes(whole, TOOLS)
    (turn,) = split.given(known)
    assert split.parts[known] is turn.parts[known] and len(turn.parts[other].inputs) == 2
    for part, text in zip(turn.parts, parts):
        assert all(evaluate(parse(text, WORDS), given, words=WORDS) == output for given, output in part.examples)
    bodies = [body_of(parse(text, WORDS), len(part.inputs)) for part, text in zip(turn.parts, parts)]
    made = lambdas(1, turn.build(*bodies))
    assert [evaluate(made, given, words=WORDS) for given in COUNTS] == whole.outputs


def test_what_elements_alone_do_not_say_is_asked_of_all_inputs() -> None:
    whole = goal(
        "list(int) -> int -> list(int)",
        [(row[0], n) for row in LISTS for n in (1, 4)],
        lambda xs, n: tuple(x * n for x in xs),
    )
    part = next(each for each in splits(whole) if each.name == "map").parts[0]
    assert len(part.inputs) == 3 and ((3, -1, 4), 4, 3) in [given for given, _ in part.examples]


@pytest.mark.parametrize("answer", [lambda xs: tuple(sorted(xs)), lambda xs: (*xs, 0, 1)])
def test_no_function_of_elements_is_asked_for_where_there_is_none(answer) -> None:
    found = {each.name for each in by_elements(goal("list(int) -> list(int)", TWICE, answer), TOOLS)}
    assert "map" not in found and "filter" not in found


def test_what_characters_stand_for() -> None:
    squares = {digit: str(int(digit) ** 2) for digit in "0123456789"}
    given = ["3", "42", "9075", "168", "55"]
    found = spelled([(text, "".join(squares[c] for c in text)) for text in given])
    assert found is not None and all(
        "".join(found[c] for c in text) == "".join(squares[c] for c in text) for text in given
    )
    assert spelled([("ab", "xy"), ("ba", "yx")]) is None
    assert spelled([("a", "xx"), ("ab", "yy")]) is None


def test_few_examples_are_of_all_outputs() -> None:
    chosen = diverse([((n,), n % 7 == 0) for n in range(100)], 10)
    assert [output for _, output in chosen].count(True) == 5


@pytest.mark.parametrize(("type", "inputs", "answer", "told"), [
    ("char -> bool", [(c,) for c in "abcdefghij.,;"], lambda c: c in ".,;", [",.;"]),
    ("char -> str", [(c,) for c in "abcdefghijkl"], lambda c: c * 2 if c in "cgk" else c, ["cgk"]),
    ("str -> bool", [(c + "ab",) for c in "abcdefghijkl"], lambda s: s[0] in "sxl", []),
    ("str -> bool", [("ab" + c,) for c in "ahcdefgsxjkl"], lambda s: s[-1] in "sxh", ["hsx"]),
    ("str -> bool", [("", ), *((c,) for c in "ahcdefgsxjkl")], lambda s: s in "sxh", []),
    ("char -> bool", [(c,) for c in "abcd"], lambda c: c in "ab", []),
])  # fmt: skip
def test_characters_that_tell_examples_apart(type, inputs, answer, told) -> None:
    assert [text for text, _, _ in told_characters(goal(type, inputs, answer))] == told
