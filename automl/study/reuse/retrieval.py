"""Words of the library that turn a task's inputs into features: found by type, then by how well they suit a few examples."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from library.records import StoreError
from library.vocabulary import Vocabulary
from primitives.definitions import Definition, expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Lambda, Literal, Term, Variable, Word, apply, show_canonical
from primitives.types import FLOAT, TensorType, Type, arguments_of, function
from primitives.weights import multiply_adds

from ...fitting.forward import predict
from ...fitting.recipes import joined
from ...tasks.data import ProblemData
from ...tasks.metrics import CLASSES
from .measures import indicators, log_evidence

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)
CASES = 100
"""Examples by which words are judged, at most."""
LEAST_CASES = 20
"""The same where words are so many that they would take too long otherwise."""
OPERATIONS = 5e10
"""Multiply-adds that judging all words may take: some seconds of one thread. It is a bound in operations, not in seconds, so that a search
that is gone on with begins with the same programs."""
FEW = 2
"""Words of the library without which there is nothing to choose from by examples."""
Shape = tuple[int, ...]


@dataclass(frozen=True)
class FeatureWord:
    """A word that gives a vector for a task's input: its ``name``, the ``adapted`` input, a term in which the input is the variable 0, and
    the ``width`` of the vector."""

    name: str
    adapted: Term
    width: int

    def term(self, words: Mapping[str, Primitive], use: str, site: str) -> Term:
        """The features of the input, which is the variable 0.

        words: that have it.
        use: ``frozen``, ``tuned`` or ``fresh``.
        site: of this use.
        """
        return apply(words[self.name].word({"use": use}, site), self.adapted)


@dataclass(frozen=True)
class SuitedWord:
    """A word with the evidence of a linear model on its features (``log_evidence``; larger is better)."""

    word: FeatureWord
    evidence: float


class TypeIndex:
    """The words of a vocabulary that have weights and lead from one tensor to a vector, by the shape that they take; made once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._by_shape: dict[Shape, list[tuple[str, int]]] = {}
        for name, word in sorted(vocabulary.definitions.items()):
            shapes = _shapes(word)
            if shapes is not None:
                self._by_shape.setdefault(shapes[0], []).append((name, shapes[1]))

    def __repr__(self) -> str:
        return f"TypeIndex({sum(map(len, self._by_shape.values()))} words of {len(self._by_shape)} shapes)"

    def taking(self, type: Type) -> list[FeatureWord]:
        """The words that take inputs of a type, those first that take them as they are, then those for which pictures are made smaller, or
        colours made grey, or grey pictures coloured.

        type: of an input.
        """
        if not isinstance(type, TensorType) or not all(isinstance(size, int) for size in type.shape):
            return []
        given = tuple(int(str(size)) for size in type.shape)
        found: list[FeatureWord] = []
        for shape in sorted(self._by_shape, key=lambda shape: (shape != given, shape)):
            adapted = adaptation(given, shape)
            if adapted is not None:
                found += [FeatureWord(name, adapted, width) for name, width in self._by_shape[shape]]
        return found


def _shapes(word: Definition) -> tuple[Shape, int] | None:
    """What a word with weights takes, and how long a vector it gives."""
    types, result = arguments_of(word.scheme.type)
    if word.load is None or not word.sited or len(types) != 1 or not isinstance(result, TensorType):
        return None
    (given,) = types
    if not isinstance(given, TensorType) or given.dtype != "float" or len(result.shape) != 1:
        return None
    sizes = (*given.shape, *result.shape)
    if not all(isinstance(size, int) for size in sizes):
        return None
    *taken, width = (int(str(size)) for size in sizes)
    return tuple(taken), width


