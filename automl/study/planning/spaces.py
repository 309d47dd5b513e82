"""The space of a search: a program of the user's with free parts, which are all that the search fills."""

from __future__ import annotations

from dataclasses import replace

from library.vocabulary import Vocabulary
from primitives.term import names_in
from primitives.words import known_words
from search.bounds import UNBOUNDED
from search.generation.choosing import DeadEnd
from search.generation.grammar import Grammar
from search.generation.spaces.filling import Filler
from search.generation.spaces.matching import parts_of
from search.generation.spaces.reading import SpaceError, as_space
from search.problem import Problem
from search.randomness import Draws

from ...errors import StudyError
from .starts import ROOM, shortened

TRIES = 100
"""Fillings that are tried for the first program of a space."""
FIRST_DRAW = 1 << 42
"""The number of the draw that makes it: no ask has it."""


def in_space(text: str, problem: Problem, vocabulary: Vocabulary) -> Problem:
    """The problem whose programs are those of a space. Of the programs that it begins with those outside it are left out, and
    its parts have room for some words more.

    text: a program with free parts.
    problem: of the task.
    vocabulary: reads it.

    Raises StudyError, in one line, where the text is no such program, or no filling of it is a program of the problem's type.
    """
    name = f"space={shortened(text)!r}"
    try:
        space = as_space(vocabulary.read(text))
    except (SpaceError, ValueError) as error:
        raise StudyError(f"{name}: {error}") from None
    lacking = sorted(names_in(space) - problem.words.keys() - known_words().keys())
    if lacking:
        raise StudyError(f"{name}: word={lacking[0]!r} is none of those that the search may use; add it to --words")
    starts = tuple(start for start in problem.starts if parts_of(space, start) is not None)
    room = max(problem.max_size, space.size + ROOM)
    made = replace(problem, space=space, starts=starts, max_size=room)
    filler = Filler(Grammar(replace(made, bounds=UNBOUNDED)))
    try:
        filler.sample(Draws(problem.seed, FIRST_DRAW), TRIES)
    except DeadEnd:
        raise StudyError(
            f"{name}: no filling of {TRIES} that were tried is a program of type {problem.type}: {' '.join(filler.detail.split())}"
        ) from None
    return made
