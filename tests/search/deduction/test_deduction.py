"""Programs far beyond what is enumerated are put together from terms for their parts."""

from __future__ import annotations

import pytest

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.types import STRING
from primitives.words import builtin_words
from search.deduction.deduction import Deduction
from search.enumeration.answers import Answer
from search.enumeration.enumerator import LevelReport
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

NAMES = """map map_text flat_map_text split join concat_text take_text drop_text char_to_text repeat_text contains_text is_letter if range
cons empty square + < length_text to_str pad_left mod //""".split()
WORDS = {name: builtin_words()[name] for name in NAMES}


def pig(text: str) -> str:
    return " ".join(w + "ay" if w[0] in "aeiou" else w[1:] + w[0] + "ay" for w in text.split(" "))


def in_turn(n: int) -> tuple[int, int]:
    """The second number is far from the input, but not from the first."""
    first = (n * n + n) ** 2 + n
    return first, first**2 + first


PIG = ["lazy owl", "eat more", "up", "ten", "old iron gate", "silver bird", "as far", "east", "under a moon", "no"]
SQUARES = [(3,), (5,), (1,), (9,), (4,), (12,), (7,), (2,)]
TIMES = [
    (n,)
    for n in (
        64_845,
        3_599,
        7_260,
        61,
        0,
        86_399,
        12_345,
        30_001,
        4_096,
        50_505,
        71_999,
        9,
        45_678,
        23_456,
        1_800,
        83_333,
    )
]
TASKS = [
    ("str -> str", [(text,) for text in PIG], pig, ("quick ape",), ["aeiou"]),
    ("int -> list(int)", SQUARES, lambda n: tuple((i + n) ** 2 for i in range(n + 1)), (6,), []),
    ("int -> list(int)", SQUARES, in_turn, (6,), []),
    ("int -> str", TIMES, lambda n: f"{n // 3600}:{n // 60 % 60:02}:{n % 60:02}", (40_000,), []),
]


@pytest.mark.parametrize(("type", "inputs", "answer", "other", "texts"), TASKS)
def test_a_program_is_found_by_its_parts(type, inputs, answer, other, texts) -> None:
    search = Deduction(
        parse_type(type), [(row, answer(*row)) for row in inputs], words=WORDS, costs=default_costs(WORDS),
        constants=[(text, STRING, 2) for text in texts], settings=Settings(all_examples=True),
    )  # fmt: skip
    found = next(each for each in search.run(max_terms=300_000) if isinstance(each, Answer))
    assert found.match == 1.0 and found.terms <= 300_000
    assert evaluate(found.term, other, words=WORDS) == answer(*other)
    search.release()


def test_it_ends_where_its_terms_are_used_up() -> None:
    rows = [(n,) for n in range(10)]
    search = Deduction(
        parse_type("int -> int"),
        [(row, hash(("unlike", row)) % 97) for row in rows],
        words=WORDS,
        costs=default_costs(WORDS),
    )
    reports = list(search.run(max_terms=8_000))
    assert isinstance(reports[-1], LevelReport) and search.ledger.terms == 8_000


@pytest.mark.parametrize(
    ("type", "answer", "longer"), [("int -> bool", lambda n: n < 6, True), ("int -> int", lambda n: n + 6, False)]
)
def test_a_task_of_truth_values_is_looked_for_on_once_it_is_met(type, answer, longer) -> None:
    examples = [((n,), answer(n)) for n in range(12)]
    words = {name: builtin_words()[name] for name in ("<", "+", "=", "and")}
    whole = Deduction(parse_type(type), examples, words=words, costs=default_costs(words))
    assert any(isinstance(found, Answer) for found in whole.run(max_terms=2_000))
    root = next(node for node in whole.nodes.values() if node.goal.depth == 0)
    assert (root.until > 100_000) is longer