def adaptation(given: Shape, wanted: Shape) -> Term | None:
    """The variable 0 of one shape made into a tensor of another by words; None where it cannot be, or not cheaply.

    given: the shape that it has.
    wanted: the shape that is needed. Of pictures [c, h, w] the sides may be smaller, by means over squares that are at most one step wider
        than they are apart, and three maps may become one, their mean, or one three.
    """
    term: Term = Variable(0)
    if given == wanted:
        return term
    if len(given) != 3 or len(wanted) != 3:
        return None
    if given[1:] != wanted[1:]:
        step = min(given[1] // wanted[1], given[2] // wanted[2])
        side = given[1] - step * (wanted[1] - 1)
        if step < 1 or side != given[2] - step * (wanted[2] - 1) or not step <= side <= 2 * step + 1 or side == 1:
            return None
        settings = (("kernel", side), ("stride", step), ("padding", "valid"))
        term = apply(Word("average_pool", settings), term)
    if given[0] == wanted[0]:
        return term
    if (given[0], wanted[0]) == (3, 1):
        one, two, three = (apply(Word("take_maps", (("first", n), ("count", 1))), term) for n in range(3))
        total = apply(Word("add"), apply(Word("add"), one, two), three)
        return apply(Word("scale"), Literal(1 / 3, FLOAT), total)
    if (given[0], wanted[0]) == (1, 3):
        return apply(Word("take_maps", (("first", 0), ("count", 3))), term)
    return None


def suited_words(index: TypeIndex, data: ProblemData, most: int) -> list[SuitedWord]:
    """The words that suit a task, the best first.

    index: of the library.
    data: of the task, of classes or numbers; the train part alone is looked at, where there are folds all cases beside the test part, and
        where a class has one example its distorted copies too.
    most: how many are wanted.

    By type first; where these are several, by LogME on at most CASES examples, as many of each class as there can be.
    Inputs are prepared once, and nets of one form are compiled once. What gives a number that is not finite suits nothing.
    """
    types, result = arguments_of(data.type)
    words = index.taking(types[0]) if len(types) == 1 else []
    if len(words) < FEW:
        return [SuitedWord(word, float("nan")) for word in words]
    assert isinstance(result, TensorType)
    if data.folds is not None or _are_copies(data):
        data = joined(data)
    judge = _Judge(index.vocabulary, words, data)
    targets = _targets(data, judge.rows, int(str(result.shape[0])))
    found = []
    for word in words:
        features = judge.features(word)
        if features is not None and np.isfinite(features).all():
            found.append(SuitedWord(word, log_evidence(features, targets)))
    ranked = sorted(found, key=lambda each: (-each.evidence, each.word.width, each.word.name))[:most]
    logger.info(
        "of %d words for %s: %s", len(words), types[0], ", ".join(f"{e.word.name} {e.evidence:.3f}" for e in ranked)
    )
    return ranked


class _Judge:
    """The features that words give for the same few examples."""

    def __init__(self, vocabulary: Vocabulary, words: Sequence[FeatureWord], data: ProblemData) -> None:
        self.vocabulary, self.data = vocabulary, data
        self.words = vocabulary.all_words
        types, _ = arguments_of(data.type)
        self.given = types[0]
        self._modules: dict[str, torch.nn.Module] = {}
        self._inputs: dict[str, torch.Tensor] = {}
        self._costs: dict[str, float] = {}
        total = sum(self._cost(vocabulary.definitions[word.name]) for word in words)
        count = int(np.clip(OPERATIONS / max(total, 1.0), LEAST_CASES, CASES))
        self.rows = _balanced(data, count)

    def features(self, word: FeatureWord) -> np.ndarray | None:
        """float [n, width] of the examples; None where the weights cannot be read, or the word cannot be compiled."""
        from primitives.compile import compile_term

        definition = self.vocabulary.definitions[word.name]
        assert definition.load is not None
        form = _form(definition)
        try:
            weights = dict(definition.load())
            module = self._modules.get(form)
            if module is None:
                body = expand(definition.body, self.words)
                module = compile_term(body, self.words, definition.scheme.type, weights=weights)
                self._modules[form] = module
            module.load(weights)  # type: ignore[operator]
        except (StoreError, ValueError) as error:
            logger.warning("word=%r is passed over: %s", word.name, error)
            return None
        return np.asarray(predict(module, (self._adapted(word),)))

    def _adapted(self, word: FeatureWord) -> torch.Tensor:
        """The examples as the word takes them."""
        import torch

        from primitives.compile import compile_term

        key = show_canonical(word.adapted)
        if key not in self._inputs:
            x = torch.from_numpy(np.array(np.asarray(self.data.train.inputs[0])[self.rows], np.float32))
            if not isinstance(word.adapted, Variable):
                wanted = arguments_of(self.vocabulary.definitions[word.name].scheme.type)[0][0]
                type = function(self.given, wanted)
                x = predict(compile_term(Lambda(word.adapted), self.words, type), (x,))  # type: ignore[assignment]
            self._inputs[key] = x
        return self._inputs[key]

    def _cost(self, definition: Definition) -> float:
        form = _form(definition)
        if form not in self._costs:
            try:
                inference = infer(expand(definition.body, self.words), self.words, definition.scheme.type)
                self._costs[form] = float(multiply_adds(inference, self.words))
            except IllTyped:
                self._costs[form] = 0.0
        return self._costs[form]


def _form(definition: Definition) -> str:
    """The same for words that differ in their weights alone."""
    return f"{show_canonical(definition.body)} : {definition.scheme}"


def _balanced(data: ProblemData, count: int) -> np.ndarray:
    """The first cases of the train part, of classes the first of each in turn."""
    total = len(data.train)
    if data.target != CLASSES:
        return np.arange(min(total, count))
    classes = np.asarray(data.train.targets)
    place = np.empty(total, np.int64)
    for label in np.unique(classes):
        rows = np.flatnonzero(classes == label)
        place[rows] = np.arange(len(rows))
    return np.sort(np.argsort(place, kind="stable")[:count])


def _are_copies(data: ProblemData) -> bool:
    """Whether the validation part is of distorted copies, since a class has one example alone; without them nothing is known of what is
    alike in a class, and the narrowest features would seem to suit best."""
    if data.target != CLASSES or not data.has_few_pictures:
        return False
    return int(np.unique(np.asarray(data.train.targets), return_counts=True)[1].min()) < 2


def _targets(data: ProblemData, rows: np.ndarray, width: int) -> np.ndarray:
    targets = np.asarray(data.train.targets)[rows]
    return indicators(targets, width) if data.target == CLASSES else targets.reshape(len(rows), -1)
