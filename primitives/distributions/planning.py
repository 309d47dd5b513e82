"""Which way a program is learned from its outputs, and what that costs, said before it is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ..compile.program import Program, batch_size
from .blend import Blend
from .lifting import LIMIT
from .sampling import SAMPLES, Sampler
from .support import NotFinite, TooManyWorlds

EXACT, BEST, SAMPLED = "exact", "best", "sampled"
"""The ways that there are."""
KEEP = 64
"""Values of each case that are gone on with where all are too many."""
MOST = 2_000_000
"""Combinations a case beyond which the exact way is not gone. Set by hand: about a tenth of a second a case."""


@dataclass(frozen=True)
class InferencePlan:
    """How the probability of an output is found.

    ``way``: ``exact`` (all worlds, equal ones merged), ``best`` (of each place the ``keep`` likeliest values of each case) or ``sampled``
    (draws, and the score function). ``entries``: products of probabilities that a case takes, besides its nets; of draws the runs of the
    program. ``reason``: why it is not exact, "" where it is.
    """

    way: str
    entries: int
    reason: str = ""
    keep: int = 0

    def learner(self, program: Program) -> Blend | Sampler:
        """What runs the program so."""
        return Sampler(program, self.entries) if self.way == SAMPLED else Blend(program, keep=self.keep)


def plan(program: Program, inputs: tuple[Any, ...], seen: Any, *, limit: int = LIMIT, keep: int = KEEP) -> InferencePlan:  # fmt: skip
    """The plan for a compiled program, from a pass over some cases, which should be of the largest.

    program: compiled.
    inputs: one batch an argument (primitives.batch).
    seen: the outputs that go with them.
    limit: combinations of values that one place may have, for each case (default: 50,000).
    keep: values of each case that are gone on with where they are more (default: 64).
    """
    cases, reason = max(1, batch_size(inputs[0]) if inputs else 1), ""
    for kept in (0, keep):
        blend = Blend(program, limit=limit, keep=kept)
        try:
            with torch.no_grad():
                blend(*inputs).log_likelihood(seen)
        except TooManyWorlds as error:
            reason = str(error)
            continue
        except NotFinite as error:
            reason = str(error)
            break
        entries = blend.lifting.tables.entries // cases
        if entries <= MOST:
            return InferencePlan(BEST if blend.lifting.pruned else EXACT, entries, reason, kept)
        reason = f"entries={entries} a case: at most {MOST} are gone through"
    return InferencePlan(SAMPLED, SAMPLES, reason)
