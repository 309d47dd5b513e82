"""A controller over the grammar that learns by REINFORCE which choices lead to good programs (Williams 1992; Zoph and Le 2017).

The policy is a table instead of a recurrent net: what a choice is worth depends on its label and on the choice before it. It multiplies the
grammar's own weights, so that before anything was told programs are drawn as ``random`` draws them.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from library.records import Direction
from primitives.primitive import Setting
from primitives.term import Term

from ..generation.candidates import Seen, fresh, sample
from ..generation.choosing import Place
from ..generation.grammar import Grammar
from ..problem import Problem
from ..randomness import Draws
from ..strategy import AbstractStrategy, Feedback, Option, Proposal

Choice = tuple[str, str]
"""What a preference is for: the word chosen before, and what was chosen: a word, or a value of a setting."""
ANYWHERE, FIRST = "", "^"
"""What stands for the word before: any at all, and none yet."""
WHOLE = (-1,)
"""How the place ends at which the size of a whole program is drawn, after the number of the attempt."""
BINS = 8
"""Equal parts, on its own scale, of the range of a setting of numbers."""


@dataclass
class Policy:
    """Preferences: what is added to the log-weight of a choice, 0 where nothing was learned."""

    preferences: dict[Choice, float] = field(default_factory=dict)

    def preference(self, before: str, label: str) -> float:
        """Of a label after another one: that after any, and that after this one."""
        return self.preferences.get((ANYWHERE, label), 0.0) + self.preferences.get((before, label), 0.0)

    def move(self, gradient: dict[Choice, float], step: float, decay: float) -> None:
        """One step along the gradient; the preferences that it names decay towards the grammar's own weights."""
        for choice, slope in gradient.items():
            moved = (1.0 - decay) * self.preferences.get(choice, 0.0) + step * slope
            self.preferences[choice] = max(-BOUND, min(BOUND, moved))


BOUND = 4.0
"""What a preference is at most, so that no choice is ever ruled out."""


class PolicyChooser:
    """Makes the choices of a derivation by the policy, and notes the gradient of their log-probability."""

    def __init__(self, policy: Policy, draws: Draws) -> None:
        self.policy, self.draws = policy, draws
        self.gradient: dict[Choice, float] = {}
        self._before = FIRST

    def pick(self, place: Place, labels: Sequence[str], cumulative: Sequence[float]) -> int:
        """An index by weight times the policy's."""
        if len(labels) == 1:
            return 0
        weights = [high - low for low, high in itertools.pairwise((0.0, *cumulative))]
        chosen = self._choose(self._before, labels, weights)
        self._before = labels[chosen]
        return chosen

    def fraction(self, place: Place) -> float:
        """How a budget is divided is left to chance. With that of a whole program a new attempt at one begins."""
        if place[1:] == WHOLE:
            self.gradient.clear()
            self._before = FIRST
        return self.draws.random()

    def value(self, place: Place, word: str, setting: Setting) -> object:
        """A setting's value: one of its choices, or a number of the part of its range that the policy chooses."""
        where = f"{word}.{setting.name}"
        if setting.choices:
            return setting.choices[
                self._choose(
                    self._before, [f"{where}={each}" for each in setting.choices], [1.0] * len(setting.choices)
                )
            ]
        if setting.low is None or setting.high is None:
            return setting.default
        part = self._choose(self._before, [f"{where}#{each}" for each in range(BINS)], [1.0] * BINS)
        return _within(setting, setting.low, setting.high, (part + self.draws.random()) / BINS)

    def _choose(self, before: str, labels: Sequence[str], weights: Sequence[float]) -> int:
        preferred = [
            w * math.exp(self.policy.preference(before, label)) for w, label in zip(weights, labels, strict=True)
        ]
        sums = list(itertools.accumulate(preferred))
        chosen = min(bisect.bisect_right(sums, self.draws.random() * sums[-1]), len(sums) - 1)
        for label, weight in zip(labels, preferred, strict=True):
            slope = -weight / sums[-1]
            self._note(before, label, slope)
        self._note(before, labels[chosen], 1.0)
        return chosen

    def _note(self, before: str, label: str, slope: float) -> None:
        for choice in ((ANYWHERE, label), (before, label)):
            self.gradient[choice] = self.gradient.get(choice, 0.0) + slope


def _within(setting: Setting, low: float, high: float, share: float) -> object:
    """The number at a share of the way from low to high, on the setting's scale."""
    if setting.log:
        number = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    else:
        number = low + share * (high - low)
    if isinstance(setting.default, int):
        return max(math.ceil(low), min(math.floor(high), round(number)))
    return max(low, min(high, number))


class ReinforceSearch(AbstractStrategy):
    """Draws from the policy; what was told moves it towards the choices of programs that are better than the latest ones."""

    name = "reinforce"
    OPTIONS = (
        Option(
            "step", 0.3, "how far a preference moves for a program better than all of the window", low=0.0, high=10.0
        ),
        Option("decay", 0.02, "part of a preference that is lost with each step", low=0.0, high=1.0),
        Option("window", 50, "latest evaluations with which a new one is compared", low=2),
        Option("startup", 5, "evaluations before the policy moves", low=1),
        Option("attempts", 200, "draws before the space counts as exhausted", low=1),
        Option("batch", 4, "asks that may be outstanding in deterministic mode", low=1),
    )

    def __init__(self, problem: Problem, options: dict | None = None) -> None:
        super().__init__(problem, options)
        self.batch = self.options["batch"]
        self.grammar, self.seen, self.policy = Grammar(problem), Seen(self.starts), Policy()
        self.gradients: dict[int, dict[Choice, float]] = {}
        self.latest: deque[float] = deque(maxlen=self.options["window"])

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        """The program of ask ``number``: a draw from the policy that was not proposed before."""
        self.grammar.deadline = self.deadline
        made: list[PolicyChooser] = []

        def draw() -> Term:
            made.append(PolicyChooser(self.policy, draws))
            # A chooser notes the choices of one program, so in a space each try has one of its own.
            return sample(self.grammar, made[-1], attempts=30 if self.problem.space is None else 1)

        term = fresh(draw, self.seen, self.options["attempts"])
        if term is None:
            return None
        self.gradients[number] = made[-1].gradient
        return Proposal(term, info={"operator": "policy" if self.policy.preferences else "sample"})

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """Move the policy by the program's rank among the latest ones, from −1 (the worst, or without a score) to 1 (the best)."""
        gradient = self.gradients.pop(proposal.number, None)
        worth = self._worth(feedback)
        if gradient is not None and len(self.latest) >= self.options["startup"]:
            below = sum(other < worth for other in self.latest) + 0.5 * sum(other == worth for other in self.latest)
            advantage = 2.0 * below / len(self.latest) - 1.0
            self.policy.move(
                {c: advantage * slope for c, slope in gradient.items()}, self.options["step"], self.options["decay"]
            )
        self.latest.append(worth)

    def _worth(self, feedback: Feedback) -> float:
        """The first objective, signed so that more is better; minus infinity where there is none."""
        name, direction = self.problem.objectives[0]
        score = feedback.scores.get(name)
        return -math.inf if score is None or score != score else Direction(direction).sign * score
