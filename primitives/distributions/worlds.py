"""The meaning that the back end must agree with: every world of a program, one after the other, by the interpreter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch

from ..declarations import Role
from ..definitions import expand
from ..interpreter.interpret import Fuel, evaluate
from ..primitive import Primitive
from ..term import Term
from ..values import Failure, Value
from .compiler import probabilities
from .uses import drawn_once


def worlds(
    term: Term,
    arguments: Sequence[Value],
    *,
    words: Mapping[str, Primitive],
    weights: Mapping[str, torch.Tensor],
    fuel: Fuel = Fuel(),  # noqa: B008  (frozen)
) -> Iterator[tuple[torch.Tensor, Value | Failure]]:
    """Each world of a program on one case: its probability, through which gradients flow to the weights, and its value there.

    term: a closed program.
    arguments: its inputs.
    words: what its words mean.
    weights: of its nets.
    fuel: of each world (default: 200,000 steps).
    """
    path: list[list[int]] = []  # what was chosen at each draw, of how many
    program = drawn_once(expand(term, words), words)
    factors: list[torch.Tensor] = []

    def choose(scores: torch.Tensor) -> torch.Tensor:
        at = len(factors)
        if at == len(path):
            path.append([0, scores.shape[1]])
        factors.append(probabilities(scores)[0, path[at][0]])
        return torch.tensor([path[at][0]])

    known = {
        name: replace(word, meaning=choose) if word.role is Role.LIKELIEST else word for name, word in words.items()
    }
    while True:
        factors.clear()
        value = evaluate(program, arguments, words=known, weights=weights, fuel=fuel)
        del path[len(factors) :]
        yield torch.stack(factors).prod() if factors else torch.ones(()), value
        while path and path[-1][0] + 1 == path[-1][1]:
            path.pop()
        if not path:
            return
        path[-1][0] += 1
