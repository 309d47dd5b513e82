"""Which words of a library a search is offered: so many at most, however many there are, by their types and by predicted use."""

from __future__ import annotations

import logging
from dataclasses import replace
from statistics import median

from library.vocabulary import Vocabulary
from primitives.definitions import Definition
from primitives.term import names_in
from primitives.types import BOOL, INT, Constructor, TensorType, Type, subtypes
from search.problem import Problem

logger = logging.getLogger(__name__)
MOST = 64
"""Words of a library that a search is offered, at most: each makes it wider."""
SOURCES = ("model", "grammar")
"""What earlier tasks taught of how likely words are, the most telling first."""
USUAL = frozenset(map(str, (INT, BOOL)))
"""Types that any program may come to."""


def offered(problem: Problem, vocabulary: Vocabulary, most: int = MOST) -> Problem:
    """The problem with so many words of the library: those that its space and the programs that it begins with name, then those whose types
    are strangest to it the last, of equals the likeliest by what earlier tasks taught, then those that were made last.

    problem: of a search, with what it begins with.
    vocabulary: of its words.
    most: how many (default: MOST).
    """
    learned = [name for name, word in problem.words.items() if isinstance(word, Definition)]
    if len(learned) <= most:
        return problem
    whole = (*problem.starts, *(() if problem.space is None else (problem.space,)))
    named = {name for term in whole for name in names_in(term)}
    known = _parts(problem.type)
    likely = next((problem.suggested[source] for source in SOURCES if source in problem.suggested), {})
    middle = median([likely[name] for name in learned if name in likely] or [0.0])
    created = {record.name: record.created for record in vocabulary.active}

    def order(name: str) -> tuple[bool, int, float, float, str]:
        strange = len(_parts(problem.words[name].scheme.type) - known - USUAL)
        return name not in named, strange, -likely.get(name, middle), -created.get(name, 0.0), name

    gone = set(sorted(learned, key=order)[most:])
    logger.info("of %d words of the library %d are offered", len(learned), most)
    words = {name: word for name, word in problem.words.items() if name not in gone}
    ranges = {key: setting for key, setting in problem.ranges.items() if key.rpartition(".")[0] in words}
    return replace(problem, words=words, ranges=ranges)


def _parts(type: Type) -> frozenset[str]:
    """The names of the types that a type is made of; of tensors their shapes."""
    return frozenset(
        str(part) if isinstance(part, TensorType) else part.name
        for part in subtypes(type)
        if isinstance(part, TensorType) or (isinstance(part, Constructor) and part.name != "->")
    )
