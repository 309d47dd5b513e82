"""Programs of a space: its settings and alternatives chosen, its holes filled by terms that are grown where they stand.

What stands in a hole is typed by what is around it. Shapes follow from what came before, so holes are filled in the order of evaluation,
and the type of each is inferred from the program with those before it filled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from primitives.binding import mentions
from primitives.inference import IllTyped, Inference, ShapeError, infer
from primitives.primitive import Setting
from primitives.term import (
    FreeSetting,
    Hole,
    OneOf,
    Term,
    Word,
    children,
    rebuild,
    show_canonical,
    subterms,
)  # fmt: skip

from ..choosing import Chooser, DeadEnd, Place
from ..nets.placing import NEW_SITE, Allowance
from ..positions import TypesOfParts, copied, replace_at
from ..sites import number, settled
from .growing import HoleGrower
from .scopes import HolePlace, holes

if TYPE_CHECKING:
    from ..grammar import Grammar

TRIES = 3
"""How often a hole is filled anew where what was grown does not fit."""


class Filler:
    """Fills the free parts of the space of a grammar's problem."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar, self.problem = grammar, grammar.problem
        assert self.problem.space is not None
        self.space: Term = self.problem.space
        self.detail = ""
        """Why the last filling was no program."""

    def sample(self, chooser: Chooser, attempts: int = 30) -> Term:
        """A program of the space, its sites numbered.

        chooser: makes the choices; each free part has the place at which it stands in the space.
        attempts: fillings that are tried (default: 30).

        Raises DeadEnd where none of them is a program of the problem within its bounds, OutOfTime after the grammar's deadline.
        """
        for attempt in range(attempts):
            start: Place = (-attempt,) if attempt else ()
            try:
                return self.filled(self.chosen(self.space, chooser, start), chooser, start)
            except (DeadEnd, ShapeError, IllTyped) as error:
                self.detail = str(error)
        raise DeadEnd(f"no filling of the space is a program: {self.detail}")

    def chosen(self, part: Term, chooser: Chooser, place: Place) -> Term:
        """A part of the space with an alternative for each choice and a value for each setting.

        part: of the space.
        chooser: makes the choices.
        place: where the part stands.
        """
        if isinstance(part, OneOf):
            labels = list(map(show_canonical, part.alternatives))
            index = chooser.pick(place, labels, range(1, len(labels) + 1))
            return self.chosen(part.alternatives[index], chooser, (*place, index))
        if isinstance(part, Word):
            settings = tuple(
                (
                    name,
                    chooser.value(place, part.name, self.setting(part, name, value))
                    if isinstance(value, FreeSetting)
                    else value,
                )
                for name, value in part.settings
            )
            return Word(part.name, settings, part.site)
        parts = children(part)
        return (
            rebuild(part, tuple(self.chosen(each, chooser, (*place, i)) for i, each in enumerate(parts)))
            if parts
            else part
        )

    def setting(self, word: Word, name: str, free: FreeSetting) -> Setting:
        """A free setting with the range that it has in the space.

        word: whose it is.
        name: of the setting.
        free: what it may be.
        """
        declared = next(each for each in self.problem.runnable[word.name].settings if each.name == name)
        if free.choices:
            return replace(declared, low=None, high=None, choices=free.choices)
        return replace(declared, low=free.low, high=free.high, log=free.log, choices=())

    def filled(self, term: Term, chooser: Chooser, place: Place) -> Term:
        """The program with all its holes filled, its sites numbered.

        term: without choices and free settings.
        chooser: makes the choices.
        place: before those of the holes.

        Raises DeadEnd, ShapeError or IllTyped.
        """
        term = number(self.with_holes_filled(term, chooser, place))[0]
        inference = infer(term, self.problem.runnable, self.problem.type)
        if term.size > self.problem.max_size or not settled(inference):
            raise DeadEnd("too large, or shapes are not known")
        if beyond := self.problem.excess(inference):
            raise DeadEnd(beyond)
        return term

    def with_holes_filled(self, term: Term, chooser: Chooser, place: Place) -> Term:
        """The term with all its holes filled by what types and shapes let stand there; sites of new words are placeholders.

        term: without choices and free settings.
        chooser: makes the choices.
        place: before those of the holes.

        Raises DeadEnd, ShapeError or IllTyped, and OutOfTime after the grammar's deadline.
        """
        self.grammar.deadline.check()
        found = self.next_hole(term)
        while found is not None:
            term, found = self._with_next(term, *found, chooser, place)
        return term

    def next_hole(self, term: Term) -> tuple[HolePlace, Inference] | None:
        """The hole that is evaluated first, with what is known of the term; None where there is none. Raises IllTyped.

        term: without choices and free settings.
        """
        if not any(isinstance(part, Hole) for part in subterms(term)):
            return None
        types, term = TypesOfParts(), copied(number(term)[0])
        inference = infer(term, self.problem.runnable, self.problem.type, types)
        return next(holes(term, types)), inference

    def _with_next(
        self, term: Term, hole: HolePlace, inference: Inference, chooser: Chooser, place: Place
    ) -> tuple[Term, tuple[HolePlace, Inference] | None]:
        """The term with its first hole filled, and the hole after it; what does not fit is grown anew."""
        count = sum(isinstance(part, Hole) for part in subterms(term))
        room = self.problem.max_size - term.size + 1
        for attempt in range(TRIES):
            at: Place = (*place, *hole.path, -1 - attempt)
            share = room if count == 1 else int(room * chooser.fraction((*at, -1)))
            try:
                new = self._grown(hole, inference, max(share, 1), chooser, at)
                whole = replace_at(term, hole.path, new)
                following = self.next_hole(whole)
                if following is None:
                    infer(number(whole)[0], self.problem.runnable, self.problem.type)
                return whole, following
            except (DeadEnd, ShapeError, IllTyped) as error:
                self.detail = str(error)
        raise DeadEnd(self.detail)

    def _grown(self, hole: HolePlace, inference: Inference, room: int, chooser: Chooser, place: Place) -> Term:
        bounds, words = self.problem.bounds, self.problem.runnable
        left = Allowance.of(self.problem)
        if bounds.parameters is not None or bounds.operations is not None:
            left = left.beside(inference, words)
        grower = HoleGrower(self.grammar, chooser, left)
        size = 1 + int(room * chooser.fraction((*place, -2)) ** 1.2)
        new = grower.grow(hole.type, hole.scope, min(max(size, grower.least(hole.type) + 1), max(room, 1)), place)
        if hole.bound and not mentions(new, 1):
            raise DeadEnd("what stands before it is not used")
        return new


def with_new_sites(part: Term, mark: str = NEW_SITE) -> Term:
    """A part of a space whose sites are those of new words; what is shared inside it stays shared.

    part: without choices and free settings.
    mark: behind the names of shared sites.
    """
    from primitives.term import map_words, words_in

    used = [word.site for word in words_in(part)]

    def renamed(word: Word) -> Term:
        if word.site is None or "@" in word.site:
            return word
        shared = used.count(word.site) > 1
        return Word(word.name, word.settings, f"{word.site}{mark}" if shared else NEW_SITE)

    return map_words(part, renamed)
