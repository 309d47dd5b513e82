"""How long a program takes for one case on this machine."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from library.records import Evaluation
from primitives.definitions import expand
from primitives.primitive import Primitive
from primitives.term import words_in

from ...errors import StudyError
from ...evaluation.model import Model
from ...tasks.cases.parts import Part
from .programs import FoundPrograms

WARM, MOST, SECONDS = 2, 30, 0.2
"""Passes that are not counted, passes that are at most, and the time after which no further one begins."""


def latency(model: Model, part: Part) -> float:
    """Milliseconds from a case's inputs to the program's output: the median of MOST passes of one case, or as many as SECONDS allow.

    model: the program with its weights.
    part: cases of its task; the first is taken. It must have one.
    """
    case = part.take(np.array([0]))
    for _ in range(WARM):
        model.outputs(case)
    taken: list[float] = []
    began = time.perf_counter()
    while len(taken) < MOST and (not taken or time.perf_counter() - began < SECONDS):
        started = time.perf_counter()
        model.outputs(case)
        taken.append(1000.0 * (time.perf_counter() - started))
    return median(taken)


def fresh_latency(found: FoundPrograms, part: Part, evaluation: Evaluation) -> float:
    """The same of the program of an evaluation with the weights of no training, on which a net's time does not depend.

    found: that the evaluation is of.
    part: cases of its task.
    evaluation: of which program.

    Raises StudyError where the program has fitted words, whose time depends on what they were fitted to.
    """
    words = found.vocabulary.all_words
    term = found.vocabulary.read(evaluation.term)
    for word in words_in(expand(term, words)):
        primitive = words[word.name]
        if isinstance(primitive, Primitive) and primitive.fitted is not None:
            raise StudyError(
                f"against='latency': the time of {word.name!r} depends on its fit, which is kept where the search has a library; "
                "give one, and use `automl runs front RUN --against latency`"
            )
    return latency(Model(term, found.type, found.vocabulary), part)
