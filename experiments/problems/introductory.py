"""Introductory programming problems as tasks of examples, written here from published descriptions.

The 25 problems are those of PSB2 (Helmuth and Kelly 2021, "PSB2: The second program synthesis benchmark suite"): what each asks for is told
there; the reference functions and the inputs drawn from them are ours, in about the published ranges, so that figures stand beside
published ones only roughly. Outputs that are several values are a pair or a list.

A seeded draw divides the problems into two halves. Searches are improved by looking at ``tuned``; of ``held_out`` only counts are
looked at. Ten more, ``fresh``, were written here later (``introductory_fresh.py``); of them too only counts are looked at.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .introductory_answers import ANSWERS
from .introductory_fresh import FRESH_ANSWERS

Inputs = tuple[object, ...]
Draw = Callable[[random.Random], Inputs]
SOURCE = "written for this project from the published descriptions of PSB2 (Helmuth and Kelly 2021)"
FRESH_SOURCE = "written for this project in the manner of PSB2"
HALVES = ("tuned", "held_out", "fresh")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
PRINTABLE = "".join(map(chr, range(32, 127)))
PATIENCE = 200
"""Times that an input is drawn in vain, as it came before, until there are taken to be no others."""


@dataclass(frozen=True)
class IntroductoryProblem:
    """``draw`` makes inputs; ``edges`` are inputs that are shown for certain; ``answer`` is what programs must compute."""

    name: str
    type: str
    draw: Draw
    edges: tuple[Inputs, ...] = ()

    @property
    def answer(self) -> Callable[..., object]:
        """The reference function."""
        return FRESH_ANSWERS[self.name] if self.half == "fresh" else ANSWERS[self.name]

    @property
    def half(self) -> str:
        """``tuned``, ``held_out`` or ``fresh``."""
        return "fresh" if self.name in FRESH_ANSWERS else HALVES[self.name in HELD_OUT]

    def task(self, examples: int, tests: int, seed: int = 0) -> dict[str, object]:
        """The problem as a JSON object of a file of tasks; its inputs are all different.

        examples: how many are shown, edges among them; fewer where there are no more inputs.
        tests: how many are held back.
        seed: of the draw.
        """
        rng = random.Random(zlib.crc32(f"{self.name} {seed}".encode()))
        rows = list(self._rows(examples + tests, rng))
        return {
            "name": self.name,
            "type": self.type,
            "examples": rows[:examples],
            "tests": rows[examples:],
            "source": FRESH_SOURCE if self.half == "fresh" else SOURCE,
        }

    def _rows(self, count: int, rng: random.Random) -> Iterator[dict[str, object]]:
        """Inputs and outputs, the edges first."""
        seen = set[str]()
        edges, vain = iter(self.edges), 0
        while len(seen) < count and vain < PATIENCE:
            given = next(edges, None) or self.draw(rng)
            vain = vain + 1 if repr(given) in seen else 0
            if not vain:
                seen.add(repr(given))
                yield {"inputs": list(given), "output": self.answer(*given)}


def problems(half: str = "all") -> list[IntroductoryProblem]:
    """The problems of a half, or all.

    half: ``tuned``, ``held_out``, ``fresh`` or ``all``.
    """
    return [each for each in (*PROBLEMS, *FRESH) if half in ("all", each.half)]


# --- inputs ---------------------------------------------------------------------------------------------------------------------


def whole(low: int, high: int) -> Draw:
    """One Int; half of them are of any number of digits alike, for else hardly any is small."""

    def draw(rng: random.Random) -> Inputs:
        return (rng.randint(low, high if rng.random() < 0.5 else min(high, low + 10 ** rng.randint(1, 6))),)

    return draw


def numbers(low: int, high: int, shortest: int, longest: int) -> Draw:
    """One list of Ints."""
    return lambda rng: ([rng.randint(low, high) for _ in range(rng.randint(shortest, longest))],)


def real(low: float, high: float, rng: random.Random) -> float:
    """A Float of three places."""
    return round(rng.uniform(low, high), 3)


def reals(*ranges: tuple[float, float]) -> Draw:
    """Lists of Floats of one length, each from its range."""

    def draw(rng: random.Random) -> Inputs:
        length = rng.randint(1, 20)
        return tuple([real(low, high, rng) for _ in range(length)] for low, high in ranges)

    return draw


def text_of(letters: str, shortest: int, longest: int) -> Draw:
    """One text."""
    return lambda rng: ("".join(rng.choice(letters) for _ in range(rng.randint(shortest, longest))),)


def both(*parts: Draw) -> Draw:
    """The inputs of several draws together."""
    return lambda rng: tuple(value for part in parts for value in part(rng))


def words(separators: str, lengths: tuple[int, ...]) -> Draw:
    """A text of one to five words between separators."""

    def draw(rng: random.Random) -> Inputs:
        made = text_of(LETTERS, 1, 1)(rng)[0]
        for _ in range(rng.randint(1, 5)):
            word = "".join(rng.choice(LETTERS) for _ in range(rng.choice(lengths)))
            made = word if len(str(made)) == 1 else f"{made}{rng.choice(separators)}{word}"
        return (made,)

    return draw


def _rolls(rng: random.Random) -> Inputs:
    frames, extra = "", 0
    for _ in range(10):
        first = 10 if rng.random() < 0.25 else rng.randint(0, 9)
        second = rng.randint(0, 10 - first) if rng.random() < 0.7 else 10 - first
        if first == 10:
            frames, extra = frames + "X", 2
        elif first + second == 10:
            frames, extra = frames + f"{first or '-'}/", 1
        else:
            frames, extra = frames + f"{first or '-'}{second or '-'}", 0
    while extra:
        first = 10 if rng.random() < 0.3 else rng.randint(0, 9)
        frames, extra = frames + ("X" if first == 10 else str(first or "-")), extra - 1
    return (frames,)


def _pair_in_list(rng: random.Random) -> Inputs:
    while True:
        numbers = [rng.randint(-100, 100) for _ in range(rng.randint(2, 20))]
        first, second = sorted(rng.sample(range(len(numbers)), 2))
        target = numbers[first] + numbers[second]
        if sum(a + b == target for i, a in enumerate(numbers) for b in numbers[i + 1 :]) == 1:
            return numbers, target


def _piece_in_text(rng: random.Random) -> Inputs:
    letters = rng.choice(("ab", "abc", LETTERS))
    (text,) = text_of(letters, 1, 20)(rng)
    if rng.random() < 0.8:
        start = rng.randrange(len(str(text)))
        return text, str(text)[start : start + rng.randint(1, 3)]
    return text, text_of(letters, 1, 5)(rng)[0]


def _digits(rng: random.Random) -> Inputs:
    made = str(rng.randint(0, 9))
    for _ in range(rng.randint(1, 19)):
        made += made[-1] if rng.random() < 0.4 else str(rng.randint(0, 9))
    return (made,)


def _boolean(rng: random.Random) -> Inputs:
    made = rng.choice("TF")
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4, 5, 6, 8, 9))):
        made += rng.choice("&|") + rng.choice("TF")
    return (made,)


def _cipher(rng: random.Random) -> Inputs:
    size = rng.randint(1, 26)
    known, becomes = rng.sample(LETTERS, size), rng.sample(LETTERS, size)
    return "".join(known), "".join(becomes), "".join(rng.choice(known) for _ in range(rng.randint(0, 26)))


def _tweet(rng: random.Random) -> Inputs:
    shortest, longest = (138, 142) if rng.random() < 0.2 else (1, 200)
    return text_of(PRINTABLE, shortest, longest)(rng)


def _snow(rng: random.Random) -> Inputs:
    return rng.randint(0, 20), real(0, 20, rng), real(0, 10, rng), real(0, 1, rng)


def _bounces(rng: random.Random) -> Inputs:
    high = real(1, 100, rng)
    return high, real(0.05, 0.95, rng) * high, rng.randint(1, 20)


def _falls_below(rng: random.Random) -> Inputs:
    while True:
        (numbers,) = ([rng.randint(-100, 100) for _ in range(rng.randint(1, 20))],)
        if ANSWERS["basement"](numbers) >= 0:
            return (numbers,)


def _isbn(rng: random.Random) -> Inputs:
    nine = "".join(rng.choice("0123456789") for _ in range(9))
    right = -sum((10 - place) * int(digit) for place, digit in enumerate(nine)) % 11
    last = right if rng.random() < 0.5 else rng.randint(0, 10)
    return (nine + ("X" if last == 10 else str(last)),)


CODE = text_of("BRGYWO", 4, 4)
TO_INT, INTS = "list(int) -> int", "list(int) -> list(int)"
PROBLEMS = (
    IntroductoryProblem("basement", TO_INT, _falls_below, (([-1],), ([5, -6],))),
    IntroductoryProblem("bouncing balls", "float -> float -> int -> float", _bounces, ((100.0, 50.0, 1),)),
    IntroductoryProblem("bowling", "str -> int", _rolls, (("X" * 12,), ("--" * 10,), ("5/" * 10 + "5",))),
    IntroductoryProblem(
        "camel case", "str -> str", words("-- ", (1, 2, 3, 4, 5)), (("nospaceordash",), ("two-words",))
    ),
    IntroductoryProblem("coin sums", "int -> list(int)", whole(1, 10_000), ((1,), (5,), (35,), (41,))),
    IntroductoryProblem(
        "cut vector", "list(int) -> pair(list(int), list(int))", numbers(1, 100, 1, 20), (([5],), ([1, 10],))
    ),
    IntroductoryProblem("dice game", "int -> int -> float", both(whole(1, 1000), whole(1, 1000)), ((1, 1), (5, 2))),
    IntroductoryProblem("find pair", "list(int) -> int -> pair(int, int)", _pair_in_list, (([5, 7], 12),)),
    IntroductoryProblem("fizz buzz", "int -> str", whole(1, 1_000_000), ((3,), (5,), (15,), (7,), (9,), (10,), (30,))),
    IntroductoryProblem("fuel cost", TO_INT, numbers(6, 100_000, 1, 20), (([6],), ([14, 1969],))),
    IntroductoryProblem("gcd", "int -> int -> int", both(whole(1, 100_000), whole(1, 100_000)), ((1, 1), (12, 18))),
    IntroductoryProblem(
        "indices of substring", "str -> str -> list(int)", _piece_in_text, (("aaaa", "aa"), ("a", "b"))
    ),
    IntroductoryProblem("leaders", INTS, numbers(0, 200, 0, 20), (([],), ([5, 4, 4],))),
    IntroductoryProblem("luhn", TO_INT, numbers(0, 9, 16, 16), (([9] * 16,), ([0] * 16,))),
    IntroductoryProblem("mastermind", "str -> str -> pair(int, int)", both(CODE, CODE), (("RRRR", "RRRR"),)),
    IntroductoryProblem("middle character", "str -> str", text_of(PRINTABLE, 1, 30), (("Q",), (" $",), ("abc",))),
    IntroductoryProblem("paired digits", "str -> int", _digits, (("99",), ("1122",), ("123",))),
    IntroductoryProblem(
        "shopping list", "list(float) -> list(float) -> float", reals((0, 50), (0, 100)), (([50.0], [100.0]),)
    ),
    IntroductoryProblem("snow day", "int -> float -> float -> float -> float", _snow, ((0, 4.0, 1.0, 0.5),)),
    IntroductoryProblem("solve boolean", "str -> bool", _boolean, (("T",), ("F",), ("F&T",), ("T|F&F",))),
    IntroductoryProblem(
        "spin words", "str -> str", words(" ", (1, 2, 3, 4, 5, 6, 7, 8)), (("",), ("fiver",), ("four",))
    ),
    IntroductoryProblem("square digits", "int -> str", whole(0, 1_000_000), ((0,), (7,), (12,))),
    IntroductoryProblem("substitution cipher", "str -> str -> str -> str", _cipher, (("a", "b", "aa"), ("a", "b", ""))),
    IntroductoryProblem("twitter", "str -> str", _tweet, (("",), ("a",), ("z" * 140,), ("z" * 141,), ("z" * 200,))),
    IntroductoryProblem("vector distance", "list(float) -> list(float) -> float", reals((-100, 100), (-100, 100))),
)
FRESH = (
    IntroductoryProblem(
        "isogram", "str -> bool", text_of("abcdefghijklmnopqrstuvwxyzABCDE -", 0, 9), (("",), ("aA",), ("--",))
    ),
    IntroductoryProblem("warmer days", INTS, numbers(-10, 40, 1, 15), (([5],), ([1, 2],))),
    IntroductoryProblem("income tax", "int -> float", whole(0, 100_000), ((0,), (10_000,), (40_000,))),
    IntroductoryProblem("title case", "str -> str", words(" ", (1, 2, 3, 4, 5, 6)), (("of",), ("in the end",))),
    IntroductoryProblem(
        "clock angle", "int -> int -> float", lambda rng: (rng.randint(1, 12), rng.randint(0, 59)), ((12, 0), (3, 15))
    ),
    IntroductoryProblem(
        "water tank",
        "int -> list(int) -> int",
        both(lambda rng: (rng.randint(1, 60),), numbers(-20, 30, 1, 15)),
        ((5, [9]),),
    ),
    IntroductoryProblem("robot walk", "str -> pair(int, int)", text_of("UDLR", 0, 20), (("",), ("U",), ("LL",))),
    IntroductoryProblem("pascal row", "int -> list(int)", lambda rng: (rng.randint(0, 40),), ((0,), (1,), (4,))),
    IntroductoryProblem("isbn check", "str -> bool", _isbn, (("0306406152",), ("000000000X",))),
    IntroductoryProblem("most frequent", TO_INT, numbers(0, 9, 1, 20), (([4],), ([2, 1],))),
)
HELD_OUT = frozenset(random.Random(0).sample(sorted(each.name for each in PROBLEMS), 12))
