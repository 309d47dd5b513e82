"""The search problem of a task: what a strategy may see of it, and which strategy suits it."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from library.records import Direction
from library.vocabulary import Vocabulary
from primitives.primitive import Primitive, Setting
from primitives.term import Literal
from primitives.types import BOOL, FLOAT, INT, STRING, TensorType, arguments_of, has_tensor
from search.guidance.guide import Guide
from search.problem import Example, Problem
from search.strategy import AbstractStrategy

from ..tasks.data import VALUES, ProblemData
from ..tasks.metrics import INTEGERS
from ..tasks.task import Task
from .guides import suggestions

if TYPE_CHECKING:
    from .opening import Options

logger = logging.getLogger(__name__)
MAX_BLEND_EXAMPLES = 200
"""Most cases on arrays that an enumeration looks at."""
WIDTH = "units"
"""The setting of a fitted word that says how many numbers it gives."""


def default_strategy(data: ProblemData, vocabulary: Vocabulary | None = None) -> str:
    """What suits the task: enumeration for values, and for whole numbers that a net of the library may help to; else genetic."""
    nets = vocabulary is not None and any(
        word.load and has_tensor(word.scheme.type) for word in vocabulary.definitions.values()
    )
    blend = data.target == INTEGERS and nets
    return "enumerative" if blend or (data.target == VALUES and not has_tensor(data.type)) else "genetic"


def is_fused(strategy: AbstractStrategy, data: ProblemData) -> bool:
    """Whether the strategy's own loop searches the task: its targets are values of the language."""
    return strategy.fused and data.target in (VALUES, INTEGERS)


def examples_of(data: ProblemData) -> tuple[Example, ...] | None:
    """The specification as values of the language; of a task on arrays the first MAX_BLEND_EXAMPLES of its train part."""
    if data.target != INTEGERS:
        return data.examples
    import torch

    def value(given: object) -> object:
        return tuple(map(value, given)) if isinstance(given, tuple) else torch.tensor(given)

    cases = itertools.islice(data.train.cases(), MAX_BLEND_EXAMPLES)
    return tuple((tuple(map(value, inputs)), int(target)) for inputs, target in cases)


def _widths(data: ProblemData, words: Mapping[str, Primitive]) -> dict[str, Setting]:
    """Supervised fitted words give as many numbers as the task's target has, wherever in a program they stand."""
    _, result = arguments_of(data.type)
    fitted = data.is_fitted_to or data.has_few_pictures
    width = result.shape[-1] if fitted and isinstance(result, TensorType) else None
    if not isinstance(width, int):
        return {}
    return {
        f"{name}.{setting.name}": replace(setting, default=width, low=width, high=width)
        for name, word in words.items()
        for setting in word.settings
        if word.fitted is not None and word.fitted.supervised and setting.name == WIDTH
    }


def _fits(word: Primitive, data: ProblemData) -> bool:
    """Whether a fitted word is among the words of a search: of a table or series each, of few pictures the heads."""
    return data.is_fitted_to or (data.has_few_pictures and word.prior.head)


def build_problem(task: Task, vocabulary: Vocabulary, options: Options, guide: Guide | None = None) -> Problem:
    """The search problem of a task: what a strategy may see of it, and what the ``guide`` suggests for it."""
    data = task.data
    tensors = has_tensor(data.type)
    words: dict[str, Primitive] = {
        name: word for name, word in vocabulary.words.items()
        if (tensors or not has_tensor(word.scheme.type)) and (word.fitted is None or _fits(word, data))
    }  # fmt: skip
    for name, reason in vocabulary.unreadable(words).items():
        logger.warning("word=%r is left out of the search for task=%r: %s", name, data.name, reason)
        del words[name]
    constants = tuple(_literal(value) for value in data.constants)
    main = ("distance", Direction.MINIMIZE) if data.target == VALUES else (data.metric, data.direction)
    kind = str(options.settings.get("guidance", "model"))
    return Problem(
        type=data.type, words=words, weights=options.weights, seed=options.seed, examples=examples_of(data), constants=constants,
        unlabelled=data.unlabelled, tolerate=data.tolerate,
        objectives=(main, ("size", Direction.MINIMIZE)), ranges=_widths(data, words),
        suggested=suggestions(guide, kind, data.type, data.examples), bounds=options.bounds,
    )  # fmt: skip


def _literal(value: object) -> Literal:
    """A constant of a task as a term."""
    if isinstance(value, Literal):
        return value
    type = next(
        type for kind, type in ((bool, BOOL), (int, INT), (float, FLOAT), (str, STRING)) if isinstance(value, kind)
    )
    return Literal(value, type)
