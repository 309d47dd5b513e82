"""Lists: building, taking apart, and the higher-order words. Where a list is an argument it comes last, so stages of
a pipe read well."""

from __future__ import annotations

from collections.abc import Callable

from ..needs import Need
from ..primitive import Prior
from ..values import MAX_INT, Some, Undefined, Value, check_int, check_key, check_size, has_nan, ordered, same
from ..words import word


@word("empty", "list(a)", prior=Prior(cost=2, weight=-1.5))
def empty() -> tuple:
    """The list without elements."""
    return ()


@word("singleton", "a -> list(a)", prior=Prior(cost=3))
def singleton(x: Value) -> tuple:
    """The list of one element."""
    return (x,)


@word("cons", "a -> list(a) -> list(a)", prior=Prior(cost=2), needs={0: Need.FIRST, 1: Need.ALL_BUT_FIRST})
def cons(x: Value, xs: tuple) -> tuple:
    """The list with ``x`` put before it."""
    check_size(len(xs) + 1)
    return (x, *xs)


@word("append", "a -> list(a) -> list(a)", prior=Prior(cost=2), needs={0: Need.LAST, 1: Need.ALL_BUT_LAST})
def append(x: Value, xs: tuple) -> tuple:
    """The list with ``x`` put after it."""
    check_size(len(xs) + 1)
    return (*xs, x)


@word("concat", "list(a) -> list(a) -> list(a)", prior=Prior(cost=2), needs={0: Need.BEGINS, 1: Need.ENDS})
def concat(xs: tuple, ys: tuple) -> tuple:
    """The elements of the first list, then those of the second."""
    check_size(len(xs) + len(ys))
    return xs + ys


@word("flatten_list", "list(list(a)) -> list(a)")
def flatten(lists: tuple) -> tuple:
    """The elements of all lists in one list."""
    check_size(sum(map(len, lists)))
    return tuple(x for xs in lists for x in xs)


@word("replicate", "int -> a -> list(a)", prior=Prior(cost=3))
def replicate(count: int, x: Value) -> tuple:
    """``x`` ``count`` times; the empty list where ``count`` is negative."""
    check_size(count)
    return (x,) * count


@word("range", "int -> list(int)", prior=Prior(cost=2))
def range_list(stop: int) -> tuple:
    """0, 1, … ``stop`` - 1; empty where ``stop`` is not positive."""
    check_size(stop)
    return tuple(range(stop))


@word("range_from", "int -> int -> list(int)")
def range_from(start: int, stop: int) -> tuple:
    """``start``, ``start`` + 1, … ``stop`` - 1; empty where ``stop`` is not above ``start``."""
    check_size(stop - start)
    return tuple(range(start, stop))


@word("length", "list(a) -> int", prior=Prior(cost=2, weight=0.5))
def length(xs: tuple) -> int:
    """The number of elements."""
    return len(xs)


@word("is_empty", "list(a) -> bool", prior=Prior(cost=3))
def is_empty(xs: tuple) -> bool:
    """Whether the list has no elements."""
    return not xs


@word("head", "list(a) -> a", prior=Prior(cost=2, weight=0.5, in_nets=-1.0))
def head(xs: tuple) -> Value:
    """The first element; undefined for the empty list."""
    if not xs:
        raise Undefined("head of an empty list")
    return xs[0]


@word("tail", "list(a) -> list(a)", prior=Prior(cost=2))
def tail(xs: tuple) -> tuple:
    """All but the first element; undefined for the empty list."""
    if not xs:
        raise Undefined("tail of an empty list")
    return xs[1:]


@word("last", "list(a) -> a", prior=Prior(cost=3))
def last(xs: tuple) -> Value:
    """The last element; undefined for the empty list."""
    if not xs:
        raise Undefined("last of an empty list")
    return xs[-1]


@word("init", "list(a) -> list(a)", prior=Prior(cost=3))
def init(xs: tuple) -> tuple:
    """All but the last element; undefined for the empty list."""
    if not xs:
        raise Undefined("init of an empty list")
    return xs[:-1]


@word("index", "int -> list(a) -> a", prior=Prior(cost=2), needs={1: Need.HOLDS})
def index(i: int, xs: tuple) -> Value:
    """The element at position ``i``, from 0; undefined outside the list."""
    if not 0 <= i < len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    return xs[i]


@word("set", "int -> a -> list(a) -> list(a)", prior=Prior(cost=3), needs={2: Need.SAME_LENGTH})
def set_at(i: int, x: Value, xs: tuple) -> tuple:
    """The list with ``x`` in place of the element at position ``i``; undefined outside the list."""
    if not 0 <= i < len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    return (*xs[:i], x, *xs[i + 1 :])


@word("insert", "int -> a -> list(a) -> list(a)", prior=Prior(cost=3), needs={2: Need.ONE_SHORTER})
def insert(i: int, x: Value, xs: tuple) -> tuple:
    """The list with ``x`` put before position ``i``, which may be the length; undefined outside that."""
    if not 0 <= i <= len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    check_size(len(xs) + 1)
    return (*xs[:i], x, *xs[i:])


