"""Learning from a library's solved programs: the grammar is re-estimated, dreams are dreamt, a recognition model is trained."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.definitions import expand
from primitives.primitive import Primitive
from primitives.term import Term, words_in
from primitives.types import Type, has_tensor
from search.guidance import training
from search.guidance.dreams import Dream, Dreamer, Prompt
from search.guidance.guide import Guide, reestimated
from search.problem import Example

from ..tasks.data import VALUES
from ..tasks.task import Task
from .clock import DREAMS, TRAINING, TimeAllowance
from .snapshot import LibrarySnapshot

KINDS = ("off", "grammar", "model")
DREAMING = 1 / 3
"""The share of what is left of the allowance that dreaming may take; training has the rest."""
LEAST_SECONDS = 1.0
"""With less left no model is trained."""
LOADING = 3.0
"""Seconds that loading torch takes on one core that is otherwise idle, rounded up: with less left it is not begun."""
FEWEST = 5
"""Solved programs from which something is learned, at least."""


@dataclass(frozen=True)
class GuidancePlan:
    """How a guide is learned.

    kind: off, grammar (the weights are re-estimated) or model (a recognition model is trained too); default: model.
    dreams: how many to learn from, at most.
    seconds: for dreaming and for training each, at most (default: what the allowance of the growth has left, a third of it for dreaming).
    epochs: of the training, at most.
    hidden: units of each hidden layer of the model.
    """

    kind: str = "model"
    dreams: int = 8_000
    seconds: float | None = None
    epochs: int = 30
    hidden: int = 96


@dataclass(frozen=True)
class Learned:
    """A guide and how it came about (plain data, empty where no model was trained)."""

    guide: Guide
    training: Mapping[str, object]

    __repr__ = brief_repr


def learn(
    solved: Mapping[str, Term],
    tasks: Mapping[str, Task],
    vocabulary: Vocabulary,
    *,
    plan: GuidancePlan = GuidancePlan(),
    seed: int = 0,
    confidence: Mapping[str, float] = {},
    allowance: TimeAllowance | None = None,
) -> Learned | None:
    """A guide from programs by task; None where fewer than FEWEST were solved.

    The grammar is re-estimated from all programs, each counting as the ``confidence`` in it (absent: 1); it does not weigh subroutines
    that none of them uses. Dreams are about inputs of ``tasks``, solved or not; their tests are not looked at. Where the ``allowance``
    has less than LEAST_SECONDS left, once torch is loaded, the grammar is all that is learned.
    """
    if plan.kind == "off" or len(solved) < FEWEST:
        return None
    words = _weighed(vocabulary, solved.values())
    guide = reestimated(solved.values(), words, shares=[confidence.get(task, 1.0) for task in solved])
    specified = {
        name: (task.type, examples) for name, task in tasks.items() for examples in (_examples(task),) if examples
    }
    allowance = allowance or TimeAllowance()
    if plan.kind == "grammar" or not specified or not _is_time_for_a_model(allowance):
        return Learned(guide, {})
    own = [Dream(*specified[name], solved[name]) for name in sorted(solved) if name in specified]
    return _with_model(guide, words, own, specified.values(), plan, seed, allowance)


def _weighed(vocabulary: Vocabulary, solved: Iterable[Term]) -> dict[str, Primitive]:
    """The words that the grammar weighs: those without tensors, of the subroutines those that a solved program uses."""
    used = {word.name for term in solved for word in words_in(term)}
    return {
        name: word
        for name, word in vocabulary.words.items()
        if not has_tensor(word.scheme.type) and not word.geometric
        and (name in used or name not in vocabulary.definitions)
    }  # fmt: skip


def _with_model(
    guide: Guide,
    words: Mapping[str, Primitive],
    own: Sequence[Dream],
    specified: Iterable[tuple[Type, Sequence[Example]]],
    plan: GuidancePlan,
    seed: int,
    allowance: TimeAllowance,
) -> Learned:
    """The guide with a model, trained on dreams about what is ``specified`` and on the dreamer's ``own``: solved tasks."""
    prompts = [Prompt(type, tuple(given for given, _ in examples)) for type, examples in specified]
    dreamer = Dreamer(words, guide.grammar, seed=seed)
    started = time.monotonic()
    with allowance.clock.doing(DREAMS):
        seconds = min(math.inf if plan.seconds is None else plan.seconds, allowance.left() * DREAMING)
        dreams = dreamer.dreams(prompts, plan.dreams, solved=[(d.type, d.term) for d in own], seconds=seconds)
    dreamt = time.monotonic() - started
    if len(dreams) + len(own) < 10:
        return Learned(guide, {})
    with allowance.clock.doing(TRAINING):
        seconds = min(math.inf if plan.seconds is None else plan.seconds, max(0.0, allowance.left()))
        trained = training.train(
            guide, dreams, solved=own, seconds=seconds, epochs=plan.epochs, seed=seed, hidden=plan.hidden
        )
    return Learned(
        trained.guide, {**trained.to_json(), "dreams": len(dreams), "solved": len(own), "dreaming": round(dreamt, 2)}
    )


def _is_time_for_a_model(allowance: TimeAllowance) -> bool:
    """Whether enough is left for dreams and a training once torch is loaded, which is done here where it can be afforded."""
    if not training.is_loaded():
        if allowance.left() < LOADING + LEAST_SECONDS:
            return False
        with allowance.clock.doing(TRAINING):
            training.load()
    return allowance.left() >= LEAST_SECONDS


def _examples(task: Task) -> tuple[Example, ...] | None:
    """What searches see of a task that is met by values; None of others."""
    data = task.data
    return data.examples if data.target == VALUES and not has_tensor(task.type) else None


def learn_from(
    store: AbstractStore,
    tasks: Mapping[str, Task],
    *,
    plan: GuidancePlan = GuidancePlan(),
    seed: int = 0,
    allowance: TimeAllowance | None = None,
    snapshot: LibrarySnapshot | None = None,
) -> Learned | None:
    """``learn`` from the best programs of a store, those with tensors left out; words that are demoted are written out."""
    snapshot = snapshot or LibrarySnapshot(store)
    vocabulary = snapshot.vocabulary
    gone = {name: word for name, word in vocabulary.all_words.items() if name not in vocabulary.words}
    best = {
        task: each
        for task, each in snapshot.best.items()
        if "Tensor" not in str(snapshot.runs[each.solution.run].config.get("type", ""))
    }
    solved = {task: expand(each.term, gone) for task, each in best.items()}
    confidence = {task: each.confidence for task, each in best.items()}
    return learn(solved, tasks, vocabulary, plan=plan, seed=seed, confidence=confidence, allowance=allowance)
