"""How long a program takes for one case on this machine."""

from __future__ import annotations

import numpy as np

from library.records import Evaluation
from primitives.definitions import expand
from primitives.primitive import Primitive
from primitives.term import words_in

from ...errors import StudyError
from ...evaluation.latency import median_seconds
from ...evaluation.model import Model
from ...tasks.cases.parts import Part
from .programs import FoundPrograms


def latency(model: Model, part: Part) -> float:
    """Milliseconds from a case's inputs to the program's output: a median (``evaluation.latency.median_seconds``).

    model: the program with its weights.
    part: cases of its task; the first is taken. It must have one.
    """
    case = part.take(np.array([0]))
    return 1000.0 * median_seconds(lambda: model.outputs(case))


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
