"""Typed crossover: a subterm of one program put into another where its type fits and its variables have a meaning.

Nets are matched by kind (the number of axes), for shapes downstream follow by inference; inference accepts or refuses the child. Sites of
the part that was copied get names of their own and start from the donor's weights; a shared site stays shared within the copy.
"""

from __future__ import annotations

import functools

from primitives.binding import free_variables, map_variables
from primitives.term import Lambda, Term, Variable
from primitives.types import Type, has_tensor

from ..generation.choosing import DeadEnd
from ..generation.nets.kinds import kind_of
from ..generation.positions import REMEMBERED, Annotated, Position, replace_at
from ..randomness import Draws
from .editor import Editor, Variant, copy_sites
from .spaces import exchange

EXCHANGES = 0.6
"""How often children of two programs of a space have a whole free part of the father."""


class Recombiner:
    """Makes children of two programs."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self._parts = functools.lru_cache(maxsize=REMEMBERED)(self._found_parts)

    def cross(self, mother: Term, father: Term, draws: Draws, attempts: int = 12) -> Variant:
        """The mother with one subterm from the father; origins are (0, site) of the mother and (1, site) of the father.

        mother: a program of the problem.
        father: another.
        draws: where the randomness comes from.
        attempts: pairs of places that are tried (default: 12).

        Raises DeadEnd if no fitting pair gives a new program.
        """
        receiver, donor = self.editor.annotate(mother), self.editor.annotate(father)
        gifts: dict[Type, list[Position]] = {}
        for kind, part in self._parts(donor):
            gifts.setdefault(kind, []).append(part)
        places = [place for kind, place in self._parts(receiver) if kind in gifts]
        space = self.editor.problem.space
        for _ in range(attempts if places or space is not None else 0):
            copied: dict[str, tuple[int, str]] = {}
            if space is not None and (not places or draws.random() < EXCHANGES):
                swapped = exchange(space, mother, father, draws, copied)
                child = self.editor.accept(swapped, "exchange", copied)
                if child is not None and child.term not in (mother, father):
                    return child
                continue
            place = draws.choice(places)
            part = draws.choice(gifts[_key(place.type)])
            if part.term.size > self.editor.problem.max_size - mother.size + place.term.size:
                continue
            new = _moved(part, place, draws)
            if new is None or new == place.term:
                continue
            new = copy_sites(new, "~", 1, copied)
            child = self.editor.accept(replace_at(receiver.term, place.path, new), "crossover", copied)
            if child is not None and child.term != mother and child.term != father:
                return child
        raise DeadEnd("no part of one program fits into the other")

    def _found_parts(self, annotated: Annotated) -> list[tuple[Type, Position]]:
        """What may be exchanged, with what must be alike on both sides."""
        places = self.editor.places(annotated)
        return [(_key(place.type), place) for place in places if not isinstance(place.term, Variable | Lambda)]


def _key(type: Type) -> Type:
    return kind_of(type) if has_tensor(type) else type


def _moved(part: Position, place: Position, draws: Draws) -> Term | None:
    """The part with its free variables replaced by variables of the same type at the place; None if there is none for one of them."""
    chosen: dict[int, int] = {}
    for index in sorted(free_variables(part.term)):
        wanted = part.scope[-1 - index]
        same = [i for i, type in enumerate(reversed(place.scope)) if type == wanted]
        same = same or [
            i for i, type in enumerate(reversed(place.scope)) if has_tensor(type) and _key(type) == _key(wanted)
        ]
        if not same:
            return None
        kept = len(place.scope) - (len(part.scope) - index)
        chosen[index] = kept if kept in same else draws.choice(same)

    def rename(variable: Variable, level: int) -> Term:
        return Variable(chosen[variable.index - level] + level) if variable.index >= level else variable

    return map_variables(part.term, rename)
