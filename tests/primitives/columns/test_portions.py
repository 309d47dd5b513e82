"""Columns are computed in parts whose work is bounded, and the parts are the whole."""

import random
import tracemalloc

import numpy as np
import pytest

from primitives.columns.bank import WORLD_BITS, Bank
from primitives.columns.operations import operation
from primitives.columns.pools import FAIL, Values
from primitives.columns.portions import WORK, portions
from primitives.interpreter.interpret import evaluate
from primitives.types import INT, STRING, function, list_of
from primitives.words import builtin_words

WORDS = builtin_words()
INTS = list_of(INT)


@pytest.mark.parametrize("name, types", [("concat", (INTS, INTS)), ("range", (INT,)), ("+", (INT, INT))])
def test_parts_cover_all_rows_and_their_work_is_bounded(name, types):
    rng, values = random.Random(0), Values(cells=50)
    result = INT if name == "+" else INTS
    op = operation(WORDS[name], types, result, WORDS)
    sizes = [[rng.choice([0, 1, 7, 30, 90]) for _ in range(200)] for _ in types]
    columns = [
        values.encode(column if type == INT else [tuple(range(n)) for n in column], type)
        for type, column in zip(types, sizes)
    ]
    columns[0][::9] = FAIL
    parts = portions(values, op, columns, 200)
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(200))
    if name == "+":
        assert len(parts) == 1
        return
    work = sum(np.where(column == FAIL, 0, size) for column, size in zip(columns, sizes))
    assert len(parts) > 10
    for part in parts:
        assert work[part].sum() <= WORK * values.cells + work[part].max()


def test_no_rows_are_one_part():
    values = Values()
    op = operation(WORDS["concat"], (INTS, INTS), INTS, WORDS)
    assert portions(values, op, [np.empty(0, np.int64)] * 2, 0) == [slice(0, 0)]


def looped(cells):
    """What a word makes of a function and 3,000 lists of 160 numbers, which the bank of bodies does not hold, and the bytes in passing."""
    values = Values(cells=cells)
    lists = values.encode([tuple(range(i, i + 160)) for i in range(3000)], INTS)
    bank = Bank(values, (INTS,), [lists], 3000)
    child = bank.child((INT,), [np.array([0, 0]), np.array([-5, -9])], 0)
    child.add_leaf(1, INT, position=1)
    child.add_leaf(1, INT, code=1)
    plus = operation(WORDS["+"], (INT, INT), INT, WORDS)
    child.append(plus, 3, INT, np.array([[-4, -8]]), [np.array([0]), np.array([1])])
    op = operation(WORDS["map"], (function(INT, INT), INTS), INTS, WORDS)
    closures = np.full(3000, 2 << WORLD_BITS) | np.arange(3000)
    tracemalloc.start()
    codes = bank.perform(op, [closures, lists], 3000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return values.decode(codes, INTS), peak - values.nbytes


def test_long_lists_take_no_more_memory_in_passing_than_short_ones():
    whole, much = looped(1 << 20)
    parts, little = looped(1 << 12)
    assert whole == parts == [tuple(range(i + 1, i + 161)) for i in range(3000)]
    assert little < much / 5


LOOPS = {
    "flatten_list": ((list_of(INTS),), INTS, lambda i: (tuple(tuple(range(i, i + 160)) for _ in range(1)),)),
    "replicate": ((INT, INT), INTS, lambda i: (150, i)),
    "repeat_text": ((INT, STRING), STRING, lambda i: (150, chr(97 + i % 26))),
    "range": ((INT,), INTS, lambda i: (150 + i % 9,)),
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_is_made_from_numbers_or_inner_lists_is_made_in_parts(name):
    types, result, row = LOOPS[name]
    values = Values(200, cells=1000)
    op = operation(WORDS[name], types, result, WORDS)
    rows = [row(i) for i in range(500)]
    columns = [values.encode([given[i] for given in rows], type) for i, type in enumerate(types)]
    assert len(portions(values, op, columns, 500)) > 20
    codes = Bank(values, (), (), 500).perform(op, columns, 500)
    made = values.decode(codes, result)
    expected = [evaluate(op.term, list(given), words=WORDS) for given in rows]
    assert made == expected
