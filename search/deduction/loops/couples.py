"""Goals met by loops with a state of two numbers: so often as a term says, along a list, or for as long as one of the two is above 0.

What each number becomes is a word or two of the state, the element or the number of the step, and cheap terms. All that the first may
become and all that the second may are run together, from every start; either in the end, or a word of both, may be what is wanted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from primitives.binding import shift
from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Lambda, Let, Literal, Term, Variable, lambdas
from primitives.types import FLOAT, INT

from ..goal import Subtask
from ..language import Language
from ..targets import NEAR, KeptTerm
from ..tools import RoleWords, sequences
from .changes import CHEAPER, AbstractLoops, BesideTerms
from .parts import KeptPart, NamedPart, StepPart, StepScope, different, reckoned
from .stepping import of_few_steps

FIRST, SECOND, OTHER = NamedPart("first"), NamedPart("second"), NamedPart("other")
"""The numbers of the state, and the element or the number of the step."""
STEPS, FEWEST, EXAMPLES = 12, 5, 8
"""The most steps of an example that loops are run on, and how many such examples there are at least and at most."""
STARTS, BESIDE, COUNTS = 2, 2, 2
"""Terms for the starts and beside the state, so many that are the same everywhere and so many others; and for how often."""
PART = 40
"""Changes of the first number that are run at once."""


@dataclass(frozen=True)
class CoupleLoop:
    """How loops go on: by a word, along ``over``, on examples that are chosen. ``counts`` are the steps of each, the most where it goes on
    for as long as ``going`` is above 0; ``others`` are the elements or the numbers of steps, [steps, examples], if it has any."""

    role: Role
    over: Term | None
    chosen: list[int]
    counts: Array
    others: Array | None = None
    going: NamedPart | None = None
    after: bool = False
    """Whether what the second number becomes sees what the first became."""

    @property
    def parts(self) -> list[StepPart]:
        """What a step sees that changes."""
        return [FIRST, SECOND] if self.others is None else [FIRST, SECOND, OTHER]

    def written(self, parts: Sequence[StepPart], starts: Sequence[KeptTerm], tools: RoleWords) -> Term:
        """The loop, which gives the state in the end.

        parts: what the numbers become.
        starts: what they begin with.
        tools: the words.
        """
        begin = tools.call(Role.PAIR, *(start.term for start in starts))
        inner = 1 if self.others is None else 2
        state: Term = Variable(1 if self.role is Role.FOLD else 0)
        named = {"first": tools.call(Role.FIRST_OF_TWO, state), "second": tools.call(Role.SECOND_OF_TWO, state)}
        if self.role is Role.FOLD:
            named["other"] = Variable(0)
        elif self.others is not None:
            named["other"] = tools.call(Role.ADDITION, Literal(1, INT), Variable(1))
        first, second = parts
        made = first.term(StepScope(named, inner, tools))
        if self.after:
            within = {name: shift(term, 1) for name, term in named.items()} | {"first": Variable(0)}
            then = second.term(StepScope(within, inner + 1, tools))
            body: Term = Let(made, tools.call(Role.PAIR, Variable(0), then))
        else:
            body = tools.call(Role.PAIR, made, second.term(StepScope(named, inner, tools)))
        if self.going is not None:
            condition = tools.call(Role.BELOW, Literal(0, INT), named[self.going.name])
            return tools.call(self.role, Lambda(condition), Lambda(body), begin)
        assert self.over is not None
        if self.role is Role.FOLD:
            return tools.call(self.role, lambdas(inner, body), begin, self.over)
        return tools.call(self.role, self.over, lambdas(inner, body), begin)


class Couples(AbstractLoops):
    """Loops with a state of two numbers."""

    share = 0.25

    def __init__(self, goal: Subtask, language: Language) -> None:
        number, has = goal.output in (INT, FLOAT), language.tools.has(Role.PAIR, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO)
        super().__init__(goal, language, suits=number and has)

    def _run(self, deadline: Deadline) -> Iterator[Term | None]:
        beside, type, tools = self._beside(deadline), self.goal.output, self.language.tools
        outputs = np.array(self.goal.outputs)
        terms = [*beside.same(type)[: BESIDE + 1], *beside.varied(type)[:BESIDE]]
        for longer in (False, True):
            for loop in (replace(each, after=longer) for each in self._loops(beside)):
                starts = [*beside.same(type)[:STARTS], *self._varied(loop, beside)]
                kept: list[StepPart] = [KeptPart(each.at(loop.chosen)) for each in terms]
                every = [*loop.parts, *reckoned(type, loop.parts, [*loop.parts, *kept], tools)]
                seconds = firsts = self._different(every, loop)
                if longer:
                    inner = list(reckoned(type, loop.parts[-1:], [FIRST, SECOND, *kept], tools))
                    both = self._different([*every, *reckoned(type, inner, [*loop.parts, *kept], tools)], loop)
                    firsts = both[len(seconds) :]
                firsts = [each for each in firsts if each != FIRST]
                seconds = [each for each in seconds if each != SECOND]
                for begin in range(0, len(firsts), PART):
                    for pair in itertools.product(starts, repeat=2):
                        some, at = firsts[begin : begin + PART], [each.at(loop.chosen) for each in pair]
                        self.spent += len(some) * len(seconds) // CHEAPER
                        runs = CoupleRuns(loop, some, seconds, at, outputs[loop.chosen])
                        for first, second, result in runs.hits(type == INT, tools, deadline):
                            yield self._written(loop.written((first, second), pair, tools), result)
                        yield None

    def _varied(self, loop: CoupleLoop, beside: BesideTerms) -> list[KeptTerm]:
        """Starts that differ by example: along a list its first element."""
        if loop.role is not Role.FOLD or not self.language.tools.has(Role.FIRST):
            return beside.varied(self.goal.output)[:STARTS]
        assert loop.over is not None
        term = self.language.tools.call(Role.FIRST, loop.over)
        found = next((each for each in beside.terms if each.term == term), None)
        return [] if found is None else [found]

    def _different(self, parts: list[StepPart], loop: CoupleLoop) -> list[StepPart]:
        names = ["first", "second", "other"]
        return different(parts, names, len(loop.chosen), np.dtype(np.int64 if self.goal.output == INT else np.float64))

    def _loops(self, beside: BesideTerms) -> Iterator[CoupleLoop]:
        goal, tools, type = self.goal, self.language.tools, self.goal.output
        scalar = all(each in (INT, FLOAT) for each in goal.inputs)
        for each in sequences(goal, tools) if tools.has(Role.FOLD) else ():
            sizes = np.array(list(map(len, each.values)))
            chosen = of_few_steps(np.where(sizes > 0, sizes, STEPS + 1))
            if each.element == type and len(chosen) >= FEWEST:
                rows = [each.values[number] for number in chosen]
                others = np.array(list(itertools.zip_longest(*rows, fillvalue=0)))
                yield CoupleLoop(Role.FOLD, each.term, chosen, sizes[chosen], others)
        for count in beside.counts[:COUNTS] if scalar and tools.has(Role.TIMES) else ():
            chosen = of_few_steps(count.values)
            if len(chosen) >= FEWEST:
                counts = count.values[chosen]
                yield CoupleLoop(Role.TIMES, count.term, chosen, counts)
                if type == INT and tools.has(Role.COUNTED):
                    numbers = np.repeat(np.arange(1, STEPS + 1)[:, None], len(chosen), axis=1)
                    yield CoupleLoop(Role.COUNTED, count.term, chosen, counts, numbers)
        if scalar and INT == type and tools.has(Role.WHILE, Role.BELOW):
            sizes = np.abs(np.array([given for given, _ in goal.examples], float)).sum(axis=1)
            chosen = np.argsort(sizes, kind="stable")[:EXAMPLES].tolist()
            for going in (SECOND, FIRST) if len(chosen) >= FEWEST else ():
                yield CoupleLoop(Role.WHILE, None, chosen, np.full(len(chosen), STEPS), going=going)

    def _written(self, loop: Term, result: StepPart) -> Term:
        """What is wanted of the state in the end."""
        tools, state = self.language.tools, Variable(0)
        ends = {"first": tools.call(Role.FIRST_OF_TWO, state), "second": tools.call(Role.SECOND_OF_TWO, state)}
        if isinstance(result, NamedPart):
            return tools.call(Role.FIRST_OF_TWO if result == FIRST else Role.SECOND_OF_TWO, loop)
        return Let(loop, result.term(StepScope(ends, 1, tools)))


class CoupleRuns:
    """All loops of some changes of the first number and of the second, from one start."""

    def __init__(
        self, loop: CoupleLoop, firsts: Sequence[StepPart], seconds: Sequence[StepPart],
        starts: Sequence[KeptTerm], outputs: Array,
    ) -> None:  # fmt: skip
        self.loop, self.firsts, self.seconds, self.outputs = loop, firsts, seconds, outputs
        shape = (len(outputs), len(firsts), len(seconds))
        self.first, self.second = (np.broadcast_to(each.values[:, None, None], shape).copy() for each in starts)

    def hits(self, whole: bool, tools: RoleWords, deadline: Deadline) -> Iterator[tuple[StepPart, StepPart, StepPart]]:
        """What the two numbers become, and what in the end is the output.

        whole: whether these are Ints.
        tools: the words.
        deadline: until when to look.
        """
        loop, wanted = self.loop, self.outputs[:, None, None]
        going: Array = np.ones(self.first.shape, bool)
        with np.errstate(all="ignore"):
            for step in range(int(loop.counts.max())):
                deadline.check()
                going = (step < loop.counts)[:, None, None] if loop.going is None else self._going() & going
                self._step(step, going)
            ended = ~(self._going() & going).any(axis=0) if loop.going is not None else True
            at = {"first": self.first, "second": self.second}
            results = [FIRST, SECOND, *reckoned(INT if whole else FLOAT, [FIRST], [SECOND], tools)]
            for result in results:
                values = result.value(at)
                near = values == wanted if whole else np.isclose(values, wanted, rtol=NEAR, atol=NEAR)
                for first, second in np.argwhere(near.all(axis=0) & ended).tolist():
                    yield self.firsts[first], self.seconds[second], result

    def _going(self) -> Array:
        return np.asarray((self.first if self.loop.going == FIRST else self.second) > 0)

    def _step(self, step: int, going: Array) -> None:
        first, second = self.first.copy(), self.second.copy()
        other = np.zeros((1, 1)) if self.loop.others is None else self.loop.others[step][:, None]
        for number, part in enumerate(self.firsts):
            at = {"first": self.first[:, number], "second": self.second[:, number], "other": other}
            first[:, number] = part.value(at)
        seen = first if self.loop.after else self.first
        for number, part in enumerate(self.seconds):
            at = {"first": seen[:, :, number], "second": self.second[:, :, number], "other": other}
            second[:, :, number] = part.value(at)
        self.first, self.second = np.where(going, first, self.first), np.where(going, second, self.second)
