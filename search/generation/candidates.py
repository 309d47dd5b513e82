"""Proposals that have not been made before: what random, genetic and Bayesian search share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b

from primitives.term import Term, show_canonical

from . import sites
from .choosing import Chooser, DeadEnd
from .grammar import Grammar
from .marks import Marks
from .spaces.filling import Filler


class Seen:
    """Fingerprints (64 bits) of the latest terms proposed: the last ``most`` at least, and never more than twice as many, so that a
    long search does not fill the memory (at most 32 bytes each)."""

    def __init__(self, terms: Iterable[Term] = (), most: int = 500_000) -> None:
        self.most = most
        self._known = Marks()
        self._before = Marks()
        for term in terms:
            self.add(term)

    def add(self, term: Term) -> bool:
        """Whether a term is new; it is noted.

        term: with numbered sites.
        """
        mark = int.from_bytes(blake2b(show_canonical(term).encode(), digest_size=8).digest(), "little") or 1
        if mark in self._before or mark in self._known:
            return False
        if len(self._known) >= self.most:
            self._before, self._known = self._known, Marks()
        self._known.add(mark)
        return True

    def __len__(self) -> int:
        return len(self._known) + len(self._before)


def fresh(make: Callable[[], Term], seen: Seen, attempts: int) -> Term | None:
    """The first new term, noted as seen; None if there is none.

    make: gives a term, or raises DeadEnd.
    seen: the terms that are not new.
    attempts: how often ``make`` is asked, at most.
    """
    for _ in range(attempts):
        try:
            term = make()
        except DeadEnd:
            continue
        if seen.add(term):
            return term
    return None


def sample(grammar: Grammar, chooser: Chooser, attempts: int = 30) -> Term:
    """A random program of the grammar's problem with its sites numbered, one of its space where it has one.

    grammar: of the problem.
    chooser: makes the choices, such as the draws of an ask.
    attempts: how many draws are made (default: 30).

    Raises DeadEnd where no term of the problem's size is found.
    """
    if grammar.problem.space is not None:
        return Filler(grammar).sample(chooser, attempts)
    return sites.number(grammar.sample(grammar.problem.type, chooser, attempts=attempts))[0]
