"""Genetic programming: typed variation of our own, DEAP's selection (tournament, lexicase, NSGA-II), ageing (Real et al. 2019)."""

from __future__ import annotations

from operator import attrgetter

from primitives.term import Term
from primitives.types import FLOAT, INT, arguments_of, has_tensor

from ..generation.candidates import Seen, fresh, sample
from ..generation.choosing import DeadEnd
from ..generation.grammar import Grammar
from ..problem import Problem
from ..randomness import Draws
from ..strategy import AbstractStrategy, Feedback, Option, Proposal
from ..variation.crossover import Recombiner
from ..variation.editor import Variant
from ..variation.morphisms import Morpher
from ..variation.mutation import Mutator
from ..variation.selection import (
    PARENT_METHODS,
    Individual,
    best,
    hall_of_fame,
    individual,
    select_parent,
    survivors_nsga2,
)

MOST_CASES = 50
"""Examples that a selection looks at unless told otherwise: with more, the early ones decide nearly always."""
REPLACEMENTS = ("oldest", "worst", "generation")
INHERIT = ("weights", "none")


class GeneticSearch(AbstractStrategy):
    """Evolves a population of programs.

    Steady state: every told program enters the population and the ``oldest`` (regularised evolution) or the ``worst`` leaves. With
    ``generation``, a whole new population is bred from the last one and joined by its elite.
    """

    name = "genetic"
    OPTIONS = (
        Option("population", 0, "programs kept; 0: 100 for examples, 24 where candidates are trained", low=0),
        Option("selection", "auto", "how parents are chosen", choices=("auto", *PARENT_METHODS)),
        Option("replacement", "auto", "what leaves the population", choices=("auto", *REPLACEMENTS)),
        Option("tournament", 5, "programs drawn for a tournament", low=1),
        Option(
            "cases",
            0.0,
            "share of the examples that lexicase looks at, another one each generation; 0: all, or so many that "
            "MOST_CASES remain",
            low=0.0,
            high=1.0,
        ),  # fmt: skip
        Option("crossover", 0.3, "probability of crossover, else mutation", low=0.0, high=1.0),
        Option("mutations", 1.5, "mean number of mutations in a row, at least one", low=1.0, high=10.0),
        Option("immigrants", 0.05, "probability of a new random program", low=0.0, high=1.0),
        Option(
            "inherit",
            "weights",
            "what a child's weights start from: its parents' at the sites that survive, or none",
            choices=INHERIT,
        ),
        Option(
            "morphisms",
            0.0,
            "share of the mutated nets that compute what their parent does until trained",
            low=0.0,
            high=1.0,
        ),
        Option(
            "shrink",
            1.0,
            "what inherited weights are multiplied by; below 1 noise is added (Ash and Adams 2020)",
            low=0.0,
            high=1.0,
        ),
        Option("elite", 2, "best programs that are never removed", low=0),
        Option("batch", 8, "asks that may be outstanding in deterministic mode", low=1),
    )

    def __init__(self, problem: Problem, options: dict | None = None) -> None:
        super().__init__(problem, options)
        chosen, examples = self.options, problem.examples is not None
        self.size: int = chosen["population"] or (100 if examples else 24)
        self.selection = _auto(chosen["selection"], _lexicase(problem) if examples else "tournament")
        self.replacement = _auto(chosen["replacement"], "worst" if examples else "oldest")
        self.batch = self.size if self.replacement == "generation" else chosen["batch"]
        count = len(problem.examples or ())
        self.cases: float = chosen["cases"] or min(1.0, MOST_CASES / max(count, 1))
        self.grammar, self.seen = Grammar(problem), Seen(self.starts)
        self.mutator = Mutator(self.grammar)
        self.recombiner = Recombiner(self.mutator)
        self.morpher = Morpher(self.mutator) if chosen["morphisms"] and has_tensor(problem.type) else None
        self.population: list[Individual] = []
        self.offspring: list[Individual] = []
        self.hall = hall_of_fame(max(chosen["elite"], 1))
        self.told = 0

    @property
    def best(self) -> list[Individual]:
        """The best individuals told so far, best first."""
        return list(self.hall)

    def parents(self) -> list[int]:
        """The asks of the population, and of what joins it next."""
        return [one.ask for one in (*self.population, *self.offspring)]

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        """A random program while the first population fills, then a child of the population."""
        self.grammar.deadline = self.deadline
        young = number < self.size or len(self.population) < 2
        if not young and draws.random() >= self.options["immigrants"]:
            for _ in range(4):
                child = self._child(draws)
                if child is not None and self.seen.add(child.term):
                    return child
        term = fresh(lambda: sample(self.grammar, draws), self.seen, 200)
        return None if term is None else Proposal(term, info={"operator": "sample"})

    def _child(self, draws: Draws) -> Proposal | None:
        mother = self._parent(draws)
        try:
            if draws.random() < self.options["crossover"]:
                father = self._parent(draws)
                variant = self.recombiner.cross(mother.term, father.term, draws)
                return self._proposal(variant, (mother.ask, father.ask))
            return self._proposal(self._mutant(mother.term, draws), (mother.ask, mother.ask))
        except DeadEnd:
            return None

    def _mutant(self, term: Term, draws: Draws) -> Variant:
        """One or more edits of a program, all or none of which keep what it computes. Raises DeadEnd."""
        keeps = self.morpher is not None and draws.random() < self.options["morphisms"]
        edit = self.morpher.morph if self.morpher is not None and keeps else self.mutator.mutate
        variant = edit(term, draws)
        more = 1.0 - 1.0 / self.options["mutations"]
        while draws.random() < more:
            variant = variant.then(edit(variant.term, draws))
        return variant

    def _proposal(self, variant: Variant, asks: tuple[int, int]) -> Proposal:
        info: dict[str, object] = {"operator": variant.operator, "parents": asks, "inherit": {}}
        if self.options["inherit"] != "none":
            info["inherit"] = {site: (asks[parent], there) for site, (parent, there) in variant.origins.items()}
            if variant.transfer:
                info["transfer"] = {site: list(steps) for site, steps in variant.transfer.items()}
            if self.options["shrink"] < 1.0:
                info["shrink"] = self.options["shrink"]
        return Proposal(variant.term, asks[0], info)

    def _parent(self, draws: Draws) -> Individual:
        generation = Draws(self.problem.seed, 1 << 40, self.told // self.size)
        return select_parent(
            self.selection,
            self.population,
            draws,
            size=self.options["tournament"],
            sample=self.cases,
            sampler=generation,
        )

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """The program joins the population if it has scores; someone leaves if there are too many."""
        self.told += 1
        one = individual(proposal.number, proposal.term, feedback, self.problem.objectives)
        if one is not None:
            self.hall.update([one])
            (self.offspring if self.replacement == "generation" else self.population).append(one)
        if self.replacement == "generation":
            if self.told % self.size == 0:
                self._next_generation()
        elif len(self.population) > self.size:
            self._remove_one()

    def _next_generation(self) -> None:
        """The elite and the offspring are the next population; with NSGA-II, the best of both populations."""
        if self.selection == "nsga2":
            self.population = survivors_nsga2([*self.population, *self.offspring], self.size)
        else:
            elite = best(self.population, self.options["elite"])
            self.population = [*elite, *self.offspring]
        self.offspring = []

    def _remove_one(self) -> None:
        kept = {one.ask for one in list(self.hall)[: self.options["elite"]]}
        if self.replacement == "oldest":
            leaving = min(
                (one for one in self.population if one.ask not in kept), key=lambda one: one.ask, default=None
            )
        elif self.selection == "nsga2":
            self.population = survivors_nsga2(self.population, self.size)
            return
        else:
            leaving = min(self.population, key=attrgetter("worth"))
        self.population.remove(leaving or self.population[0])


def _lexicase(problem: Problem) -> str:
    """With tolerance where errors are by degrees."""
    return "epsilon_lexicase" if arguments_of(problem.type)[1] in (INT, FLOAT) else "lexicase"


def _auto(value: str, chosen: str) -> str:
    return chosen if value == "auto" else value
