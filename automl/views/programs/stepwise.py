"""A program on one case of its task, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from library.records import Evaluation, Run, StoreError
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.brief import plural
from primitives.definitions import expand
from primitives.syntax import show
from primitives.term import Term, sites_of
from primitives.types import Type, has_tensor

from ...study.stored import model_with
from ..cases import ShownCase, argument_of, cases_of
from .program import read_program
from .values import ProgramStep, steps_on

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class StepsView:
    """A program on a case: ``number`` of ``total`` cases of the ``part``; ``whole`` says whether subroutines are written out, ``folded``
    whether there are any; ``trouble`` why there are no steps, "" where there are."""

    run: Run
    ask: int
    program: str
    part: str
    number: int
    total: int
    whole: bool
    folded: bool
    case: ShownCase | None
    steps: tuple[ProgramStep, ...]
    trouble: str = ""


def view_steps(store: AbstractStore, run: Run, ask: int, part: str, number: int, whole: bool) -> StepsView | None:
    """What each part of a program gives on a case; None where there is no such program.

    store: that has it.
    run: whose it is.
    ask: the number of the proposal.
    part: of the task.
    number: of the case in it, from 0.
    whole: whether subroutines are written out; those of nets always are.
    """
    evaluation = next(iter(store.browser().chosen(run.id, [ask])), None)
    if evaluation is None:
        return None
    type, term, vocabulary, trouble = read_program(store, run, evaluation)
    if term is None or vocabulary is None or type is None:
        return StepsView(run, ask, evaluation.term, part, number, 0, whole, False, None, (), trouble)
    folded = bool(vocabulary.subroutines_in(term))
    program, cases = show(term, width=80), cases_of(run, part, number, 1)
    if not cases.cases:
        trouble = cases.trouble or f"the {part} part has {plural(cases.total, 'case')}, and none of number {number}"
        return StepsView(run, ask, program, part, number, cases.total, whole, folded, None, (), trouble)
    steps, trouble = _steps(store, evaluation, term, vocabulary, type, cases.cases[0], whole)
    return StepsView(run, ask, program, part, number, cases.total, whole, folded, cases.cases[0], steps, trouble)


def _steps(
    store: AbstractStore,
    evaluation: Evaluation,
    term: Term,
    vocabulary: Vocabulary,
    type: Type,
    case: ShownCase,
    whole: bool,
) -> tuple[tuple[ProgramStep, ...], str]:
    """The steps, or why there are none."""
    words = vocabulary.all_words
    expanded = expand(term, words)
    weights: Mapping[str, torch.Tensor] = {}
    if sites := sites_of(expanded):
        if evaluation.weights is None and not all("@" in site for site in sites):  # the others are those of subroutines
            return (), "its weights were not kept: only the best programs of a run keep theirs"
        try:
            kept = None if evaluation.weights is None else store.blobs.get(evaluation.weights)
            weights = model_with(term, kept, vocabulary, type, None).weights
        except (StoreError, OSError) as error:
            return (), f"its weights cannot be read: {error}"
    inside = expanded if whole or has_tensor(type) else term
    arguments = [argument_of(each) for each in case.arguments]
    return tuple(steps_on(inside, arguments, words, type, weights)), ""
