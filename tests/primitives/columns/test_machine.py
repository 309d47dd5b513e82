"""The machine gives the values that a bank reckons node by node, for every body that it takes."""

import importlib.util
import random

import numpy as np
import pytest

from primitives.columns import compiled, loops
from primitives.columns.machine import bodies, instructions, running
from primitives.notation.types import parse_type
from primitives.types import FLOAT, INT, has_tensor
from primitives.words import builtin_words
from search.enumeration.enumerator import Enumerator
from search.enumeration.settings import Settings

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
TABLES = (instructions._INT, instructions._BOOL, instructions._CHAR, instructions._FLOAT, instructions._ON_SEQUENCES)
KNOWN = {"fold", "repeat", "power", "contains", "sum", "singleton", *(name for table in TABLES for name in table)}


@pytest.fixture
def plain(monkeypatch):
    """The machine as Python runs it, so that nothing is compiled."""
    monkeypatch.setattr(loops, "compile_loop", lambda function: function)
    spec = importlib.util.spec_from_file_location("primitives.columns.machine.plain", running.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(bodies, "machine", lambda left: module)
    return module


def lists(element):
    rng = random.Random(3)
    return [tuple(element(rng) for _ in range(rng.randint(2, 5))) for _ in range(3)]


CASES = {
    "ints": ("list(int) -> list(int)", [((xs,), (7, 77, 777)) for xs in lists(lambda rng: rng.randint(-9, 30))]),
    "texts": ("str -> str", [((xs,), "no such text") for xs in ("a Bc", "12-3", "xyzzy")]),
    "floats": ("list(float) -> float", [((xs,), 1234.5) for xs in lists(lambda rng: rng.choice([0.0, -1.5, 2.25, 1e300]))]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_the_bank(name, plain, monkeypatch):
    type, examples = CASES[name]
    seen, taken, run = set(), [0, 0], bodies.Bodies.values

    def values(self, type, rows, outer, arguments):
        with np.errstate(over="ignore"):
            found = run(self, type, rows, outer, arguments)
        able, codes = (np.empty(0, int), np.empty(0, int)) if found is None else found
        known = self.bank._called(type, outer[able], rows[able], [column[able] for column in arguments], False)
        np.testing.assert_array_equal(codes, known)
        seen.update(int(each) & 127 for each in self.code[: self.used])
        taken[0], taken[1] = taken[0] + len(able), taken[1] + len(rows)
        return found

    monkeypatch.setattr(bodies.Bodies, "values", values)
    for _ in Enumerator(
        parse_type(type), examples, words={name: WORDS[name] for name in KNOWN}, settings=Settings(mine=False)
    ).run(max_terms=5_000):
        pass
    assert taken[0] > 0.5 * taken[1] > 100 and len(seen) > 8, (taken, len(seen))


def test_a_body_that_needs_more_room_is_left_to_others(plain, monkeypatch):
    monkeypatch.setattr(plain, "ROOM", 4)
    code = np.array([instructions.ARGUMENT_LIST, instructions.REVERSE], np.int32)
    starts, sizes = np.zeros(1, np.int64), np.full(1, 2, np.int32)
    for elements, over in (([1, 2], False), ([1, 2, 3], True)):
        given = plain.packed(np.array([len(elements)]), 0)[None, :]
        found, made, _ = plain.run(
            code, starts, sizes, np.zeros(1, np.int64), np.empty((0, 1), np.int64), np.empty(0, np.int64), np.zeros(1, np.int64), given,
            np.array(elements), 10, True,
        )  # fmt: skip
        assert bool(found[0] == plain.OVER) is over and (over or made.tolist() == elements[::-1])


def test_a_word_that_only_bears_the_name_of_one_is_no_instruction():
    from primitives.columns.operations import operation

    add = operation(WORDS["+"], (INT, INT), INT, WORDS)
    other = type(add)(add.term, add.arguments, add.result, lambda frame, a, b: a)
    assert instructions.instruction_of(add) == instructions.ADD
    assert instructions.instruction_of(operation(WORDS["+"], (FLOAT, FLOAT), FLOAT, WORDS)) == instructions.FLOAT_ADD
    assert instructions.instruction_of(other) is None


def test_the_machine_is_not_compiled_in_a_short_search(monkeypatch):
    monkeypatch.setattr(bodies, "_machine", None)
    monkeypatch.setattr(compiled, "_found", loops)
    monkeypatch.setattr(compiled, "kept", lambda folder, module: False)
    assert bodies.machine(10.0) is None and bodies.machine(float("inf")) is None
    assert bodies.machine(bodies.COMPILING + 1) is running