@word("delete", "int -> list(a) -> list(a)", prior=Prior(cost=3), needs={1: Need.ONE_LONGER})
def delete(i: int, xs: tuple) -> tuple:
    """The list without the element at position ``i``; undefined outside the list."""
    if not 0 <= i < len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    return xs[:i] + xs[i + 1 :]


@word("take", "int -> list(a) -> list(a)", prior=Prior(cost=2), needs={1: Need.BEGINS_WITH})
def take(count: int, xs: tuple) -> tuple:
    """The first ``count`` elements, or all there are; none where ``count`` is negative."""
    return xs[: max(count, 0)]


@word("drop", "int -> list(a) -> list(a)", prior=Prior(cost=2), needs={1: Need.ENDS_WITH})
def drop(count: int, xs: tuple) -> tuple:
    """All but the first ``count`` elements; all where ``count`` is negative."""
    return xs[max(count, 0) :]


@word("slice", "int -> int -> list(a) -> list(a)", prior=Prior(cost=3), needs={2: Need.HOLDS_IN_ORDER})
def slice_list(start: int, stop: int, xs: tuple) -> tuple:
    """The elements at positions ``start`` to ``stop`` - 1, those that there are; a negative bound is 0."""
    return xs[max(start, 0) : max(stop, 0)]


@word("take_nth", "int -> list(a) -> list(a)")
def take_nth(step: int, xs: tuple) -> tuple:
    """Every ``step``-th element, the first included; undefined for a step below 1."""
    if step < 1:
        raise Undefined(f"a step of {step}")
    return xs[::step]


@word("reverse", "list(a) -> list(a)", prior=Prior(cost=2))
def reverse(xs: tuple) -> tuple:
    """The elements from the last to the first."""
    return xs[::-1]


@word(
    "map", "(a -> b) -> list(a) -> list(b)", prior=Prior(cost=2, weight=1.0, in_nets=1.5), needs={1: Need.SAME_LENGTH}
)
def map_list(f: Callable, xs: tuple) -> tuple:
    """``f`` of every element."""
    return tuple(map(f, xs))


@word("mapi", "(int -> a -> b) -> list(a) -> list(b)", prior=Prior(cost=3), needs={1: Need.SAME_LENGTH})
def map_indexed(f: Callable, xs: tuple) -> tuple:
    """``f i x`` of every element x and its position i."""
    return tuple(f(i)(x) for i, x in enumerate(xs))


@word("filter", "(a -> bool) -> list(a) -> list(a)", prior=Prior(cost=2, weight=1.0), needs={1: Need.HOLDS_IN_ORDER})
def filter_list(f: Callable, xs: tuple) -> tuple:
    """The elements for which ``f`` holds, in order."""
    return tuple(filter(f, xs))


@word("fold", "(b -> a -> b) -> b -> list(a) -> b", prior=Prior(cost=2, weight=1.0, in_nets=2.0))
def fold(f: Callable, start: Value, xs: tuple) -> Value:
    """``f (… (f (f start x0) x1) …) xn``: from the left."""
    for x in xs:
        start = f(start)(x)
    return start


@word("foldr", "(a -> b -> b) -> b -> list(a) -> b")
def fold_right(f: Callable, start: Value, xs: tuple) -> Value:
    """``f x0 (f x1 (… (f xn start)))``: from the right."""
    for x in reversed(xs):
        start = f(x)(start)
    return start


@word("scan", "(b -> a -> b) -> b -> list(a) -> list(b)", prior=Prior(cost=5))
def scan(f: Callable, start: Value, xs: tuple) -> tuple:
    """``start`` and all intermediate results of ``fold``: one element more than the list."""
    check_size(len(xs) + 1)
    results = [start]
    for x in xs:
        start = f(start)(x)
        results.append(start)
    return tuple(results)


@word("scan1", "(a -> a -> a) -> list(a) -> list(a)", prior=Prior(cost=3), needs={1: Need.SAME_FIRST})
def scan_from_first(f: Callable, xs: tuple) -> tuple:
    """The first element and then, for every further one, ``f`` of the last result and the element: as long as the list."""
    results = list(xs[:1])
    for x in xs[1:]:
        results.append(f(results[-1])(x))
    return tuple(results)


@word("unfold", "(b -> option(pair(a, b))) -> b -> list(a)", prior=Prior(cost=5), unbounded=True)
def unfold(f: Callable, state: Value) -> tuple:
    """The elements that ``f`` gives, each with the next state, until it gives none."""
    results: list = []
    step = f(state)
    while step is not None:
        check_size(len(results) + 1)
        element, state = step.value
        results.append(element)
        step = f(state)
    return tuple(results)


@word("zip", "list(a) -> list(b) -> list(pair(a, b))")
def zip_lists(xs: tuple, ys: tuple) -> tuple:
    """Pairs of the elements at equal positions, as many as the shorter list has."""
    return tuple(zip(xs, ys))


