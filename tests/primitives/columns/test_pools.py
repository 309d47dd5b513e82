"""Interning: equal values share a code, codes give the values back, and what was interned last can be forgotten."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from primitives.columns.hashing import HashIndex, distinct, fingerprints, flat_ranges, mix, ranges
from primitives.columns.pools import FAIL, Values
from primitives.columns.pools.interning import Rows
from primitives.columns.store import Store
from primitives.notation.types import parse_type
from primitives.types import INT
from primitives.values import Some, Table

pytestmark = pytest.mark.usefixtures("loops")


ints = st.integers(-(2**53), 2**53)
small = st.integers(-3, 3)


def lists(element):
    return st.lists(element, max_size=5).map(tuple)


tables = st.dictionaries(st.text(max_size=2), small, max_size=3).map(lambda found: Table(found.items()))
VALUES = {
    "int": ints, "bool": st.booleans(), "char": st.characters(), "str": st.text(max_size=6), "float": st.floats(allow_nan=False),
    "list(int)": lists(ints), "list(bool)": lists(st.booleans()), "list(list(int))": lists(lists(small)),
    "list(str)": lists(st.text(max_size=3)), "pair(int, list(bool))": st.tuples(small, lists(st.booleans())),
    "list(pair(int, int))": lists(st.tuples(small, small)), "option(list(int))": st.none() | lists(small).map(Some),
    "map(str, int)": tables,
}  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
@given(data=st.data())
def test_codes_give_back_equal_values(text, data):
    values, type = data.draw(st.lists(VALUES[text], max_size=8)), parse_type(text)
    pools = Values()
    codes = pools.encode(values, type)
    assert pools.decode(codes, type) == values
    assert (codes != FAIL).all()
    for i, left in enumerate(values):
        for j, right in enumerate(values):
            if codes[i] == codes[j]:
                assert left == right
            elif left == right:
                assert isinstance(left, Table)  # tables with another order are told apart: words can see it
    assert (pools.encode(values, type) == codes).all()


@given(st.lists(st.lists(st.integers(0, 40), max_size=90), max_size=6), st.integers(0, 30))
def test_index_numbers_keys_like_a_dictionary(batches, kept):
    index, known = HashIndex(16), {}
    for batch in batches:
        numbers, new = index.add(np.array(batch, np.uint64))
        expected_new = []
        for position, key in enumerate(batch):
            if key not in known:
                known[key] = len(known)
                expected_new.append(position)
        assert numbers.tolist() == [known[key] for key in batch]
        assert new.tolist() == expected_new
    index.truncate(kept)
    for key, number in known.items():
        assert index.find(np.array([key], np.uint64))[0] == (number if number < kept else -1)


def test_a_released_pool_forgets_what_came_later():
    pools, type = Values(), parse_type("list(list(int))")
    first = pools.encode([((1, 2), ()), ((3,),)], type)
    mark = pools.mark()
    pools.encode([((9, 9, 9),), ((1, 2), (7,))], type)
    pools.release(mark)
    assert pools.decode(first, type) == [((1, 2), ()), ((3,),)]
    later = pools.encode([((7,), (9, 9, 9))], type)
    assert pools.decode(later, type) == [((7,), (9, 9, 9))]
    assert pools.encode([((3,),)], type)[0] == first[1]


def test_tuples_are_found_only_when_interned():
    pool = Rows(2)
    codes = pool.intern(np.array([1, 2, 1]), np.array([5, FAIL, 5]))
    assert codes.tolist() == [0, 1, 0]
    assert pool.find(np.array([2, 1]), np.array([FAIL, 6])).tolist() == [1, -1]


def test_flat_ranges_lists_every_range():
    assert flat_ranges(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]


@given(st.lists(st.integers(-(2**62), 2**62) | st.integers(0, 5), max_size=300))
def test_distinct_values_come_sorted_with_their_first_places(given_values):
    values = np.array(given_values, np.int64)
    for found, expected in zip(distinct(values), np.unique(values, return_index=True, return_inverse=True)):
        assert found.tolist() == expected.tolist()


@given(st.lists(st.lists(st.integers(-(2**62), 2**62), min_size=3, max_size=3), max_size=30))
def test_fingerprints_are_sums_of_mixed_values(rows):
    values, salts = np.array(rows, np.int64).reshape(-1, 3), np.array([5, 1 << 63, 77], np.uint64)
    expected = [
        sum(int(mix(np.array([v], np.int64).view(np.uint64) ^ s)[0]) for v, s in zip(row, salts)) for row in rows
    ]
    assert fingerprints(values, salts).tolist() == [total % 2**64 for total in expected]


def test_ranges_gives_the_parts_one_after_another():
    assert ranges(np.arange(10) * 2, np.array([5, 0, 9]), np.array([2, 0, 1])).tolist() == [10, 12, 18]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-(2**31) - 1, 2**31 + 1) | st.just(FAIL)), max_size=20))
def test_a_store_gives_back_what_was_written(cells):
    store = Store(INT)
    wide = np.full((41, 3), 7, np.int64)
    store.write(0, 0, wide)
    store.count = 41
    for row, value in cells:
        wide[row, 1] = value
        store.write(row, 1, np.array([[value]], np.int64))
    rows = np.arange(41)
    assert (store.take(rows, 0, 3) == wide).all() and (store.block(3, 9, 1, 2) == wide[3:9, 1:2]).all()
    assert (store.column(1) == wide[:, 1]).all() and (store.at(rows, np.ones(41, int)) == wide[:, 1]).all()
