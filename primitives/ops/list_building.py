"""Lists: building and taking apart. Where a list is an argument it comes last, so stages of a pipe
read well."""

from __future__ import annotations

from ..declarations import Need, Role
from ..primitive import Prior
from ..values import Undefined, Value, check_size
from ..words import word


@word("empty", "list(a)", example="(length empty)", prior=Prior(cost=2, weight=-1.5), role=Role.NOTHING)
def empty() -> tuple:
    """The list without elements."""
    return ()


@word("singleton", "a -> list(a)", example="(singleton 5)", prior=Prior(cost=3))
def singleton(x: Value) -> tuple:
    """The list of one element."""
    return (x,)


@word(
    "cons",
    "a -> list(a) -> list(a)",
    example="(cons 1 [2 3])",
    prior=Prior(cost=2),
    needs={0: Need.FIRST, 1: Need.ALL_BUT_FIRST},
    role=Role.PREPEND,
)
def cons(x: Value, xs: tuple) -> tuple:
    """The list with ``x`` put before it."""
    check_size(len(xs) + 1)
    return (x, *xs)


@word(
    "append",
    "a -> list(a) -> list(a)",
    example="(append 3 [1 2])",
    prior=Prior(cost=2),
    needs={0: Need.LAST, 1: Need.ALL_BUT_LAST},
)
def append(x: Value, xs: tuple) -> tuple:
    """The list with ``x`` put after it."""
    check_size(len(xs) + 1)
    return (*xs, x)


@word(
    "concat",
    "list(a) -> list(a) -> list(a)",
    example="(concat [1 2] [3])",
    prior=Prior(cost=2),
    needs={0: Need.BEGINS, 1: Need.ENDS},
)
def concat(xs: tuple, ys: tuple) -> tuple:
    """The elements of the first list, then those of the second."""
    check_size(len(xs) + len(ys))
    return xs + ys


@word("flatten_list", "list(list(a)) -> list(a)", example="(flatten_list [[1 2] [3]])", role=Role.FLAT)
def flatten(lists: tuple) -> tuple:
    """The elements of all lists in one list."""
    check_size(sum(map(len, lists)))
    return tuple(x for xs in lists for x in xs)


@word("replicate", "int -> a -> list(a)", example="(replicate 3 7)", prior=Prior(cost=3))
def replicate(count: int, x: Value) -> tuple:
    """``x`` ``count`` times; the empty list where ``count`` is negative."""
    check_size(count)
    return (x,) * count


@word("range", "int -> list(int)", example="(range 4)", prior=Prior(cost=2), role=Role.COUNT_UP)
def range_list(stop: int) -> tuple:
    """0, 1, … ``stop`` - 1; empty where ``stop`` is not positive."""
    check_size(stop)
    return tuple(range(stop))


@word("range_from", "int -> int -> list(int)", example="(range_from 2 5)")
def range_from(start: int, stop: int) -> tuple:
    """``start``, ``start`` + 1, … ``stop`` - 1; empty where ``stop`` is not above ``start``."""
    check_size(stop - start)
    return tuple(range(start, stop))


@word("length", "list(a) -> int", example="(length [5 6 7])", prior=Prior(cost=2, weight=0.5), role=Role.SIZE)
def length(xs: tuple) -> int:
    """The number of elements."""
    return len(xs)


@word("is_empty", "list(a) -> bool", example="(is_empty [5])", prior=Prior(cost=3))
def is_empty(xs: tuple) -> bool:
    """Whether the list has no elements."""
    return not xs


@word("head", "list(a) -> a", example="(head [5 6 7])", prior=Prior(cost=2, weight=0.5, in_nets=-1.0), role=Role.FIRST)
def head(xs: tuple) -> Value:
    """The first element; undefined for the empty list."""
    if not xs:
        raise Undefined("head of an empty list")
    return xs[0]


@word("tail", "list(a) -> list(a)", example="(tail [5 6 7])", prior=Prior(cost=2))
def tail(xs: tuple) -> tuple:
    """All but the first element; undefined for the empty list."""
    if not xs:
        raise Undefined("tail of an empty list")
    return xs[1:]


@word("last", "list(a) -> a", example="(last [5 6 7])", prior=Prior(cost=3), role=Role.LAST)
def last(xs: tuple) -> Value:
    """The last element; undefined for the empty list."""
    if not xs:
        raise Undefined("last of an empty list")
    return xs[-1]


@word("init", "list(a) -> list(a)", example="(init [5 6 7])", prior=Prior(cost=3))
def init(xs: tuple) -> tuple:
    """All but the last element; undefined for the empty list."""
    if not xs:
        raise Undefined("init of an empty list")
    return xs[:-1]