@word(
    "zipwith",
    "(a -> b -> c) -> list(a) -> list(b) -> list(c)",
    prior=Prior(cost=3),
    needs={1: Need.NO_SHORTER, 2: Need.NO_SHORTER},
)
def zip_with(f: Callable, xs: tuple, ys: tuple) -> tuple:
    """``f x y`` of the elements at equal positions, as many as the shorter list has."""
    return tuple(f(x)(y) for x, y in zip(xs, ys))


@word("unzip", "list(pair(a, b)) -> pair(list(a), list(b))", prior=Prior(cost=5))
def unzip(pairs: tuple) -> tuple:
    """The list of the first parts and the list of the second parts."""
    return tuple(x for x, _ in pairs), tuple(y for _, y in pairs)


@word("enumerate", "list(a) -> list(pair(int, a))")
def enumerate_list(xs: tuple) -> tuple:
    """Every element with its position before it."""
    return tuple(enumerate(xs))


@word("sum", "Num a => list(a) -> a", prior=Prior(cost=2))
def total(xs: tuple) -> Value:
    """The sum of the elements from the left; 0 for the empty list."""
    if {int}.issuperset(map(type, xs)) and sum(map(abs, xs)) <= MAX_INT:
        return sum(xs)
    value: Value = 0
    for x in xs:
        value = value + x
        if isinstance(value, int):
            check_int(value)
    return value


@word("product", "Num a => list(a) -> a")
def product(xs: tuple) -> Value:
    """The product of the elements from the left; 1 for the empty list."""
    value: Value = 1
    for x in xs:
        value = value * x
        if isinstance(value, int):
            check_int(value)
    return value


@word("maximum", "Ord a => list(a) -> a", prior=Prior(cost=3))
def maximum(xs: tuple) -> Value:
    """The largest element, the first of equal ones; undefined for the empty list and for NaN."""
    if not xs:
        raise Undefined("maximum of an empty list")
    return xs[max(range(len(xs)), key=ordered(xs).__getitem__)]


@word("minimum", "Ord a => list(a) -> a", prior=Prior(cost=3))
def minimum(xs: tuple) -> Value:
    """The smallest element, the first of equal ones; undefined for the empty list and for NaN."""
    if not xs:
        raise Undefined("minimum of an empty list")
    return xs[min(range(len(xs)), key=ordered(xs).__getitem__)]


@word("count", "(a -> bool) -> list(a) -> int", prior=Prior(cost=2), needs={1: Need.AS_MANY})
def count(f: Callable, xs: tuple) -> int:
    """How many elements ``f`` holds for."""
    return sum(1 for x in xs if f(x))


@word("any", "(a -> bool) -> list(a) -> bool", prior=Prior(cost=3))
def any_holds(f: Callable, xs: tuple) -> bool:
    """Whether ``f`` holds for an element; those after the first such are not looked at."""
    return any(map(f, xs))


@word("all", "(a -> bool) -> list(a) -> bool", prior=Prior(cost=3))
def all_hold(f: Callable, xs: tuple) -> bool:
    """Whether ``f`` holds for every element; those after the first exception are not looked at."""
    return all(map(f, xs))


@word("find", "(a -> bool) -> list(a) -> option(a)")
def find(f: Callable, xs: tuple) -> Some | None:
    """The first element for which ``f`` holds, if any."""
    for x in xs:
        if f(x):
            return Some(x)
    return None


@word("contains", "Eq a => a -> list(a) -> bool", prior=Prior(cost=3))
def contains(x: Value, xs: tuple) -> bool:
    """Whether an element equals ``x``."""
    return any(same(element, x) for element in xs)


@word("unique", "Eq a => list(a) -> list(a)", prior=Prior(cost=3))
def unique(xs: tuple) -> tuple:
    """The distinct elements in order of first occurrence; a NaN equals none before it."""
    seen = set()
    kept = []
    for x in xs:
        if has_nan(x):
            kept.append(x)
        elif x not in seen:
            seen.add(x)
            kept.append(x)
    return tuple(kept)


@word("group", "Eq a => list(a) -> list(list(a))")
def group(xs: tuple) -> tuple:
    """The list cut into runs of equal neighbours."""
    runs: list[list] = []
    for x in xs:
        if runs and same(runs[-1][-1], x):
            runs[-1].append(x)
        else:
            runs.append([x])
    return tuple(map(tuple, runs))


@word("group_by", "Eq b => (a -> b) -> list(a) -> list(pair(b, list(a)))", prior=Prior(cost=5))
def group_by(f: Callable, xs: tuple) -> tuple:
    """The elements with equal ``f`` together, each group after its ``f``, in order of first occurrence; undefined for
    NaN."""
    groups: dict[Value, list] = {}
    for x in xs:
        groups.setdefault(check_key(f(x)), []).append(x)
    return tuple((key, tuple(members)) for key, members in groups.items())
