"""Words by their type: unified with the one that is asked for, arguments in any order, the nearest first (Mitchell's Hoogle)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from primitives.notation.types import parse_scheme
from primitives.types import Type, TypeVariable
from primitives.unify import Mismatch, Unifier

from .split_types import SplitType, TypePiece, Variable, has_function, split_scheme, split_type

MOST_ORDERED = 5
"""Of functions of more arguments no other order is tried."""
MOVED, BOUND, NARROWED = 3, 1, 2
"""What makes a word less near: arguments in another order, a variable of the word's type that stands for something, and one of the type
that was asked for."""


class TypedWord(NamedTuple):
    """A subroutine and the text of its type."""

    name: str
    digest: str
    type: str


class TypeMatch(NamedTuple):
    """A word that was found; ``distance`` is 0 where its type is the one that was asked for, but for names of variables."""

    word: TypedWord
    distance: int


def search_types(wanted: str, words: Iterable[TypedWord]) -> list[TypeMatch]:
    """The words whose types unify with a type, the nearest first, then shorter names.

    wanted: a scheme, as ``Ord a => list(a) -> a``. Found are words with as many arguments, in whatever order.
    words: to search among; those whose types cannot be read are passed over.

    Raises TypeSyntaxError for a text that is no type.
    """
    asked = split_scheme(parse_scheme(wanted))
    distances: dict[str, int | None] = {}
    alike = _Alike(asked)
    found = []
    for word in words:
        if word.type not in distances:
            distances[word.type] = _distance(asked, word.type, alike)
        distance = distances[word.type]
        if distance is not None:
            found.append(TypeMatch(word, distance))
    return sorted(found, key=lambda match: (match.distance, len(match.word.name), match.word.name))


def _fits(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _distance(asked: SplitType, text: str, alike: _Alike) -> int | None:
    """How far a type is from the one that is asked for, by the best order of its arguments; None where they do not unify."""
    arrows = text.count("->")
    if arrows < len(asked.arguments) or (arrows > len(asked.arguments) and not has_function(text)):
        return None
    known = split_type(text)
    if known is None or len(known.arguments) != len(asked.arguments) or not _fits(known.head, asked.head):
        return None
    if all(asked.free):
        still_open = {each for each in (*known.arguments, known.result) if isinstance(each, TypeVariable)}
        return NARROWED * (len(known.arguments) + 1 - len(still_open))
    return alike.distance(known)


def _nearer(*distances: int | None) -> int | None:
    return min((each for each in distances if each is not None), default=None)


class _Alike:
    """Distances from a type that is asked for. One holds for all types that differ in the names of their variables, and of plain types that
    are not in what is asked for; that of arguments in the best order for all that differ in their order too."""

    def __init__(self, asked: SplitType) -> None:
        self._asked = asked
        self._named = {name for piece in asked.pieces for name in piece.atoms}
        self._whole = not asked.constraints and all(piece.outline is not None for piece in asked.pieces)
        self._known: dict[object, int | None] = {}

    def distance(self, known: SplitType) -> int | None:
        """How far a type is from the one that is asked for; None where they do not unify."""
        if not self._whole or known.constraints or any(piece.outline is None for piece in known.pieces):
            return _nearer(self._tried(known, False), self._tried(known, True))
        key: object = self._named_anew(known.pieces)
        if key not in self._known:
            straight, turned = self._tried(known, False), None
            if straight is None or straight > MOVED:
                turned = self._turned(known)
            self._known[key] = _nearer(straight, turned)
        return self._known[key]

    def _tried(self, known: SplitType, turned: bool) -> int | None:
        return _Ordering(self._asked, known, turned).best if _enough(self._asked, known) else None

    def _turned(self, known: SplitType) -> int | None:
        *arguments, result = known.pieces
        often = Counter(atom for piece in known.pieces for atom in piece.atoms)
        said = {atom: (often[atom], result.atoms.count(atom)) for atom in often}
        arguments.sort(
            key=lambda piece: (
                str(piece.outline),
                [(atom if atom in self._named else "", *said[atom]) for atom in piece.atoms],
            )
        )
        key = ("turned", self._named_anew((*arguments, result)))
        if key not in self._known:
            self._known[key] = self._tried(known, True)
        return self._known[key]

    def _named_anew(self, pieces: Sequence[TypePiece]) -> tuple[object, ...]:
        """Outlines with their atoms, those that may have any name numbered as they come."""
        numbers: dict[str, int] = {}
        found: list[object] = []
        for piece in pieces:
            found.append(piece.outline)
            found += [atom if atom in self._named else numbers.setdefault(atom, len(numbers)) for atom in piece.atoms]
        return tuple(found)


def _enough(asked: SplitType, known: SplitType) -> bool:
    """Whether there are enough arguments of each outermost constructor, or that are variables, for those of the other; where not, no order
    unifies. A variable that stands for several arguments must find as many alike."""
    heads, open_heads = known.heads, known.heads.count(None)
    for variable in asked.several:
        alike = max(
            (heads.count(head) for head in heads if head and (variable != asked.result or _fits(head, known.head))),
            default=0,
        )
        if alike + open_heads < asked.arguments.count(variable):
            return False
    return all(
        other.count(head) + other.count(None) >= one.count(head)
        for one, other in ((asked.heads, heads), (heads, asked.heads))
        for head in one
        if head
    )


class _Ordering:
    """The ``best`` distance over the orders of a known type's arguments: as they are, or, ``turned``, an argument after the other is
    unified, and what can lead to no nearer one is left. Of orders that differ by arguments that may change places one is tried. What stands
    for a free variable need not be unified: it is counted."""

    def __init__(self, asked: SplitType, known: SplitType, turned: bool) -> None:
        self.best: int | None = None
        self._asked, self._known, self._unifier = asked, known, Unifier()
        self._constraints = {**asked.constraints, **known.constraints}
        self._unifier.classes = dict(self._constraints)
        self._bound = [place for place, free in enumerate(asked.free[:-1]) if not free]
        self._narrowed = tuple([
            each for each in asked.variables
            if not any(free and each == type for free, type in zip(asked.free, (*asked.arguments, asked.result), strict=True))
        ])  # fmt: skip
        if asked.free[-1] or self._unified(asked.result, known.result):
            if not turned:
                self._as_they_are()
            elif 1 < len(asked.arguments) <= MOST_ORDERED and self._bound:
                self._place(())

    def _as_they_are(self) -> None:
        if all(self._unified(self._asked.arguments[place], self._known.arguments[place]) for place in self._bound):
            self.best = self._so_far() + self._free_ones(set(self._bound))

    def _unified(self, one: Type, other: Type) -> bool:
        try:
            self._unifier.unify(one, other)
        except Mismatch:
            return False
        return True

    def _place(self, order: tuple[int, ...]) -> None:
        """Try every argument of the known type at the next place that is not free."""
        asked, known, unifier = self._asked, self._known, self._unifier
        if self.best is not None and MOVED + self._so_far() + self._to_come(order) >= self.best:
            return
        if len(order) == len(self._bound):
            distance = MOVED + self._so_far() + self._free_ones(set(order))
            self.best = distance if self.best is None else min(distance, self.best)
            return
        place, mark, classes = self._bound[len(order)], unifier.mark(), unifier.classes
        for index in range(len(known.arguments)):
            if index in order or not _fits(asked.heads[place], known.heads[index]) or not self._first(order, index):
                continue
            if self._constraints:  # they stay where what was bound is forgotten
                unifier.classes = dict(classes)
            if self._unified(asked.arguments[place], known.arguments[index]):
                self._place((*order, index))
            unifier.undo(mark)
        unifier.classes = classes

    def _so_far(self) -> int:
        """The distance by what the variables that are not free stand for now: more arguments never make it less."""
        narrowed, bound = _standing(self._unifier, self._narrowed), _standing(self._unifier, self._known.variables)
        return NARROWED * narrowed + BOUND * bound

    def _free_ones(self, placed: set[int]) -> int:
        """What the free variables add where all other arguments are placed: those of them that stand for something, or for the same."""
        asked, known, head = self._asked, self._known, self._unifier.head
        facing = [each for index, each in enumerate(known.arguments) if index not in placed]
        if asked.free[-1]:
            facing.append(known.result)
        heads = {
            found
            for each in self._narrowed
            if isinstance(each, TypeVariable)
            if isinstance(found := head(each), TypeVariable)
        }
        new = {found for each in facing if isinstance(found := head(each), TypeVariable)} - heads
        return NARROWED * (len(facing) - len(new))

    def _to_come(self, order: tuple[int, ...]) -> int:
        """What the others add at least: for each that is no variable and finds none but variables that stand nowhere else, one of these."""
        asked = [each for each in range(len(self._asked.arguments)) if each not in self._bound[: len(order)]]
        known = [each for each in range(len(self._known.arguments)) if each not in order]
        sides = ((NARROWED, self._asked, asked, self._known, known), (BOUND, self._known, known, self._asked, asked))
        return sum(
            weight
            * max(0, sum(other.heads[each] is not None for each in there) - sum(not one.lone[each] for each in here))
            for weight, one, here, other, there in sides
        )

    def _first(self, order: tuple[int, ...], index: int) -> bool:
        """Whether arguments that may change places are in their order with this one."""
        asked, known = self._asked.kinds, self._known.kinds
        return not any(
            asked[place] == asked[self._bound[len(order)]] and before > index
            for place, before in zip(self._bound, order, strict=False)
        ) and not any(known[each] == known[index] and each not in order for each in range(index))


def _standing(unifier: Unifier, variables: tuple[Variable, ...]) -> int:
    """How many variables stand for something that is no variable, or for the same as another of them."""
    if not variables:
        return 0
    types = [each for each in variables if isinstance(each, TypeVariable)]
    still_open = {head for each in types if isinstance(head := unifier.head(each), TypeVariable)}
    sizes = 0
    if len(types) < len(variables):
        sizes = sum(each in unifier.dimensions or each in unifier.shapes for each in variables)
    return len(types) - len(still_open) + sizes
