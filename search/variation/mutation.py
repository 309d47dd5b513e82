"""Typed mutation: small edits of a program that keep its type, its bounds and the order of its sites.

An operator looks at one place of an annotated parent and makes a candidate; inference accepts or refuses it, so every result is well-typed
and well-shaped. Words that stay keep their sites (and so their weights), copies get sites of their own that start from the originals'.
"""

from __future__ import annotations

import itertools

from primitives.term import Hole, Term, subterms
from primitives.types import has_tensor

from ..generation.choosing import DeadEnd
from ..generation.grammar import Grammar
from ..generation.positions import Annotated, Position
from ..randomness import Draws
from .editor import Editor, Variant
from .edits import OPERATORS
from .spaces import refill
from .stages import STAGE_OPERATORS

REFILLING = 8.0
"""The weight of the edit that chooses a free part of a space anew."""


class Mutator(Editor):
    """Applies operators, chosen by weight, until one gives a program that differs from the parent."""

    def __init__(self, grammar: Grammar) -> None:
        super().__init__(grammar)
        table = dict(OPERATORS)
        if has_tensor(self.problem.type):
            table |= STAGE_OPERATORS
        space = self.problem.space
        if space is not None:
            holes = any(isinstance(part, Hole) for part in subterms(space))
            table = {**(table if holes else {}), "refill": (refill, REFILLING)}
        self.operators = list(table.items())
        self.cumulative = list(itertools.accumulate(weight for _, weight in table.values()))

    def mutate(self, term: Term, draws: Draws, attempts: int = 20) -> Variant:
        """A variant of a program.

        term: a program of the problem.
        draws: where the randomness comes from.
        attempts: edits that are tried (default: 20).

        Raises DeadEnd after so many refused edits.
        """
        parent = self.annotate(term)
        for _ in range(attempts):
            name, (operator, _) = self.operators[draws.weighted(self.cumulative)]
            copied: dict[str, tuple[int, str]] = {}
            try:
                candidate = operator(self, parent, draws, copied)
            except DeadEnd:
                continue
            if candidate == term:
                continue
            variant = self.accept(candidate, name, copied)
            if variant is not None and variant.term != term:
                return variant
        raise DeadEnd(f"no edit of a term of size {term.size} was accepted in {attempts} tries")

    def spare(self, parent: Annotated, place: Position) -> int:
        """Largest size of what may stand at the place.

        parent: the program.
        place: one of its positions.
        """
        return self.problem.max_size - parent.term.size + place.term.size
