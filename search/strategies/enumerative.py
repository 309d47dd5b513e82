"""Bottom-up enumeration over columns: every program, cheapest first, equal ones once (see search/enumeration)."""

from __future__ import annotations

from collections.abc import Iterator

from primitives.types import has_tensor

from ..enumeration import enumerator
from ..enumeration.costs import Costs, default_costs, weighted
from ..problem import Problem
from ..randomness import Draws
from ..strategy import AbstractStrategy, Feedback, Hit, Option, Progress, Proposal, StrategyError


class Enumerative(AbstractStrategy):
    """Programs that meet the examples in order of cost. ``ask`` proposes them one by one; ``run`` is the fused loop."""

    name = "enumerative"
    fused = True
    OPTIONS = (
        Option("memory", 1024, "megabytes that the bank of terms may take", low=16),
        Option("max_cost", 60, "the most that a program may cost", low=1),
        Option("lambda_depth", 2, "how deep lambdas may nest", low=0, high=3),
        Option("body_worlds", 100, "argument values by which bodies of lambdas are told apart", low=8),
    )

    def setup(self) -> None:
        if self.problem.examples is None:
            raise StrategyError(
                "strategy='enumerative' needs a task of examples (inputs and outputs); use strategy='genetic' or 'random' for this one"
            )
        self._search: Iterator[enumerator.Hit | enumerator.Progress] | None = None

    def enumerator(self) -> enumerator.Enumerator:
        """A new inner engine for the problem."""
        problem = self.problem
        settings = enumerator.Settings(
            memory=self.options["memory"] << 20, max_cost=self.options["max_cost"], lambda_depth=self.options["lambda_depth"],
            body_worlds=self.options["body_worlds"],
        )  # fmt: skip
        costs = problem_costs(problem)
        constants = [(literal.value, literal.type, costs.constant) for literal in problem.constants]
        return enumerator.Enumerator(
            problem.type, problem.examples or (), words=problem.words, costs=costs, probes=problem.probes, constants=constants,
            settings=settings,
        )  # fmt: skip

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Progress | Hit]:
        for found in self.enumerator().run(deadline, max_terms):
            if isinstance(found, enumerator.Hit):
                yield Hit(found.term, found.terms, {"cost": found.cost, "match": found.match, "seconds": found.seconds})
            else:
                detail = {"cost": found.cost, "kept": found.kept, "bodies": found.bodies, "bytes": found.bytes}
                yield Progress(found.terms, detail)

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        if self._search is None:
            self._search = self.enumerator().run()
        for found in self._search:
            if isinstance(found, enumerator.Hit):
                return Proposal(found.term, info={"operator": "enumerated", "cost": found.cost, "terms": found.terms})
        return None

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """Nothing: the order is fixed by the costs."""


def problem_costs(problem: Problem) -> Costs:
    """The default costs, changed where the problem gives weights."""
    words = {name: word for name, word in problem.words.items() if not has_tensor(word.scheme.type) or has_tensor(problem.type)}
    return weighted(default_costs(words), words, problem.weights)
