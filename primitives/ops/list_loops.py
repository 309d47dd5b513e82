"""Lists: words that apply a function along them, or pair them up, element by element."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from ..declarations import Need, Role
from ..primitive import Prior
from ..values import Value, check_size
from ..words import word


@word(
    "map",
    "(a -> b) -> list(a) -> list(b)",
    example="(map (lambda (x) (* x x)) [1 2 3])",
    prior=Prior(cost=2, weight=1.0, in_nets=1.5),
    needs={1: Need.SAME_LENGTH},
    role=Role.MAP,
)
def map_list(f: Callable, xs: tuple) -> tuple:
    """``f`` of every element."""
    return tuple(map(f, xs))


@word(
    "mapi",
    "(int -> a -> b) -> list(a) -> list(b)",
    example="(mapi (lambda (i x) (* i x)) [5 6 7])",
    prior=Prior(cost=3),
    needs={1: Need.SAME_LENGTH},
    role=Role.MAP_INDEXED,
)
def map_indexed(f: Callable, xs: tuple) -> tuple:
    """``f i x`` of every element x and its position i."""
    return tuple(f(i)(x) for i, x in enumerate(xs))


@word(
    "filter",
    "(a -> bool) -> list(a) -> list(a)",
    example="(filter (lambda (x) (> x 2)) [1 2 3 4])",
    prior=Prior(cost=2, weight=1.0),
    needs={1: Need.HOLDS_IN_ORDER},
    role=Role.FILTER,
)
def filter_list(f: Callable, xs: tuple) -> tuple:
    """The elements for which ``f`` holds, in order."""
    return tuple(filter(f, xs))


@word(
    "fold",
    "(b -> a -> b) -> b -> list(a) -> b",
    example="(fold - 10 [1 2 3])",
    prior=Prior(cost=2, weight=1.0, in_nets=2.0),
    role=Role.FOLD,
)
def fold(f: Callable, start: Value, xs: tuple) -> Value:
    """``f (… (f (f start x0) x1) …) xn``: from the left."""
    for x in xs:
        start = f(start)(x)
    return start


@word("foldr", "(a -> b -> b) -> b -> list(a) -> b", example="(foldr - 10 [1 2 3])", role=Role.FOLD_RIGHT)
def fold_right(f: Callable, start: Value, xs: tuple) -> Value:
    """``f x0 (f x1 (… (f xn start)))``: from the right."""
    for x in reversed(xs):
        start = f(x)(start)
    return start


@word(
    "scan",
    "(b -> a -> b) -> b -> list(a) -> list(b)",
    example="(scan + 0 [1 2 3])",
    prior=Prior(cost=5),
    role=Role.STATES,
)
def scan(f: Callable, start: Value, xs: tuple) -> tuple:
    """``start`` and all intermediate results of ``fold``: one element more than the list."""
    check_size(len(xs) + 1)
    results = [start]
    for x in xs:
        start = f(start)(x)
        results.append(start)
    return tuple(results)


@word(
    "scan1",
    "(a -> a -> a) -> list(a) -> list(a)",
    example="(scan1 max [3 1 4 1 5])",
    prior=Prior(cost=3),
    needs={1: Need.SAME_FIRST},
    role=Role.RUNNING,
)
def scan_from_first(f: Callable, xs: tuple) -> tuple:
    """The first element and then, for every further one, ``f`` of the last result and the element: as long as the list."""
    results = list(xs[:1])
    for x in xs[1:]:
        results.append(f(results[-1])(x))
    return tuple(results)


@word(
    "unfold",
    "(b -> option(pair(a, b))) -> b -> list(a)",
    example="(unfold (lambda (n) (if (> n 3) none (some (pair (* n n) (+ n 1))))) 0)",
    prior=Prior(cost=5),
    unbounded=True,
)
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


@word("zip", "list(a) -> list(b) -> list(pair(a, b))", example='(zip [1 2 3] ["a" "b"])', role=Role.TOGETHER)
def zip_lists(xs: tuple, ys: tuple) -> tuple:
    """Pairs of the elements at equal positions, as many as the shorter list has."""
    return tuple(zip(xs, ys))


@word(
    "zipwith",
    "(a -> b -> c) -> list(a) -> list(b) -> list(c)",
    example="(zipwith * [1 2 3] [4 5 6])",
    prior=Prior(cost=3),
    needs={1: Need.NO_SHORTER, 2: Need.NO_SHORTER},
)
def zip_with(f: Callable, xs: tuple, ys: tuple) -> tuple:
    """``f x y`` of the elements at equal positions, as many as the shorter list has."""
    return tuple(f(x)(y) for x, y in zip(xs, ys))


@word(
    "unzip", "list(pair(a, b)) -> pair(list(a), list(b))", example='(unzip (zip [1 2] ["a" "b"]))', prior=Prior(cost=5)
)
def unzip(pairs: tuple) -> tuple:
    """The list of the first parts and the list of the second parts."""
    return tuple(x for x, _ in pairs), tuple(y for _, y in pairs)


@word("enumerate", "list(a) -> list(pair(int, a))", example='(enumerate ["a" "b"])', role=Role.NUMBERED)
def enumerate_list(xs: tuple) -> tuple:
    """Every element with its position before it."""
    return tuple(enumerate(xs))


@word(
    "positions",
    "(a -> bool) -> list(a) -> list(int)",
    example="(positions (lambda (x) (> x 2)) [1 4 0 3])",
    prior=Prior(cost=5),
)
def positions(f: Callable, xs: tuple) -> tuple:
    """The positions, from 0, of the elements for which ``f`` holds."""
    return tuple(i for i, x in enumerate(xs) if f(x))


@word(
    "take_while",
    "(a -> bool) -> list(a) -> list(a)",
    example="(take_while (lambda (x) (< x 3)) [1 2 3 1])",
    prior=Prior(cost=5),
    needs={1: Need.BEGINS_WITH},
)
def take_while(f: Callable, xs: tuple) -> tuple:
    """The elements before the first for which ``f`` does not hold."""
    return tuple(itertools.takewhile(f, xs))


@word(
    "drop_while",
    "(a -> bool) -> list(a) -> list(a)",
    example="(drop_while (lambda (x) (< x 3)) [1 2 3 1])",
    prior=Prior(cost=5),
    needs={1: Need.ENDS_WITH},
)
def drop_while(f: Callable, xs: tuple) -> tuple:
    """The elements from the first on for which ``f`` does not hold."""
    return tuple(itertools.dropwhile(f, xs))
