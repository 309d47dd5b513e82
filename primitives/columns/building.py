"""Folds that only put elements before their state, in one go: ``(fold (lambda (ys x) (if p (cons a ys) ys)) start xs)`` and the like.

Step by step, such a fold makes a list for each of its states. Where no part but the last depends on the state, all elements can be computed
at once and the final list put together from them; reversing, keeping, appending are of this kind in every library that starts from folds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..binding import free_variables
from ..declarations import Role
from ..primitive import Primitive
from ..term import Lambda, Term, Variable, Word, spine
from ..types import Type
from .hashing import Array, flat_ranges, ranges
from .pools import FAIL, Values

FOLDS: dict[Role | None, bool] = {Role.FOLD: False, Role.FOLD_RIGHT: True}
"""Whether a word goes through its list from the right."""


@dataclass(frozen=True)
class Put:
    """``item`` before what ``rest`` gives; both None: the state itself."""

    item: Term | None = None
    rest: Put | Branch | None = None


@dataclass(frozen=True)
class Branch:
    """One of two, by a condition."""

    condition: Term
    yes: Put | Branch
    no: Put | Branch


Body = Put | Branch
Evaluate = Callable[[Term, Array], Array]
"""The values of a part of the body at some of the elements."""


def body_of(word: Primitive, given: list[Term], words: Mapping[str, Primitive]) -> Body | None:
    """What a fold puts before its state at each element; None where it is no fold or does more."""
    if word.role not in FOLDS or len(given) != 3:
        return None
    outer = given[0]
    if not isinstance(outer, Lambda) or not isinstance(outer.body, Lambda):
        return None
    return _body(outer.body.body, 0 if FOLDS[word.role] else 1, words)


def _body(term: Term, state: int, words: Mapping[str, Primitive]) -> Body | None:
    if term == Variable(state):
        return Put()
    head, given = spine(term)
    if not isinstance(head, Word) or head.name not in words or not given or state in free_variables(given[0]):
        return None
    role = words[head.name].role
    if role is Role.PREPEND and len(given) == 2:
        rest = _body(given[1], state, words)
        return None if rest is None else Put(given[0], rest)
    if role is Role.CHOICE and len(given) == 3:
        yes, no = _body(given[1], state, words), _body(given[2], state, words)
        return None if yes is None or no is None else Branch(given[0], yes, no)
    return None


def parts(body: Body) -> tuple[list[Term], list[Term]]:
    """The elements that it puts, and its conditions."""
    if isinstance(body, Branch):
        (yes, tests), (no, more) = parts(body.yes), parts(body.no)
        return yes + no, [body.condition, *tests, *more]
    if body.item is None or body.rest is None:
        return [], []
    items, tests = parts(body.rest)
    return [body.item, *items], tests


def built(
    values: Values, type: Type, body: Body, right: bool, start: Array, lengths: Array, evaluate: Evaluate
) -> Array:
    """Lists of ``type``, one a row: those of ``start`` with all elements before them that ``body`` puts; a row has ``lengths`` elements to
    go through. A row fails where any part of it fails."""
    pool = values.sequences(type)
    rows = np.repeat(np.arange(len(start)), lengths)
    failed = lengths > values.steps
    at, depths, items = _put(body, rows, failed, evaluate)
    order = np.lexsort((depths, at if right else -at, rows[at]))
    before, after = np.bincount(rows[at], minlength=len(start)), pool.lengths[start]
    failed |= before + after > values.limit
    good = np.flatnonzero(~failed)
    a, b = before[good], after[good]
    data = np.empty(int((a + b).sum()), np.int64)
    begins = np.cumsum(a + b) - a - b
    data[flat_ranges(begins, a)] = items[order][~failed[rows[at[order]]]]
    data[flat_ranges(begins + a, b)] = ranges(pool.data, pool.offsets[start[good]], b)
    result = np.full(len(start), FAIL, np.int64)
    result[good] = pool.intern(data, a + b)
    return result


def _put(body: Body, rows: Array, failed: Array, evaluate: Evaluate) -> tuple[Array, Array, Array]:
    """What the body puts: at which of the elements, how deep in the body, and what. Marks the rows that ``failed``."""
    found: list[tuple[Array, int, Array]] = []
    waiting: list[tuple[Body, Array, int]] = [(body, np.arange(len(rows)), 0)]
    # A stack and no function that calls itself: such a function would keep all these arrays until the garbage collector comes.
    while waiting:
        part, at, depth = waiting.pop()
        if len(at) == 0:
            continue
        if isinstance(part, Branch):
            holds = evaluate(part.condition, at)
            failed[rows[at[holds == FAIL]]] = True
            waiting += [(part.yes, at[holds == 1], depth), (part.no, at[holds == 0], depth)]
        elif part.item is not None and part.rest is not None:
            items = evaluate(part.item, at)
            failed[rows[at[items == FAIL]]] = True
            found.append((at, depth, items))
            waiting.append((part.rest, at, depth + 1))
    if not found:
        nothing = np.empty(0, np.int64)
        return nothing, nothing, nothing
    depths = np.repeat([each[1] for each in found], [len(each[0]) for each in found])
    return np.concatenate([each[0] for each in found]), depths, np.concatenate([each[2] for each in found])
