"""Proposals that have not been made before: what random, genetic and Bayesian search share."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from primitives.syntax import show_canonical
from primitives.term import Term

from . import sites
from .choosing import Chooser, DeadEnd
from .grammar import Grammar


class Seen:
    """Fingerprints (64 bits) of the terms proposed so far."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def add(self, term: Term) -> bool:
        """Note a term with numbered sites; whether it is new."""
        mark = blake2b(show_canonical(term).encode(), digest_size=8).digest()
        if mark in self._known:
            return False
        self._known.add(mark)
        return True

    def __len__(self) -> int:
        return len(self._known)


def fresh(make: Callable[[], Term], seen: Seen, attempts: int) -> Term | None:
    """The first new term of up to ``attempts`` that ``make`` gives (it may raise DeadEnd), noted as seen; None if there is none."""
    for _ in range(attempts):
        try:
            term = make()
        except DeadEnd:
            continue
        if seen.add(term):
            return term
    return None


def sample(grammar: Grammar, chooser: Chooser) -> Term:
    """A random program of the grammar's problem with its sites numbered."""
    return sites.number(grammar.sample(grammar.problem.type, chooser))[0]
