"""Programs to begin with that use what the library's nets have learned, for tasks with few labelled pictures."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress

from library.vocabulary import Vocabulary
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Lambda, Term, Variable, apply, names_in
from primitives.types import TensorType, Type, arguments_of
from search.problem import Problem

from ...tasks.data import ProblemData
from ..reuse.retrieval import FeatureWord, TypeIndex, suited_words

logger = logging.getLogger(__name__)
KEPT = 4
"""Words of the library on which a small head is tried."""
TUNED = 1
"""Of these, so many are tuned beside."""
SHRUNK = ("penalty",)
"""The settings of a head that say how far it goes by few examples."""
PENALTIES = (1.0, 0.1, 10.0)
"""Those that are tried on the word that suits best; on the others the first alone."""


def library_starts(data: ProblemData, problem: Problem, vocabulary: Vocabulary) -> tuple[Term, ...]:
    """Programs of the task that read features of the library's nets, those first that are to be tried first; () where the task has many
    examples, or nothing in the library takes its inputs.

    data: of the task.
    problem: of its search, whose words they are made of.
    vocabulary: with the library's words.

    On each of the words that suit best (``suited_words``) stands a head that is fitted in closed form or by a logistic regression: a word
    with ``Prior.top``. The features are frozen; those that suit best are tuned too, below the fitted head.
    """
    heads = [word for word in problem.words.values() if word.prior.top is not None and word.fitted is not None]
    if not data.has_few_pictures or not heads:
        return ()
    index = TypeIndex(vocabulary)
    suited = [each.word for each in suited_words(index, data, KEPT) if each.word.name in problem.words]
    _, result = arguments_of(data.type)
    assert isinstance(result, TensorType)
    found: list[Term] = []
    for use, words in (("frozen", suited), ("tuned", suited[:TUNED])):
        for place, word in enumerate(words):
            for head in heads:
                penalties = PENALTIES if not place and use == "frozen" else PENALTIES[:1]
                found += [_headed(head, result, word, problem.words, use, penalty) for penalty in penalties]
    possible = [term for term in dict.fromkeys(found) if _is_program(term, data.type, problem)]
    return tuple(possible)


def plain_starts(data: ProblemData, problem: Problem) -> tuple[Term, ...]:
    """The heads of ``library_starts`` on the numbers of the picture itself: what can be had from few examples without a library.

    data: of the task.
    problem: of its search.
    """
    flatten = problem.words.get("flatten")
    heads = [word for word in problem.words.values() if word.prior.top is not None and word.fitted is not None]
    if not data.has_few_pictures or flatten is None:
        return ()
    _, result = arguments_of(data.type)
    assert isinstance(result, TensorType)
    found = [
        Lambda(apply(head.word({"units": result.shape[0]}, "1"), apply(flatten.word(), Variable(0)))) for head in heads
    ]
    return tuple(term for term in found if _is_program(term, data.type, problem))


def _headed(
    head: Primitive, result: TensorType, word: FeatureWord, words: Mapping[str, Primitive], use: str, penalty: float
) -> Term:
    settings: dict[str, object] = {"units": result.shape[0]}
    settings |= {setting.name: penalty for setting in head.settings if setting.name in SHRUNK}
    return Lambda(apply(head.word(settings, "1"), word.term(words, use, "2")))


def _is_program(term: Term, type: Type, problem: Problem) -> bool:
    if not names_in(term) <= problem.words.keys():
        return False
    with suppress(IllTyped):
        return not infer(term, problem.runnable, type).waiting
    return False
