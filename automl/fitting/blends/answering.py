"""What a blend answers: its likeliest output, which need not be that of the likeliest reading of each image (docs/blends.md)."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Any

import torch

from primitives.compile.program import Program
from primitives.definitions import expand
from primitives.distributions import Blend, NotFinite, RandomOutput, TooManyWorlds
from primitives.distributions.uses import draws, gives_class
from primitives.term import Lambda
from primitives.types import FLOAT, has_tensor
from primitives.values import Value

LIMIT = 5_000
"""Combinations of values that one place may have for each case, for the likeliest output to be looked for; beyond, the answers are those of
the likeliest readings, which cost nothing. Set by hand: about what a small net takes for an image."""
KEPT = 4
"""Programs whose ways of answering are kept, with the tables that they made."""


def is_blend(program: Program) -> bool:
    """Whether a program draws what its nets say and gives plain values of that, or a class."""
    term, result = expand(program.term, program.words), program.output_type
    if result == FLOAT or not draws(term, program.words):
        return False
    for _ in program.input_types:
        term = term.body if isinstance(term, Lambda) else term
    return not has_tensor(result) or gives_class(term, program.words) is not None


class Answering:
    """How one program answers."""

    def __init__(self, program: torch.nn.Module) -> None:
        self.program = program
        drawn = isinstance(program, Program) and is_blend(program)
        self.blend = Blend(program, limit=LIMIT) if drawn else None
        self._one_at_a_time = Lock()

    def __call__(self, *inputs: Any) -> Any:
        return self.with_output(*inputs)[0]

    def with_output(self, *inputs: Any) -> tuple[Any, RandomOutput | None]:
        """The answers for a batch an argument, with the random output that they are of; None where they are of the likeliest readings."""
        blend = self.blend
        if blend is not None:
            try:
                with self._one_at_a_time:
                    output = blend(*inputs)
                    return output.answers(), output
            except (NotFinite, TooManyWorlds):
                self.blend = None
        return self.program(*inputs), None

    def likeliest(self, most: int, *inputs: Any) -> list[dict[Value, float]] | None:
        """The likeliest outputs of each case with their probabilities, the likeliest first; None of a program that is no blend, that gives
        classes, or that answers by the likeliest readings.

        most: how many outputs a case, at most.
        inputs: a batch an argument.
        """
        _, output = self.with_output(*inputs) if self.blend is not None else (None, None)
        if output is None or output.classes:
            return None
        try:
            values, shares = output.distribution()
        except (NotFinite, TooManyWorlds):
            return None
        best, places = shares.topk(min(most, shares.shape[1]), dim=1)
        return [
            {values[place]: share for share, place in zip(probable, at, strict=True) if share > 0}
            for probable, at in zip(best.tolist(), places.tolist(), strict=True)
        ]


@lru_cache(KEPT)
def answering(program: torch.nn.Module) -> Answering:
    """What gives a program's answers for a batch an argument: of a blend its likeliest outputs where they are found at little cost.

    program: of any kind.
    """
    return Answering(program)
