"""Programs that a search did not find, which its result is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from primitives.definitions import expand
from primitives.inference import IllTyped, infer
from primitives.term import Term, canonical, words_in
from primitives.types import TensorType, Type, arguments_of
from primitives.words import known_words

from ..baselines.declaration import Baseline
from ..baselines.reading import every
from ..errors import TaskError

BASELINE, START = "baseline", "start"
CLASSES = "classes"
"""The value by which declarations name the number of answers."""


@dataclass(frozen=True)
class ComparedProgram:
    """A program by its name; ``kind`` is BASELINE or START."""

    kind: str
    name: str
    term: Term


def declared_rivals(type: Type) -> list[ComparedProgram]:
    """The declared baselines that are programs of the ground ``type``, in their order; of equal programs the first.

    A declaration that names the number of classes has that of the type; other sizes are as declared, so that a net for ten classes fits no
    task of three.
    """
    found: dict[str, ComparedProgram] = {}
    for baseline in every([]):
        term = None if baseline.vote is not None else _fitted(baseline, type)
        if term is not None:
            found.setdefault(canonical(term), ComparedProgram(BASELINE, baseline.id, term))
    return list(found.values())


def _fitted(baseline: Baseline, type: Type) -> Term | None:
    """The program for tasks of the type; None where it is none."""
    _, answer = arguments_of(type)
    values = dict(baseline.values)
    if CLASSES in values and isinstance(answer, TensorType) and answer.shape:
        values[CLASSES] = answer.shape[-1]
    filled = replace(baseline, values=values)
    try:
        term = expand(filled.term(), filled.words())
        inference = infer(term, known_words(), type)
    except (IllTyped, TaskError):
        return None
    return None if inference.waiting else term


def start_rivals(starts: Sequence[Term], names: Sequence[str]) -> list[ComparedProgram]:
    """The programs that a search began with.

    starts: in their order.
    names: of these as the run has them; where it has not, each is named by its words.
    """
    if len(names) != len(starts):
        names = [", ".join(dict.fromkeys(word.name for word in words_in(term))) for term in starts]
    return [ComparedProgram(START, name, term) for name, term in zip(names, starts, strict=True)]
