"""What a search is asked for: a type, the words to use, and bounds. Tests are never part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from library.records import Direction
from primitives.brief import brief_repr
from primitives.definitions import Definition, expand
from primitives.inference import Inference
from primitives.primitive import Primitive, Setting
from primitives.term import Literal, Term, names_in, words_in
from primitives.types import Type
from primitives.values import Value
from primitives.words import known_words

from .bounds import UNBOUNDED, Bounds

Example = tuple[tuple[Value, ...], Value]


class ProblemError(ValueError):
    """A problem that cannot be searched as it is stated."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A search problem.

    ``type`` is the type of the wanted program (closed; no variables); ``words`` what it may be made of.
    ``weights`` are log-weights of words relative to 0 (a learned or hand-made grammar); ``$variable`` and ``$constant`` weigh variables
    and constants, ``$lambda`` abstractions where a function is wanted; what is absent weighs what the word declares.
    ``examples`` are ``((inputs, …), output)`` values, None where the task has none (then an evaluator scores proposals);
    ``probes`` are further inputs without outputs, on which programs may be told apart.
    ``unlabelled`` are inputs whose outputs are wanted and not known; programs that meet the examples are told apart on them.
    ``tolerate`` is how many of the examples may be wrong, so that a program need not meet them.
    ``objectives`` are (name of a score, ``minimise`` | ``maximise``), the first being the main one.
    ``ranges`` override what is sampled, ``{"conv.maps": Setting("maps", 8, 4, 32, log=True)}``.
    ``bounds`` say what a proposal may need at most, ``starts`` are programs known beforehand to begin from.
    ``space`` is a program with free parts (``spaces.reading.as_space``): then proposals are this program with its parts filled, and
    what fills them alone is made of ``words``; None where all programs of the type are meant.
    ``suggested`` are further log-weights that earlier tasks taught, by their source (``grammar``: re-estimated; ``model``: predicted for
    this task), which a strategy may try beside ``weights``.
    """

    type: Type
    words: Mapping[str, Primitive]
    weights: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    examples: tuple[Example, ...] | None = None
    probes: tuple[tuple[Value, ...], ...] = ()
    unlabelled: tuple[tuple[Value, ...], ...] = ()
    tolerate: int = 0
    constants: tuple[Literal, ...] = ()
    objectives: tuple[tuple[str, str], ...] = (("score", Direction.MAXIMIZE),)
    ranges: Mapping[str, Setting] = field(default_factory=dict)
    max_size: int = 40
    bounds: Bounds = UNBOUNDED
    tolerance: float = 1e-6
    starts: tuple[Term, ...] = ()
    space: Term | None = None
    suggested: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        for name in ("words", "weights", "ranges", "suggested"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        if self.max_size < 1:
            raise ProblemError(f"max_size={self.max_size}: needed at least 1")
        if not self.objectives:
            raise ProblemError("objectives=(): needed at least one (name, direction)")
        for score, direction in self.objectives:
            if direction not in list(Direction):
                raise ProblemError(
                    f"objectives: {score!r} has direction={direction!r}; use one of {', '.join(Direction)}"
                )
        for key in self.ranges:
            self._check_range(key)

    def _check_range(self, key: str) -> None:
        word, _, setting = key.rpartition(".")
        if word not in self.words or setting not in {s.name for s in self.words[word].settings}:
            raise ProblemError(
                f"ranges: {key!r} is not word.setting of the problem's words; correct the name or leave it out"
            )

    @cached_property
    def runnable(self) -> Mapping[str, Primitive]:
        """``words``, and what the subroutines among them and the space are made of: what it takes to run a program."""
        definitions = [word for word in self.words.values() if isinstance(word, Definition)]
        inner = {word.name for found in definitions for word in words_in(expand(found.body, self.words))}
        inner |= self.used
        missing = {name: word for name, word in known_words().items() if name in inner and name not in self.words}
        return MappingProxyType({**self.words, **missing})

    @cached_property
    def used(self) -> frozenset[str]:
        """The names of the words that proposals are made of: ``words``, and those of the space."""
        return frozenset(self.words) | (frozenset() if self.space is None else names_in(self.space))

    def excess(self, inference: Inference) -> str:
        """What of a program is beyond the problem's bounds, "" where nothing is (see ``Bounds.excess``).

        inference: of the program.
        """
        return self.bounds.excess(inference, self.runnable) if self.bounds.by_shape else ""

    def setting(self, word: str, setting: Setting) -> Setting:
        """The range to sample for a word's setting: the problem's own, else the declared one.

        word: its name.
        setting: as the word declares it.
        """
        return self.ranges.get(f"{word}.{setting.name}", setting)
