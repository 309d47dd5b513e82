"""Programs to begin with that use what the library's nets have learned, for tasks with few labelled pictures."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from library.vocabulary import Vocabulary
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Lambda, Literal, Term, Variable, apply, names_in
from primitives.types import FLOAT, TensorType, Type, arguments_of
from search.problem import Problem

from ...tasks.data import ProblemData
from ..reuse.retrieval import TypeIndex, suited_words

logger = logging.getLogger(__name__)
KEPT = 4
"""Words of the library on which a small head is tried."""
TUNED = 1
"""Of these, so many are tuned beside."""
SHRUNK = ("penalty",)
"""The settings of a head that say how far it goes by few examples."""
PENALTIES = (1.0, 0.1, 10.0)
"""Those that are tried on the word that suits best; on the others the first alone."""
FIRST = 2
"""Programs on each word before more is tried on any: by a few examples the best word is not known for sure."""
BESIDE = 0.2
"""What the scores of every further head count beside those of the first: ``nearest`` says the logarithms of shares, of which none may be
as little as 10⁻⁷, ``linear`` what suits the softmax. Set by hand, by pictures of MNIST's training part."""


def library_starts(data: ProblemData, problem: Problem, vocabulary: Vocabulary) -> tuple[Term, ...]:
    """Programs of the task that read features of the library's nets, those first that are to be tried first; () where the task has many
    examples, or nothing in the library takes its inputs.

    data: of the task.
    problem: of its search, whose words they are made of.
    vocabulary: with the library's words.

    On each of the words that suit best (``suited_words``) stand the words with ``Prior.head``, each alone and all together; first the
    first and all together on each. The features are frozen; those that suit best are tuned too, below the first head.
    """
    heads = _heads(data, problem)
    if not heads:
        return ()
    index = TypeIndex(vocabulary)
    suited = [each.word for each in suited_words(index, data, KEPT) if each.word.name in problem.words]
    first, further = list[Term](), list[Term]()
    for place, word in enumerate(suited):
        frozen = word.term(problem.words, "frozen", "9")
        tried = _headed(heads, data.type, frozen, problem, PENALTIES if not place else PENALTIES[:1])
        first += tried[:FIRST]
        further += tried[FIRST:]
    found = first + further
    for word in suited[:TUNED]:
        found += _headed(heads[:1], data.type, word.term(problem.words, "tuned", "9"), problem, PENALTIES[:1])
    possible = [term for term in dict.fromkeys(found) if _is_program(term, data.type, problem)]
    return tuple(possible)


def plain_starts(data: ProblemData, problem: Problem) -> tuple[Term, ...]:
    """The heads of ``library_starts`` on the numbers of the picture itself: what can be had from few examples without a library.

    data: of the task.
    problem: of its search.
    """
    flatten, heads = problem.words.get("flatten"), _heads(data, problem)
    if not heads or flatten is None:
        return ()
    found = _headed(heads, data.type, apply(flatten.word(), Variable(0)), problem, PENALTIES)
    return tuple(term for term in dict.fromkeys(found) if _is_program(term, data.type, problem))


def _heads(data: ProblemData, problem: Problem) -> list[Primitive]:
    """The words that answer by features, those first through which a gradient comes; none where the task has many examples."""
    if not data.has_few_pictures:
        return []
    heads = [word for word in problem.words.values() if word.prior.head and word.fitted is not None]
    return sorted(heads, key=lambda word: (word.prior.top is None, word.name))


def _headed(
    heads: Sequence[Primitive], type: Type, features: Term, problem: Problem, penalties: Sequence[float]
) -> list[Term]:
    """The first head on features of the input, which is the variable 0, then all together, then each alone, with each of the penalties."""
    _, result = arguments_of(type)
    assert isinstance(result, TensorType)

    def answer(place: int, penalty: float, features: Term) -> Term:
        settings: dict[str, object] = {"units": result.shape[0]}
        settings |= {setting.name: penalty for setting in heads[place].settings if setting.name in SHRUNK}
        return apply(heads[place].word(settings, str(place + 1)), features)

    alone: list[Term] = [
        Lambda(answer(place, penalty, features)) for place in range(len(heads)) for penalty in penalties
    ]
    add, scale = problem.words.get("add"), problem.words.get("scale")
    if len(heads) < 2 or add is None or scale is None:
        return alone
    total = answer(0, penalties[0], Variable(0))
    for place in range(1, len(heads)):
        further = apply(scale.word(), Literal(BESIDE, FLOAT), answer(place, penalties[0], Variable(0)))
        total = apply(add.word(), total, further)
    return [alone[0], Lambda(apply(Lambda(total), features)), *alone[1:]]


def _is_program(term: Term, type: Type, problem: Problem) -> bool:
    if not names_in(term) <= problem.words.keys():
        return False
    with suppress(IllTyped):
        return not infer(term, problem.runnable, type).waiting
    return False
