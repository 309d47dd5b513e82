"""A compiled program as a distribution over its outputs: what words that read scores of classes give is drawn by these scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from ..batch import Objects, Ragged, split
from ..compile.batches import Batch, NoValues
from ..compile.conversion import leave
from ..compile.forward_pass import ForwardPass
from ..compile.program import Program
from ..definitions import expand
from ..term import Lambda
from ..types import Type
from ..values import Failed, Value
from .chance import Chance
from .compiler import SpreadingCompiler
from .failing import SpreadingPass
from .lifting import LIMIT, Lifting
from .observed import class_probabilities, expected_error, likeliest_values, log_likelihood
from .outputs import output_code
from .support import NotFinite
from .uses import drawn_once, without_indicator


class RandomOutput:
    """The outputs of a program on a batch of cases, as independent random variables, one a case; of a program that gives a vector with a 1
    at its class, that class."""

    def __init__(self, lifting: Lifting, run: ForwardPass, batch: Batch, type: Type, classes: int = 0) -> None:
        self._lifting, self._run, self._batch, self.type = lifting, run, batch, type
        self.classes = classes

    @property
    def size(self) -> int:
        """The number of cases."""
        return self._run.size

    def log_likelihood(self, seen: Any) -> torch.Tensor:
        """The logarithm of the probability that each case gives what was seen, [n]; log(1e-30) where it never does.

        seen: a tensor [n], Ragged, or Objects or a list of ``n`` values.
        """
        return log_likelihood(self._lifting, self._run, self._batch, values_seen(seen, self.type))

    def expected_error(self, seen: torch.Tensor) -> torch.Tensor:
        """How far from the number that was seen each case is, on average over its worlds, [n].

        seen: a tensor [n] of numbers.
        """
        return expected_error(self._lifting, self._run, self._batch, seen)

    def distribution(self) -> tuple[tuple[Value, ...], torch.Tensor]:
        """``(values, probabilities [n, values])``: every output that there may be. Raises NotFinite, TooManyWorlds."""
        chance: Chance = self._lifting.flatten(self._run, self._batch)
        return chance.support.values, chance.p

    def answers(self) -> Any:
        """What is most probable in each case, in the form in which the program gives its outputs: the likeliest value; where it gives a
        vector of classes, their probabilities [n, classes]. Raises NotFinite, TooManyWorlds."""
        if self.classes:
            return class_probabilities(self._lifting.flatten(self._run, self._batch), self.classes)
        return leave(likeliest_values(self._lifting, self._run, self._batch), self.type, self.size, self._run)


def values_seen(seen: Any, type: Type | None = None) -> Sequence[Value]:
    """A batch of outputs as a list of values, one a case."""
    if isinstance(seen, (list, tuple)):
        return seen
    if isinstance(seen, Objects):
        return seen.items
    if isinstance(seen, torch.Tensor):
        return seen.tolist()
    assert isinstance(seen, Ragged)
    return [tuple(value) for value in split(seen, type)]


class Blend:
    """A program whose nets' answers are random variables: ``blend(*inputs)`` is its RandomOutput; gradients flow to the program's weights.

    program: compiled; its mode, training or evaluation, is that of its nets here too.
    limit: combinations of values that one place may have, for each case.
    keep: where they are more, the values of each case that are gone on with, the likeliest first (0: TooManyWorlds is raised).

    A call raises TooManyWorlds, and NotFinite where what is random does not come to plain values by any rule that is known.
    """

    def __init__(self, program: Program, *, limit: int = LIMIT, keep: int = 0) -> None:
        self.program = program
        body, count = drawn_once(expand(program.term, program.words), program.words), 0
        while isinstance(body, Lambda) and count < len(program.input_types):
            body, count = body.body, count + 1
        self.lifting = Lifting(limit, keep)
        body, self._type, self._classes = without_indicator(body, program)
        self._compiler = SpreadingCompiler(program.words, program.frozen, self.lifting)
        self._code, self._count = output_code(self._compiler, body), count

    def __call__(self, *inputs: Any) -> RandomOutput:
        run, batches = self.program.begun(inputs, SpreadingPass)
        try:
            batch = self._code(run, tuple(batches[: self._count]))
            if self._count < len(batches):
                batch = run.apply(batch, *batches[self._count :])
        except (NoValues, Failed) as error:
            raise NotFinite(str(error)) from error
        finally:
            self._compiler.seen.clear()
        return RandomOutput(self.lifting, run, batch, self._type, self._classes)