@word(
    "index",
    "int -> list(a) -> a",
    example="(index 1 [5 6 7])",
    prior=Prior(cost=2),
    needs={1: Need.HOLDS},
    role=Role.ELEMENT,
)
def index(i: int, xs: tuple) -> Value:
    """The element at position ``i``, from 0; undefined outside the list."""
    if not 0 <= i < len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    return xs[i]


@word(
    "set",
    "int -> a -> list(a) -> list(a)",
    example="(set 1 0 [5 6 7])",
    prior=Prior(cost=3),
    needs={2: Need.SAME_LENGTH},
)
def set_at(i: int, x: Value, xs: tuple) -> tuple:
    """The list with ``x`` in place of the element at position ``i``; undefined outside the list."""
    if not 0 <= i < len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    return (*xs[:i], x, *xs[i + 1 :])


@word(
    "insert",
    "int -> a -> list(a) -> list(a)",
    example="(insert 1 0 [5 6 7])",
    prior=Prior(cost=3),
    needs={2: Need.ONE_SHORTER},
)
def insert(i: int, x: Value, xs: tuple) -> tuple:
    """The list with ``x`` put before position ``i``, which may be the length; undefined outside that."""
    if not 0 <= i <= len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    check_size(len(xs) + 1)
    return (*xs[:i], x, *xs[i:])


@word(
    "delete", "int -> list(a) -> list(a)", example="(delete 1 [5 6 7])", prior=Prior(cost=3), needs={1: Need.ONE_LONGER}
)
def delete(i: int, xs: tuple) -> tuple:
    """The list without the element at position ``i``; undefined outside the list."""
    if not 0 <= i < len(xs):
        raise Undefined(f"index {i} of a list of {len(xs)}")
    return xs[:i] + xs[i + 1 :]


@word(
    "take",
    "int -> list(a) -> list(a)",
    example="(take 2 [5 6 7])",
    prior=Prior(cost=2),
    needs={1: Need.BEGINS_WITH},
    role=Role.BEGINNING,
)
def take(count: int, xs: tuple) -> tuple:
    """The first ``count`` elements, or all there are; none where ``count`` is negative."""
    return xs[: max(count, 0)]


@word(
    "drop",
    "int -> list(a) -> list(a)",
    example="(drop 2 [5 6 7])",
    prior=Prior(cost=2),
    needs={1: Need.ENDS_WITH},
    role=Role.REMAINING,
)
def drop(count: int, xs: tuple) -> tuple:
    """All but the first ``count`` elements; all where ``count`` is negative."""
    return xs[max(count, 0) :]


@word(
    "slice",
    "int -> int -> list(a) -> list(a)",
    example="(slice 1 3 [5 6 7 8])",
    prior=Prior(cost=3),
    needs={2: Need.HOLDS_IN_ORDER},
)
def slice_list(start: int, stop: int, xs: tuple) -> tuple:
    """The elements at positions ``start`` to ``stop`` - 1, those that there are; a negative bound is 0."""
    return xs[max(start, 0) : max(stop, 0)]


@word("take_nth", "int -> list(a) -> list(a)", example="(take_nth 2 [5 6 7 8])")
def take_nth(step: int, xs: tuple) -> tuple:
    """Every ``step``-th element, the first included; undefined for a step below 1."""
    if step < 1:
        raise Undefined(f"a step of {step}")
    return xs[::step]


@word("reverse", "list(a) -> list(a)", example="(reverse [5 6 7])", prior=Prior(cost=2))
def reverse(xs: tuple) -> tuple:
    """The elements from the last to the first."""
    return xs[::-1]


@word("range_by", "int -> int -> int -> list(int)", example="(range_by 1 10 3)", prior=Prior(cost=5))
def range_by(start: int, stop: int, step: int) -> tuple:
    """``start``, ``start`` + ``step``, … as long as it is below ``stop``, or above it where ``step`` is negative;
    undefined for a step of 0."""
    if step == 0:
        raise Undefined("a step of 0")
    check_size(len(range(start, stop, step)))
    return tuple(range(start, stop, step))


@word("chunks", "int -> list(a) -> list(list(a))", example="(chunks 2 [1 2 3 4 5])", prior=Prior(cost=5))
def chunks(size: int, xs: tuple) -> tuple:
    """The list cut into lists of ``size`` elements, the last of which may be shorter; undefined where ``size`` is not
    positive."""
    if size < 1:
        raise Undefined(f"pieces of {size} elements")
    return tuple(xs[i : i + size] for i in range(0, len(xs), size))


@word(
    "without",
    "Eq a => list(a) -> list(a) -> list(a)",
    example="(without [1 2 2 3] [2 3])",
    prior=Prior(cost=5),
    needs={0: Need.HOLDS_IN_ORDER},
)
def without(xs: tuple, others: tuple) -> tuple:
    """The first list without, for every element of the second, its first occurrence that is left."""
    left = list(xs)
    for x in others:
        if x in left:
            left.remove(x)
    return tuple(left)
