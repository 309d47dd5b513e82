"""Who gets more budget: asynchronous successive halving (ASHA, Li et al. 2020) as pure logic over reported scores."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .problem import DIRECTIONS


@dataclass(frozen=True)
class Rungs:
    """Budget fractions at which a proposal is judged: ``count`` rungs, each ``reduction`` times the one before, the last being 1."""

    count: int = 3
    reduction: int = 3

    def __post_init__(self) -> None:
        if self.count < 1 or self.reduction < 2:
            raise ValueError(
                f"count={self.count}, reduction={self.reduction}: needed at least 1 rung and a reduction of at least 2"
            )

    @property
    def fractions(self) -> tuple[float, ...]:
        """Parts of the full budget, rising to 1."""
        return tuple(float(self.reduction) ** (rung - self.count + 1) for rung in range(self.count))


@dataclass
class SuccessiveHalving:
    """The state of ASHA: scores by rung.

    A proposal that reports at a rung goes on if it is among the best 1/``reduction`` of those who reported there so far (always, while
    fewer than ``reduction`` have); one that was stopped may be promoted later (``promotable``), when others have done worse.
    """

    rungs: Rungs = field(default_factory=Rungs)
    direction: str = "maximise"
    scores: list[dict[int, float]] = field(default_factory=list)
    promoted: list[set[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"direction={self.direction!r}: use one of {', '.join(DIRECTIONS)}")
        self.scores = self.scores or [{} for _ in range(self.rungs.count)]
        self.promoted = self.promoted or [set() for _ in range(self.rungs.count)]

    def report(self, ask: int, rung: int, score: float) -> bool:
        """Note a score at a rung (NaN: failed); whether the ask goes on to the next rung now. False at the last rung: it is done."""
        if not 0 <= rung < self.rungs.count:
            raise ValueError(f"rung={rung}: needed 0 to {self.rungs.count - 1}")
        if rung and ask not in self.promoted[rung - 1]:
            raise ValueError(f"ask={ask} reports at rung={rung} but was not promoted there")
        self.scores[rung][ask] = score
        if rung == self.rungs.count - 1 or math.isnan(score) or ask not in self._best(rung):
            return False
        self.promoted[rung].add(ask)
        return True

    def promotable(self) -> list[tuple[int, int]]:
        """(ask, next rung) of those stopped that by now belong to the best of their rung; highest rung first. They count as promoted."""
        found = []
        for rung in reversed(range(self.rungs.count - 1)):
            for ask in self._best(rung):
                if ask not in self.promoted[rung]:
                    self.promoted[rung].add(ask)
                    found.append((ask, rung + 1))
        return found

    def _best(self, rung: int) -> list[int]:
        """The best 1/reduction at a rung, best first, earlier asks first among equals; at least one while fewer have reported."""
        sign = -1.0 if self.direction == "maximise" else 1.0
        good = [ask for ask, score in self.scores[rung].items() if not math.isnan(score)]
        count = len(self.scores[rung])
        kept = count // self.rungs.reduction if count >= self.rungs.reduction else count
        return sorted(good, key=lambda ask: (sign * self.scores[rung][ask], ask))[:kept]
