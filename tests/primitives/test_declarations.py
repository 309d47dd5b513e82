"""What words declare of themselves, and that nothing else knows them by name."""

import ast
import itertools
from pathlib import Path

import pytest

from primitives.declarations import TRIVIAL, Role
from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = {"int": (-3, 0, 1, 7), "bool": (False, True)}


def test_roles_of_the_built_in_words():
    found = {role: {name for name, word in WORDS.items() if word.role is role} for role in Role}
    assert found == {
        Role.CHOICE: {"if"},
        Role.CONJUNCTION: {"and"},
        Role.DISJUNCTION: {"or"},
        Role.GREATER: {"max"},
        Role.LESSER: {"min"},
        Role.FOLD: {"fold"},
        Role.FOLD_RIGHT: {"foldr"},
        Role.RUNNING: {"scan1"},
        Role.STATES: {"scan"},
        Role.RUNS: {"group"},
        Role.MAP: {"map"},
        Role.MAP_INDEXED: {"mapi"},
        Role.MAP_TEXT: {"map_text"},
        Role.SPELL: {"flat_map_text"},
        Role.FILTER: {"filter"},
        Role.FILTER_TEXT: {"filter_text"},
        Role.CHARACTERS: {"chars"},
        Role.PARTS: {"split"},
        Role.JOIN_PARTS: {"join"},
        Role.CONCATENATE: {"concat_text"},
        Role.PIECE: {"substring"},
        Role.SIZE: {"length"},
        Role.SIZE_TEXT: {"length_text"},
        Role.ADDITION: {"+"},
        Role.PRODUCT: {"*"},
        Role.QUOTIENT: {"//"},
        Role.REMAINDER: {"mod"},
        Role.DIGITS: {"digits"},
        Role.WRITE: {"to_str"},
        Role.DECIMALS: {"decimals"},
        Role.FILL_BEFORE: {"pad_left"},
        Role.SHOW_CHARACTER: {"char_to_text"},
        Role.CHARACTER: {"char_from"},
        Role.COUNT_UP: {"range"},
        Role.NOTHING: {"empty"},
        Role.PREPEND: {"cons"},
        Role.LIKELIEST: {"argmax"},
        Role.LOG_CHANCES: {"log_softmax"},
        Role.AFFINE: {"dense"},
        Role.INDICATOR: {"one_hot"},
        Role.MAPS: {"reshape"},
        Role.ROWS: {"unstack"},
        Role.DIFFERENCE: {"-"},
        Role.RATIO: {"/"},
        Role.ROOT: {"sqrt"},
        Role.NEGATIVE: {"negate"},
        Role.AS_FLOAT: {"to_float"},
        Role.PAIR: {"pair"},
        Role.FIRST_OF_TWO: {"first"},
        Role.SECOND_OF_TWO: {"second"},
        Role.TOGETHER: {"zip"},
        Role.NUMBERED: {"enumerate"},
        Role.BEGINNING: {"take"},
        Role.REMAINING: {"drop"},
        Role.ELEMENT: {"index"},
        Role.FIRST: {"head"},
        Role.LAST: {"last"},
        Role.FLAT: {"flatten_list"},
        Role.TOTAL: {"sum"},
        Role.MULTIPLIED: {"product"},
        Role.GREATEST: {"maximum"},
        Role.LEAST: {"minimum"},
        Role.COUNT: {"count"},
        Role.ANY: {"any"},
        Role.ALL: {"all"},
        Role.IN_ORDER_OF: {"sort_by"},
        Role.NEGATION: {"not"},
        Role.EQUAL: {"="},
        Role.BELOW: {"<"},
        Role.TIMES: {"repeat"},
        Role.COUNTED: {"for"},
        Role.WHILE: {"while"},
        Role.MONOTONE: {"relu", "sigmoid", "tanh"},
        Role.SUM: {"add"},
        Role.JOIN: {"concat_maps"},
        Role.WINDOW_MAXIMUM: {"max_pool", "max_pool1d"},
    }


@pytest.mark.parametrize("name", sorted(name for name, word in WORDS.items() if word.twice == TRIVIAL))
def test_what_is_trivial_on_one_value_given_twice_gives_it_or_a_constant(name):
    types = ("bool",) if "bool -> bool" in str(WORDS[name].scheme) else ("int",)
    for type in types:
        term = parse(f"(lambda (x) ({name} x x))", WORDS)
        results = [evaluate(term, (value,), words=WORDS) for value in SAMPLES[type]]
        assert results == list(SAMPLES[type]) or len(set(results)) == 1


def test_words_that_rearrange_are_told_by_their_types():
    found = {name for name, word in WORDS.items() if word.rearranges}
    assert found == {"pair", "first", "second", "swap", "compose", "id", "const", "flip"}


def _texts(path):
    """The texts that a module compares names with: in comparisons, sets, and calls that count or make words."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        inner = []
        if isinstance(node, ast.Compare) and ".name" in ast.unparse(node):
            inner = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".count", "frozenset", "Word")):
            inner = node.args
        for part in itertools.chain.from_iterable(map(ast.walk, inner)):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


TYPES = {"pair", "list", "option", "graph", "map", "unit"}
"""Names of types that are names of words too: who compares with one need know nothing of a word."""


@pytest.mark.parametrize(
    "folder", ["search", "library", "primitives/columns", "primitives/inference", "primitives/source"]
)
def test_no_word_is_known_by_its_name(folder):
    paths = sorted((ROOT / folder).rglob("*.py"))
    assert len(paths) >= 5
    for path in paths:
        known = set(_texts(path)) & set(WORDS) - TYPES
        assert not known, (
            f"{path.relative_to(ROOT)} names {sorted(known)}: let the word declare what must be known of it"
        )
