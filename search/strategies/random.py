"""Random search: independent draws from the grammar. The control that every other strategy is measured against."""

from __future__ import annotations

from ..generation.candidates import Seen, fresh, sample
from ..generation.grammar import Grammar
from ..problem import Problem
from ..randomness import Draws
from ..strategy import AbstractStrategy, Feedback, Option, Proposal


class RandomSearch(AbstractStrategy):
    """Proposes new random programs; learns nothing. Exhausted when ``attempts`` draws in a row give nothing new."""

    name = "random"
    OPTIONS = (
        Option("attempts", 200, "draws before the space counts as exhausted", low=1),
        Option("batch", 64, "asks that may be outstanding in deterministic mode", low=1),
    )

    def __init__(self, problem: Problem, options: dict | None = None) -> None:
        super().__init__(problem, options)
        self.batch = self.options["batch"]
        self.grammar, self.seen = Grammar(problem), Seen(self.starts)

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        """The program of ask ``number``: a new draw."""
        self.grammar.deadline = self.deadline
        term = fresh(lambda: sample(self.grammar, draws), self.seen, self.options["attempts"])
        return None if term is None else Proposal(term, info={"operator": "sample"})

    def parents(self) -> tuple[int, ...]:
        """None: each program begins anew."""
        return ()

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """Random search learns nothing."""
