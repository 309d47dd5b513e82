"""One goal looked for bottom-up, on a few of its examples at first: what others refute is added (CEGIS, Solar-Lezama et al. 2006)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from primitives.interpreter.deadline import Deadline
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Lambda, Term, apply, lambdas
from primitives.values import equal

from ..enumeration.ahead.branches import Branches
from ..enumeration.answers import Answer, Example
from ..enumeration.enumerator import Enumerator, LevelReport
from .goal import SECONDS, Reduction, Subtask

FEW, MORE = 24, 2
"""Examples to begin with, and those that are added where a term meets the others."""
COVERED = 0.15
"""The least share of the examples that a branch meets."""
PLAIN = 15_000
"""Terms for a part without lambdas, before those with them."""

Begin = Callable[[Subtask, Sequence[Example], int], Enumerator]
"""An enumeration for a goal, on some of its examples, with lambdas that nest so deep at most."""


class Solver:
    """The terms that meet a goal, as they are found. ``spent`` counts the terms that were considered."""

    def __init__(self, goal: Subtask, words: Mapping[str, Primitive], begin: Begin) -> None:
        self.goal, self.words, self.begin = goal, words, begin
        self.chosen = diverse(goal.examples, FEW)
        self.before = 0
        self.enumerator: Enumerator | None = None
        self.running: Iterator[Answer | LevelReport] | None = None
        self.over = False
        self.depth = 2 if goal.depth == 0 else 0
        """How deep lambdas may nest."""

    @property
    def spent(self) -> int:
        """Terms that were considered so far."""
        return self.before + (0 if self.enumerator is None else self.enumerator.ledger.terms)

    def step(self, deadline: Deadline) -> Term | None:
        """Go on until the next report: a term over the goal's variables that meets it, or None. Raises OutOfTime."""
        if self.depth == 0 and self.spent > PLAIN:
            self.depth = 1
            self.release()
        if self.enumerator is None:
            self.enumerator = self.begin(self.goal, self.chosen, self.depth)
            self.running = self.enumerator.run(deadline.at)
        assert self.running is not None
        found = next(self.running, None)
        if found is None and self.depth == 0:
            self.depth = 1
            self.release()
        elif found is None:
            self.over = True
        if not isinstance(found, Answer):
            return None
        refuting = [each for each in self.goal.examples if not self._meets(found.term, each, deadline)]
        if not refuting:
            return body_of(found.term, len(self.goal.inputs))
        known = set(map(id, self.chosen))
        self.chosen += [each for each in refuting if id(each) not in known][:MORE]
        self.release()
        return None

    def release(self) -> None:
        """Give up what was enumerated; the next step begins anew."""
        self.before = self.spent
        if self.enumerator is not None:
            self.enumerator.release()
        self.enumerator = self.running = None

    def _meets(self, term: Term, example: Example, deadline: Deadline) -> bool:
        given, output = example
        deadline.check()
        return bool(equal(self._run(term, given, deadline), output))

    def _run(self, term: Term, given: Sequence, deadline: Deadline) -> object:
        return evaluate(term, given, words=self.words, fuel=Fuel(seconds=deadline.seconds(SECONDS)))

    def begun(self, deadline: Deadline) -> Iterator[Reduction]:
        """Branches that meet some of the goal's examples, and a goal of the others."""
        round = None if self.enumerator is None else self.enumerator.round
        if round is None:
            return
        arity = len(self.goal.inputs)
        for look in round.looks:
            for choice, test, turned, term in look.first_branches() if isinstance(look, Branches) else ():
                condition, then = (lambdas(arity, part) for part in (test, term))
                taken, left = list[Example](), list[Example]()
                for each in self.goal.examples:
                    holds = self._run(condition, each[0], deadline)
                    (taken if holds is (not turned) else left).append(each)
                if not left or len(taken) < COVERED * len(self.goal.examples):
                    continue
                if not all(self._meets(then, each, deadline) for each in taken):
                    continue
                goal = self.goal.below(self.goal.inputs, self.goal.output, ((tuple(g), o) for g, o in left))
                if goal is None:
                    continue
                yield Reduction("branch", (goal,), _choosing(choice, test, turned, term))


def _choosing(choice: Term, test: Term, turned: bool, term: Term) -> Callable[[Term], Term]:
    """Makes the choice between the branch and a rest, which is taken where the condition holds if it is turned round."""
    return lambda rest: apply(choice, test, rest, term) if turned else apply(choice, test, term, rest)


def body_of(term: Term, arity: int) -> Term:
    """What stands within so many lambdas.

    term: a program.
    arity: its arguments.
    """
    for _ in range(arity):
        assert isinstance(term, Lambda)
        term = term.body
    return term


def diverse(examples: Sequence[Example], count: int) -> list[Example]:
    """So many examples, small ones first, as many of each output as there can be.

    examples: to choose from.
    count: how many at most.
    """
    if len(examples) <= count:
        return list(examples)
    by_output: dict[str, list[Example]] = {}
    for each in sorted(examples, key=lambda each: len(repr(each))):
        by_output.setdefault(repr(each[1]), []).append(each)
    chosen: list[Example] = []
    for turn in range(count):
        for group in by_output.values():
            if turn < len(group) and len(chosen) < count:
                chosen.append(group[turn])
        if len(chosen) >= count:
            break
    return chosen
