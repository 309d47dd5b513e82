"""Where no support is finite: draws, and the gradient of what they come to on average by the score function (Williams 1992), with the
other draws of the same case as baseline (Kool, van Hoof and Welling 2019)."""

from __future__ import annotations

import copy
from typing import Any

import torch

from ..compile.batches import Scalars, select
from ..compile.code import Compiler
from ..compile.conversion import leave
from ..compile.program import Program
from ..declarations import Role
from ..definitions import expand
from ..notation.types import parse_scheme
from ..primitive import Primitive
from ..term import Apply, Lambda, Let, Term, Variable, Word, children, rebuild
from ..values import Value
from .blend import values_seen
from .compiler import probabilities
from .support import told_apart
from .uses import drawn_once, without_indicator

SAMPLES = 8
"""Draws of each case, unless told otherwise."""


class SampledOutput:
    """What a program gave for some draws of each case, and the logarithm of the probability of these draws, [n, samples]."""

    def __init__(self, values: list[Value], drawn: torch.Tensor) -> None:
        self.values, self.drawn = values, drawn

    def loss(self, seen: Any, *, distance: bool = False) -> torch.Tensor:
        """The mean error, whose gradient is that of the score function.

        seen: a tensor [n], Ragged, or Objects or a list of ``n`` values.
        distance: whether an error is how far a number is off the one that was seen, rather than 1 (default: no).
        """
        wanted = [value for value in values_seen(seen) for _ in range(self.drawn.shape[1])]
        pairs = list(zip(self.values, wanted, strict=True))
        if distance:
            wrong = [float(abs(a - b)) if isinstance(a, (int, float)) else float(abs(b)) for a, b in pairs]
        else:
            wrong = [float(told_apart(a) != told_apart(b)) for a, b in pairs]
        errors = torch.tensor(wrong, device=self.drawn.device).reshape(self.drawn.shape)
        others = (errors.sum(1, keepdim=True) - errors) / max(1, errors.shape[1] - 1)
        surrogate = ((errors - others) * self.drawn).mean()
        return surrogate + (errors.mean() - surrogate).detach()


class Sampler:
    """A program whose nets' answers are drawn: ``sampler(*inputs)`` is a SampledOutput.

    program: compiled.
    samples: draws of each case, at least 2 (default: SAMPLES).
    """

    def __init__(self, program: Program, samples: int = SAMPLES) -> None:
        self.program, self.samples = program, samples
        self._cases: list[torch.Tensor] = []
        self._logs: list[torch.Tensor] = []
        scheme = parse_scheme("int -> Tensor[n] -> int")
        # A drawing word is told which case it draws for, by a variable outside of all others, so that what it drew is put down to that.
        self.words = {
            name: Primitive(name, scheme, self._draw, geometric=True, role=None)
            if word.role is Role.LIKELIEST
            else word
            for name, word in program.words.items()
        }
        body, count = drawn_once(expand(program.term, program.words), program.words), 0
        while isinstance(body, Lambda) and count < len(program.input_types):
            body, count = body.body, count + 1
        body, self._type, _ = without_indicator(body, program)
        self._code, self._count = Compiler(self.words, program.frozen).code(self._told(body, count)), count

    def _told(self, term: Term, case: int) -> Term:
        """The term with every drawing word given the variable ``case``."""
        if isinstance(term, Word):
            found = self.program.words.get(term.name)
            return Apply(term, Variable(case)) if found is not None and found.role is Role.LIKELIEST else term
        if isinstance(term, Lambda):
            return Lambda(self._told(term.body, case + 1), term.hint)
        if isinstance(term, Let):
            return Let(self._told(term.value, case), self._told(term.body, case + 1), term.hint)
        return rebuild(term, tuple(self._told(part, case) for part in children(term)))

    def _draw(self, case: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        p = probabilities(x)
        chosen = torch.multinomial(p.detach(), 1)
        self._cases.append(case.to(p.device).reshape(-1))
        self._logs.append(p.gather(1, chosen).squeeze(1).clamp_min(1e-30).log())
        return chosen.squeeze(1)

    def __call__(self, *inputs: Any) -> SampledOutput:
        twin = copy.copy(self.program)
        twin.words = self.words
        run, batches = twin.begun(inputs)
        size = run.size
        run = run.at(size * self.samples)
        rows = torch.arange(size).repeat_interleave(self.samples)
        repeated = [select(batch, rows) for batch in batches]
        self._cases.clear()
        self._logs.clear()
        cases = Scalars(torch.arange(run.size))
        batch = self._code(run, (cases, *repeated[: self._count]))
        if self._count < len(repeated):
            batch = run.apply(batch, *repeated[self._count :])
        output = leave(batch, self._type, run.size, run)
        logs = torch.zeros(run.size, device=run.device)
        if self._logs:
            logs = logs.index_add(0, torch.cat(self._cases), torch.cat(self._logs))
        return SampledOutput(list(values_seen(output, self._type)), logs.reshape(size, self.samples))
