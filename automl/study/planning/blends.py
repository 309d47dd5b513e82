"""Blends to begin with, for tasks from images to whole numbers, lists or classes: a net reads each image, a skeleton takes its answers."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress

import numpy as np

from library.vocabulary import Vocabulary
from primitives.declarations import Role
from primitives.inference import IllTyped, infer
from primitives.primitive import word_in_role
from primitives.term import Lambda, Term, apply, names_in
from primitives.types import INT
from search.generation.sites import number
from search.problem import Problem
from search.skeletons.growth import Skeleton, Skeletons
from search.skeletons.looking import LOOKED, SeenImages, gain_without_program, in_order
from search.skeletons.reading import ImageReading, reading_of
from search.skeletons.worlds import Given, Shape

from ...tasks.cases.parts import Part, RaggedArray
from ...tasks.data import ProblemData
from ..reuse.retrieval import TypeIndex
from .groups import image_groups
from .starts import ROOM, declared_readers

logger = logging.getLogger(__name__)
MOST = 40
"""Programs that a search begins with, at most."""
CASES = 2000
"""Train cases whose outputs are looked at."""
FROM_LIBRARY = 1
"""Nets of the library that are tried below each skeleton, frozen, before a new one is trained."""
OF_MAPS, LEAST_SECONDS = 3, 240.0
"""Skeletons over the maps of pictures that a search begins with, at most, and the seconds that it must have for them to be looked for: that
takes about six."""
MARGIN = 0.15
"""Nats a case by which such a skeleton must explain the classes better than each map does that speaks for itself: else a plain net does."""
LOOKS = 20
"""Skeletons over images that a net looks at for each program that is wanted; over maps, of which outputs alone say little, it is LOOKED."""
OWN_COST = 2
"""What the number of classes costs as a constant of a skeleton."""


def blend_starts(data: ProblemData, problem: Problem, vocabulary: Vocabulary, most: int = MOST) -> tuple[Term, ...]:
    """Blends that may give the outputs that were seen, the likeliest first; () where the inputs are no images, or several sizes of them.

    data: of the task; of its train part the outputs, the lengths of lists and some images are looked at.
    problem: of the search.
    vocabulary: with the library's nets.
    most: how many are wanted (default: MOST).

    The skeletons are enumerated by their types alone and told apart by what they make of answers that a net might give, before anything is
    trained (search/skeletons). Each has as many classes as explain the outputs, and a net that is declared for blends
    (``declared_readers``); where the library has a net for such images, features of it come first. Of classes of pictures with several
    maps only those come that explain them better than the maps do that speak for themselves.
    """
    reading = reading_of(problem.type)
    if reading is None:
        return ()
    seen = data.train.take(np.arange(min(CASES, len(data.train))))
    shapes = _shapes(seen, reading)
    outputs = [each if isinstance(each, tuple) else int(each) for each in seen.targets]
    constants = ((reading.classes, INT, OWN_COST),) if reading.classes else ()
    behind = iter(Skeletons(reading, shapes, outputs, problem.words, problem.weights, problem.seed, constants))
    images = SeenImages.of(shapes, _groups(seen, reading, problem.seed), outputs)
    found: Iterable[Skeleton] = in_order(
        behind, images, problem.words, problem.seed, LOOKED if reading.maps else LOOKS * most
    )
    if reading.maps:
        least = gain_without_program(images) + MARGIN
        found = [each for each in found if each.gain is not None and each.gain > least][:OF_MAPS]
    found = itertools.chain(found, () if reading.maps else behind)
    index = TypeIndex(vocabulary)
    every = (term for skeleton in found for term in _programs(skeleton, reading, problem, index))
    starts = tuple(itertools.islice(every, most))
    logger.info("%d blends to begin with", len(starts))
    return starts


def _shapes(part: Part, reading: ImageReading) -> list[Shape]:
    """How many images each case has, by input, or the number that the input is."""
    if reading.maps:
        return [(1 + np.asarray(part.inputs[0]).shape[1],)] * len(part)
    columns: list[list[int | Given]] = []
    for column, listed in zip(part.inputs, reading.inputs, strict=True):
        if listed is None:
            columns.append([Given(int(number)) for number in np.asarray(column)])
        else:
            columns.append((1 + column.lengths).tolist() if isinstance(column, RaggedArray) else [0] * len(part))
    return list(zip(*columns, strict=True))


def _groups(part: Part, reading: ImageReading, seed: int) -> list[np.ndarray]:
    """The groups of the images of each case, one after the other."""
    columns: list[RaggedArray] = []
    for column, listed in zip(part.inputs, reading.inputs, strict=True):
        if listed is None:
            continue
        if isinstance(column, RaggedArray):
            columns.append(column)
            continue
        each = np.asarray(column)
        maps = each.shape[1] if reading.maps else 1
        flat = each.reshape(-1, 1, *each.shape[2:]) if reading.maps else each
        columns.append(RaggedArray(flat, np.full(len(each), maps, np.int64)))
    groups = image_groups(np.concatenate([column.values for column in columns]), seed)
    ends = np.cumsum([0, *(len(column.values) for column in columns)])
    parts = [
        np.split(groups[start:end], np.cumsum(column.lengths)[:-1])
        for start, end, column in zip(ends[:-1], ends[1:], columns, strict=True)
    ]
    return [np.concatenate(case) for case in zip(*parts, strict=True)]


def _programs(skeleton: Skeleton, reading: ImageReading, problem: Problem, index: TypeIndex) -> Iterator[Term]:
    """The skeleton with each net that may read for it."""
    library = [*_library_readers(skeleton.classes, reading, problem, index)][:FROM_LIBRARY]
    for net in (*library, *declared_readers(reading.image, skeleton.classes, problem.words)[:1]):
        made = reading.program(skeleton.term, net, problem.words)
        term = None if made is None else number(made)[0]
        if term is not None and names_in(term) <= problem.words.keys() and _is_program(term, problem):
            yield term


def _library_readers(classes: int, reading: ImageReading, problem: Problem, index: TypeIndex) -> Iterator[Lambda]:
    """The library's nets for such images, frozen, with a layer of so many classes on them."""
    head = [
        word_in_role(problem.words, Role.AFFINE, classes, site="1"),
        *(word_in_role(problem.words, role) for role in (Role.LOG_CHANCES, Role.LIKELIEST)),
    ]
    for word in index.taking(reading.image):
        if word.name in problem.words and None not in head:
            term = word.term(problem.words, "frozen", "2")
            for each in head:
                term = term if each is None else apply(each, term)
            yield Lambda(term, "x")


def _is_program(term: Term, problem: Problem) -> bool:
    with suppress(IllTyped):
        return term.size <= problem.max_size + ROOM and not infer(term, problem.runnable, problem.type).waiting
    return False
