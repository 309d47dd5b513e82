"""Bottom-up enumeration over columns: every program, cheapest first, equal ones once (see search/enumeration)."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from primitives.definitions import Definition
from primitives.inference import infer
from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.types import BOOL, arguments_of, has_tensor, is_function, is_ground, subtypes
from primitives.values import Value

from ..choice.ambiguity import alternatives
from ..choice.asking import question
from ..choice.classes import classes
from ..choice.deciding import Ranking, StoppingRule, decided
from ..choice.outvoting import OutvotedExamples, verdict
from ..deduction.deduction import Deduction
from ..enumeration import enumerator
from ..generation.constants import mined
from ..generation.costs import Costs, default_costs, weighted
from ..guidance import composing
from ..guidance.slices import Engine, advantage, finer, finer_cost, guided_costs, interleaved
from ..problem import Example, Problem
from ..randomness import Draws
from ..regression.formulas import Formulas
from ..reports import Alternative, Hit, Progress, Question
from ..strategy import AbstractStrategy, Feedback, Option, Proposal, StrategyError

FIRST_SAMPLE = 10_000
"""Terms to consider for the first sample."""
HEAD_START, EARLY, SMALL = 30_000, 5_000, 16
"""Terms before parts of programs are looked for too, those where truth values are wanted, of which other programs soon meet few by
accident, and the part of the memory that the search for one part has."""
GUIDANCE = ("model", "grammar", "off")


class Enumerative(AbstractStrategy):
    """Programs that meet the examples in order of cost. ``ask`` proposes them one by one; ``run`` is the fused loop."""

    name = "enumerative"
    fused = True
    OPTIONS = (
        Option(
            "memory", 1024, "about how many megabytes the process may grow by; beyond them terms are not kept", low=16
        ),
        Option("max_cost", 60, "the most that a program may cost", low=1),
        Option("lambda_depth", 2, "how deep lambdas may nest", low=0, high=3),
        Option("body_worlds", 100, "argument values by which bodies of lambdas are told apart", low=8),
        Option(
            "unconfirmed",
            True,
            "give programs that a likelier one might replace when the budget ends",
            formerly="hurry",
        ),
        Option(
            "sure", 0.0, "give no program that is less likely right than this; search on instead", low=0.0, high=1.0
        ),
        Option(
            "guidance",
            "model",
            "whose weights take turns with the plain ones, where the library has them (model: a recognition "
            "model's, else the grammar's)",
            choices=GUIDANCE,
        ),  # fmt: skip
        Option("formulas", True, "look for formulas with constants too, where numbers are made of numbers"),
        Option("parts", True, "look for parts of programs too, by examples of their own that those of the task say"),
        Option("compositions", True, "look for programs of learned words alone too, where there are some"),
        Option(
            "sample", 0, "search for programs that meet a random sample of so many examples (0: all of them)", low=0
        ),
    )

    def setup(self) -> None:
        if self.problem.examples is None:
            raise StrategyError(
                "strategy='enumerative' needs a task of examples (inputs and outputs); use strategy='genetic' or 'random' for this one"
            )
        if self.problem.space is not None:
            raise StrategyError(
                "strategy='enumerative' fills no free parts; use genetic, bayesian or random for a space"
            )
        self._search: Iterator[Hit | Progress] | None = None
        self._ranking: Ranking | None = None
        self._numbers: Formulas | None = None

    def enumerator(
        self,
        examples: Sequence[Example] | None = None,
        weights: Mapping[str, float] | None = None,
        share: int = 1,
        probes: Sequence[Sequence[Value]] = (),
        deadline: Deadline = NEVER,
    ) -> enumerator.Enumerator:
        """A new inner engine for the problem, on the given examples (default: all), by the problem's own costs or by other ``weights``,
        with one of ``share`` equal parts of the memory; ``probes`` join the problem's own.
        Raises OutOfTime where the ``deadline`` passes before it is made."""
        problem = self.problem
        library = (
            [w.scheme.type for w in problem.words.values() if isinstance(w, Definition)]
            if has_tensor(problem.type)
            else []
        )
        types = [part for type in library for part in subtypes(type) if not is_function(part) and is_ground(part)]
        # Branches are found by which of the examples each of them meets.
        branching = bool(classes([output for _, output in problem.examples or ()]))
        settings = enumerator.Settings(
            memory=(self.options["memory"] << 20) // share, max_cost=self.options["max_cost"],
            lambda_depth=self.options["lambda_depth"], body_worlds=self.options["body_worlds"],
            types=tuple(dict.fromkeys(types)), all_examples=branching,
        )  # fmt: skip
        costs, given = problem_costs(problem), (problem.examples or ()) if examples is None else examples
        constants = [(literal.value, literal.type, costs.constant) for literal in problem.constants]
        if weights is not None:
            plain, costs, settings = costs, guided_costs(costs, weights), finer(settings)
            mine = mined(given, arguments_of(problem.type)[1], deadline)
            constants = [(value, type, finer_cost(cost, plain, costs)) for value, type, cost in (*constants, *mine)]
        return enumerator.Enumerator(
            problem.type, given, words=problem.runnable, costs=costs, probes=(*problem.probes, *probes), constants=constants,
            settings=settings, deadline=deadline,
        )  # fmt: skip

    def _formulas(self) -> list[Engine]:
        """A search for formulas, where the options have one and the problem is of that kind."""
        problem, examples = self.problem, self.problem.examples or ()
        if not self.options["formulas"] or not Formulas.suits(problem.type, examples, problem.words):
            return []
        costs = problem_costs(problem)
        self._numbers = Formulas(problem.type, examples, words=problem.words, costs=costs)
        return [self._numbers]

    def _deduction(self) -> list[Engine]:
        """A search for parts of programs, where the options have one and there are examples enough."""
        problem, examples = self.problem, self.problem.examples or ()
        if not self.options["parts"] or not Deduction.suits(examples):
            return []
        settings = enumerator.Settings(
            memory=(self.options["memory"] << 20) // SMALL, max_cost=self.options["max_cost"], all_examples=True
        )
        costs = problem_costs(problem)
        constants = [(literal.value, literal.type, costs.constant) for literal in problem.constants]
        return [
            Deduction(
                problem.type, examples, words=problem.runnable, costs=costs, constants=constants, settings=settings
            )
        ]

    def _compositions(self, probes: Sequence[Sequence[Value]], deadline: Deadline) -> list[Engine]:
        """A search for programs of learned words alone, where the options have one and there are such words. Raises OutOfTime."""
        if not self.options["compositions"]:
            return []
        settings = enumerator.Settings(
            memory=(self.options["memory"] << 20) // composing.PART,
            lambda_depth=1,
            mine=False,
            all_examples=bool(classes([output for _, output in self.problem.examples or ()])),
        )
        found = composing.composing(
            self.problem, problem_costs(self.problem), self.suggestion, settings, probes, deadline
        )
        return [] if found is None else [found]

    @property
    def suggestion(self) -> Mapping[str, float] | None:
        """The weights that take turns with the plain ones; None where there are none or the options say no."""
        wanted = GUIDANCE[GUIDANCE.index(self.options["guidance"]) :]
        return next((self.problem.suggested[name] for name in wanted if name in self.problem.suggested), None)

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Progress | Hit]:
        if self.options["sample"]:
            yield from self._run_samples(deadline, max_terms)
            return
        if self.problem.tolerate:
            yield from self._run_outvoting(deadline, max_terms)
            return
        self._ranking = self.ranking(Deadline(deadline))
        for found in decided(partial(self._reports, deadline), self._ranking, max_terms, timed=deadline is not None):
            if isinstance(found, Hit) and self._withheld(found):
                return
            yield found
        if not self._ranking.hits:
            yield from self._nearest()

    def _nearest(self) -> Iterator[Progress | Hit]:
        """The formula that comes nearest to outputs with noise, where no program meets the examples."""
        found = None if self._numbers is None else self._numbers.nearest()
        if found is not None:
            yield _reported(found, 0)

    def _run_outvoting(self, deadline: float | None, max_terms: int | None) -> Iterator[Progress | Hit]:
        """Find out which examples are wrong, then search for programs that meet the others."""
        problem, until = self.problem, Deadline(deadline)
        examples = problem.examples or ()
        ranking = self.ranking(until)

        def over(terms: int) -> bool:
            passed = deadline is not None and time.monotonic() > deadline
            return passed or (max_terms is not None and terms >= max_terms)

        def searched(chosen: Sequence[Example], terms: int) -> Iterator[enumerator.Answer | enumerator.LevelReport]:
            try:
                engine = self.enumerator(chosen, deadline=until)
            except OutOfTime:
                return
            yield from engine.run(deadline, terms)
            engine.release()

        terms, found = 0, None
        for report in verdict(examples, problem.tolerate, searched, ranking.missed, ranking.weight, problem.seed, over):
            if isinstance(report, OutvotedExamples):
                found = report
            else:
                terms = report.terms
                yield report
        if found is None:
            return
        told = False
        rest = tuple(example for place, example in enumerate(examples) if place not in found.missed)
        agreed = Enumerative(replace(problem, examples=rest, tolerate=0), {**self.options, "sample": 0})
        left = None if max_terms is None else max(0, max_terms - terms)
        for each in agreed.run(deadline, left):
            self._ranking = agreed._ranking
            told = told or isinstance(each, Hit)
            yield replace(each, terms=terms + each.terms)
        if not told:
            yield Hit(found.term, terms, {"cost": 0, "confirmed": False})

    def _withheld(self, hit: Hit) -> bool:
        """Whether the options say not to give it: a likelier one might replace it, or it is too doubtful."""
        unconfirmed = not self.options["unconfirmed"] and not hit.info["confirmed"]
        return unconfirmed or bool(hit.info.get("confidence", 1.0) < self.options["sure"])

    def ranking(self, deadline: Deadline = NEVER) -> Ranking:
        """A ranking of the problem's programs that has none yet; after the ``deadline`` it runs none."""
        problem, suggestion = self.problem, self.suggestion
        costs = problem_costs(problem)
        prior = None if suggestion is None else advantage(costs, suggestion)
        return Ranking(
            problem.type,
            problem.examples or (),
            problem.runnable,
            costs,
            StoppingRule(sure=self.options["sure"]),
            prior,
            deadline,
            problem.unlabelled,
        )

    @property
    def first_seconds(self) -> float | None:
        hits = [] if self._ranking is None else list(self._ranking.hits.values())
        return hits[0].info.get("seconds") if hits else None

    @property
    def first_terms(self) -> int | None:
        return None if self._ranking is None else next((hit.terms for hit in self._ranking.hits.values()), None)

    def alternatives(self) -> Sequence[Alternative]:
        ranking = self._ranking
        return [] if ranking is None else alternatives(ranking.in_order(), ranking.near, ranking.usual)

    def question(self) -> Question | None:
        ranking = self._ranking
        return None if ranking is None else question(ranking.in_order(), ranking.near, ranking.usual, len(ranking.real))

    def _reports(
        self, deadline: float | None, probes: Sequence[Sequence[Value]], max_terms: int | None
    ) -> Iterator[Progress | Hit]:
        """One search in the order of cost with the probes in its bank."""
        suggestion, until = self.suggestion, Deadline(deadline)
        engines: list[Engine] = []
        try:
            composed = self._compositions(probes, until)
            others = 1 + len(composed)
            if suggestion is not None:
                engines.append(self.enumerator(weights=suggestion, share=1 + others, probes=probes, deadline=until))
            parts = self._deduction()
            engines.append(self.enumerator(share=len(engines) + len(parts) + others, probes=probes, deadline=until))
            engines += self._formulas()
            ahead = EARLY if arguments_of(self.problem.type)[1] == BOOL else HEAD_START
            waits = [0] * len(engines) + [ahead] * len(parts) + [composing.HEAD_START] * len(composed)
            shares = [1.0] * (len(engines) + len(parts)) + [composing.SHARE] * len(composed)
            engines += [*parts, *composed]
            for turn in interleaved(engines, deadline, max_terms, waits, shares):
                if self._numbers is not None and self._numbers.settled:
                    return
                reported = replace(_reported(turn.found, 0), terms=turn.terms)
                if self._is_beyond(reported):
                    continue
                by = "composed" if composed and turn.number == len(engines) - 1 else "plain"
                by = "guided" if suggestion is not None and turn.number == 0 else by
                yield replace(reported, **_noted(reported, by=by))
        except OutOfTime:
            return
        finally:
            for engine in engines:
                engine.release()

    def _run_samples(self, deadline: float | None, max_terms: int | None) -> Iterator[Progress | Hit]:
        """Enumerate for one random sample of the examples after another, each with twice the terms of the last (Fischler and Bolles
        1981): where some examples are wrong, or a word errs now and then, a right program still meets most samples."""
        examples = self.problem.examples or ()
        before, bound = 0, FIRST_SAMPLE
        for draw in itertools.count():
            chosen = Draws(self.problem.seed, draw).shuffled(range(len(examples)))[: self.options["sample"]]
            left = bound if max_terms is None else min(bound, max_terms - before)
            terms = 0
            for found in self.enumerator([examples[i] for i in sorted(chosen)]).run(deadline, left):
                terms = found.terms if isinstance(found, enumerator.LevelReport) else max(terms, found.terms)
                reported = _reported(found, before)
                if not self._is_beyond(reported):
                    yield reported
            before, bound = before + terms, 2 * bound
            if (deadline is not None and time.monotonic() > deadline) or (
                max_terms is not None and before >= max_terms
            ):
                return

    def _is_beyond(self, reported: Progress | Hit) -> bool:
        """Whether it is a hit beyond the problem's bounds: nets in it have their weights."""
        problem = self.problem
        if not isinstance(reported, Hit) or not problem.bounds.by_shape:
            return False
        return bool(problem.excess(infer(reported.term, problem.runnable, problem.type)))

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        if self._search is None:
            self._search = self.run()
        for found in self._search:
            if isinstance(found, Hit):
                return Proposal(
                    found.term, info={"operator": "enumerated", "cost": found.info["cost"], "terms": found.terms}
                )
        return None

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """Nothing: the order is fixed by the costs."""


def _reported(found: enumerator.Answer | enumerator.LevelReport, before: int) -> Progress | Hit:
    """The engine's report in the terms of strategies; ``before`` terms were considered earlier."""
    if isinstance(found, enumerator.Answer):
        return Hit(
            found.term, before + found.terms, {"cost": found.cost, "match": found.match, "seconds": found.seconds}
        )
    detail = {"cost": found.cost, "kept": found.kept, "bodies": found.bodies, "bytes": found.bytes}
    return Progress(before + found.terms, detail)


def _noted(found: Progress | Hit, **more: Any) -> dict[str, Any]:
    """The report's details with more of them, under the name of their field."""
    return {"info": {**found.info, **more}} if isinstance(found, Hit) else {"detail": {**found.detail, **more}}


def problem_costs(problem: Problem) -> Costs:
    """The default costs, changed where the problem gives weights."""
    words = {
        name: word
        for name, word in problem.words.items()
        if not has_tensor(word.scheme.type) or has_tensor(problem.type)
    }
    return weighted(default_costs(words, problem.type), words, problem.weights)
