"""Blends to begin with, for tasks from images to whole numbers or lists: a net reads each image, a skeleton takes its answers."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from library.vocabulary import Vocabulary
from primitives.inference import IllTyped, infer
from primitives.term import Lambda, Term, Word, apply, names_in
from search.generation.sites import number
from search.problem import Problem
from search.skeletons.growth import Skeleton, Skeletons
from search.skeletons.reading import ImageReading, reading_of

from ...tasks.cases.parts import RaggedArray
from ...tasks.data import ProblemData
from ..reuse.retrieval import TypeIndex
from .starts import ROOM, declared_readers

logger = logging.getLogger(__name__)
MOST = 40
"""Programs that a search begins with, at most."""
CASES = 2000
"""Train cases whose outputs are looked at."""
FROM_LIBRARY = 1
"""Nets of the library that are tried below each skeleton, frozen, before a new one is trained."""
HEAD = ("dense", "log_softmax", "argmax")


def blend_starts(data: ProblemData, problem: Problem, vocabulary: Vocabulary, most: int = MOST) -> tuple[Term, ...]:
    """Blends that may give the outputs that were seen, the likeliest first; () where the inputs are no images, or several sizes of them.

    data: of the task; of its train part the outputs and the lengths of lists are looked at.
    problem: of the search.
    vocabulary: with the library's nets.
    most: how many are wanted (default: MOST).

    The skeletons are enumerated by their types alone and told apart by what they make of answers that a net might give, before anything is
    trained (search/skeletons). Each has as many classes as explain the outputs, and a net that is declared for blends
    (``declared_readers``); where the library has a net for such images, features of it come first.
    """
    reading = reading_of(problem.type)
    if reading is None:
        return ()
    cases = data.train.take(np.arange(min(CASES, len(data.train))))
    columns = [
        1 + column.lengths if isinstance(column, RaggedArray) else np.zeros(len(cases), np.int64)
        for column in cases.inputs
    ]
    shapes = [tuple(map(int, shape)) for shape in zip(*columns, strict=True)]
    outputs = [each if isinstance(each, tuple) else int(each) for each in cases.targets]
    skeletons = Skeletons(reading, shapes, outputs, problem.words, problem.weights, problem.seed)
    index = TypeIndex(vocabulary)
    every = (term for skeleton in skeletons for term in _programs(skeleton, reading, problem, index))
    found = tuple(itertools.islice(every, most))
    logger.info("%d blends to begin with", len(found))
    return found


def _programs(skeleton: Skeleton, reading: ImageReading, problem: Problem, index: TypeIndex) -> Iterator[Term]:
    """The skeleton with each net that may read for it."""
    library = [*_library_readers(skeleton.classes, reading, problem, index)][:FROM_LIBRARY]
    for net in (*library, *declared_readers(reading.image, skeleton.classes, problem.words)[:1]):
        term = number(reading.program(skeleton.term, net))[0]
        if names_in(term) <= problem.words.keys() and _is_program(term, problem):
            yield term


def _library_readers(classes: int, reading: ImageReading, problem: Problem, index: TypeIndex) -> Iterator[Term]:
    """The library's nets for such images, frozen, with a layer of so many classes on them."""
    if not all(name in problem.words for name in HEAD):
        return
    for word in index.taking(reading.image):
        if word.name in problem.words:
            term = word.term(problem.words, "frozen", "2")
            for name in HEAD:
                term = apply(Word(name, (("units", classes),), "1") if name == "dense" else Word(name), term)
            yield Lambda(term, "x")


def _is_program(term: Term, problem: Problem) -> bool:
    with suppress(IllTyped):
        return term.size <= problem.max_size + ROOM and not infer(term, problem.runnable, problem.type).waiting
    return False
