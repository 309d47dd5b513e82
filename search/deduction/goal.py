"""A smaller task: what a part of the program is to give for what is in scope there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from primitives.interpreter.deadline import Deadline
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Term, lambdas
from primitives.types import BOOL, Type, function
from primitives.values import Value, equal

from ..choice.ranking import evidence
from ..enumeration.answers import Example

CONDITION = 2.0
"""What a condition may cost for each truth value that it meets."""
SECONDS = 0.5
"""Most time for a term on one example."""


@dataclass(frozen=True, eq=False)
class Subtask:
    """A term of type ``output`` for variables of the types ``inputs``, outermost first; ``depth``: how many words stand above it."""

    inputs: tuple[Type, ...]
    output: Type
    examples: tuple[Example, ...]
    depth: int = 0

    @property
    def type(self) -> Type:
        """Of the program that has the inputs as its arguments."""
        return function(*self.inputs, self.output)

    @property
    def outputs(self) -> list[Value]:
        """Of all examples."""
        return [output for _, output in self.examples]

    @property
    def bits(self) -> float:
        """What the outputs tell: a term that costs more than that meets them by accident. Truth values tell so little that more is allowed:
        which of the terms for them is likely is weighed later."""
        if self.output == BOOL:
            return CONDITION * len(self.examples)
        kinds = len(set(map(repr, self.outputs)))
        return max(evidence(self.outputs), len(self.examples) * math.log2(1 + kinds))

    def column(self, position: int) -> list[Value]:
        """One input of all examples.

        position: of the input.
        """
        return [given[position] for given, _ in self.examples]

    def below(self, inputs: Iterable[Type], output: Type, pairs: Iterable[tuple[tuple, Value]]) -> Subtask | None:
        """The goal of a part; None where its inputs do not say what the output is.

        inputs: types of what is in scope.
        output: its type.
        pairs: inputs and output; the same may come many times.
        """
        found: dict[tuple, Value] = {}
        for given, result in pairs:
            if given in found and found[given] != result:
                return None
            found[given] = result
        return Subtask(tuple(inputs), output, tuple(found.items()), self.depth + 1) if found else None

    def refuting(self, term: Term, words: Mapping[str, Primitive], deadline: Deadline) -> int | None:
        """The number of the first example that a term does not meet; None where it meets all. Raises OutOfTime.

        term: over the variables.
        words: what they mean.
        deadline: until when to look.
        """
        program = lambdas(len(self.inputs), term)
        for number, (given, output) in enumerate(self.examples):
            deadline.check()
            fuel = Fuel(seconds=deadline.seconds(SECONDS))
            if not equal(evaluate(program, given, words=words, fuel=fuel), output):
                return number
        return None

    @property
    def key(self) -> tuple:
        """Equal for goals that are the same task."""
        return self.inputs, self.output, self.examples


@dataclass(frozen=True, eq=False)
class Reduction:
    """A way to meet a goal: goals of parts, and ``build``, which makes the term of the terms of the parts.

    A part sees the goal's own variables, or these and more within them, or the innermost alone, so that its term needs no renaming.
    """

    name: str
    parts: tuple[Subtask, ...]
    build: Callable[..., Term]
    given: Callable[[int], Iterator[Reduction]] = lambda number: iter(())
    """The splits in which other parts see what the part of a number gives, once that is met."""
