"""Goals met by one number that is taken along a list: balances held between bounds, how long something has gone on, switches.

A step is up to three words of the number, what is seen of the element, and cheap terms over the goal's variables, or one of two such
steps as a condition says (``steplets.py``). What the number is in the end, the greatest and the least that it was on the way, and the sum
of all that it was are looked up among the outputs and what these are beside a cheap term (``targets.py``).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.binding import shift
from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Literal, Term, Variable, lambdas
from primitives.types import FLOAT, INT, Type

from ..goal import Subtask
from ..language import Language
from ..targets import GatherTarget, KeptTerm, TargetIndex, targets
from ..tools import RoleWords
from ..walks import Walk, plain_walks
from .changes import PLAIN, AbstractLoops, BesideTerms
from .parts import KeptPart, NamedPart, ReckonedPart, StepPart, StepScope, different, reckoned
from .steplets import STATE, ChainGrid, ChoiceGrid, PartTable, SeenElements, StepCondition, StepGrid

STEPS, FEWEST, EXAMPLES, LISTS = 24, 5, 6, 8
"""The most elements of an example that is run, how many such examples there are at least and mostly, and lists that are gone along."""
BITS = 24.0
"""What the outputs of these examples are to tell."""
SAME, VARIED, STARTS = 3, 2, 2
"""Cheap terms that a step reckons with, the same in all examples and others, and starts of each of the two."""
LIMITS = 6
"""Numbers that are the same in all examples to compare with."""
DIVISORS = (2, 3)
"""Numbers by whose multiples steps are chosen."""
FEW = (Role.ADDITION, Role.DIFFERENCE, Role.PRODUCT)
"""Words of which steps are chosen."""
PART, STEPPED = 20_000, 200
"""Steps that are run at once, and how many elements a loop goes along in the time of a term of a bank."""
REFUTED = 300
"""Programs that other examples refute, after which it is given up."""


@dataclass(frozen=True)
class NumberTrail:
    """Elements of a list in some examples, ``chosen``: what is seen of them, and the terms and types of that by name, over the goal's
    variables and the element."""

    term: Term
    chosen: list[int]
    seen: SeenElements
    terms: dict[str, Term]
    types: dict[str, Type]
    first: KeptTerm | None = None
    """The element before all these, where the number begins with it."""

    def parts(self, type: Type) -> list[StepPart]:
        """What is seen that is of a type.

        type: of numbers.
        """
        return [NamedPart(name) for name, each in self.types.items() if each == type]


class Along(AbstractLoops):
    """Numbers that are taken along a list or along the Ints below an input."""

    hopeless = REFUTED

    def __init__(self, goal: Subtask, language: Language) -> None:
        needed = language.tools.has(Role.FOLD, Role.BELOW)
        super().__init__(goal, language, suits=needed and goal.output in (INT, FLOAT))
        if not self.over:
            self.trails = list(itertools.islice(_trails(goal, language.tools), LISTS))
            self.over = not self.trails

    def _run(self, deadline: Deadline) -> Iterator[Term | None]:
        beside = self._beside(deadline)
        for ways in ((self._of_words, self._chosen_of_few), (self._held, self._chosen), (self._of_many_words,)):
            for trail, way in itertools.product(self.trails, ways):
                yield from self._met(trail, way(trail, beside), beside, deadline)

    def _met(
        self, trail: NumberTrail, grids: Iterable[StepGrid], beside: BesideTerms, deadline: Deadline
    ) -> Iterator[Term | None]:
        """Programs along one list."""
        goal, type = self.goal, self.goal.output
        outputs = np.array(goal.outputs)[trail.chosen]
        terms = [each.at(trail.chosen) for each in beside.terms]
        index = TargetIndex(type, list(targets(type, outputs, terms, self.language.tools)))
        starts = [trail.first] if trail.first is not None else self._starts(beside)
        for grid in grids:
            for start in starts:
                self.spent += len(grid) * int(trail.seen.there.sum()) // STEPPED
                run = TrailRun(trail, grid, start.at(trail.chosen), deadline)
                for number, ending, target in run.hits(index):
                    yield target.build(self._written(trail, grid, number, start, ending))
                yield None

    def _starts(self, beside: BesideTerms) -> list[KeptTerm]:
        type = self.goal.output
        given = [each for each in beside.varied(type) if isinstance(each.term, Variable)]
        return [*beside.same(type)[:STARTS], *given[:STARTS]]

    def _kept(self, terms: Sequence[KeptTerm], trail: NumberTrail) -> list[StepPart]:
        return [KeptPart(each.at(trail.chosen)) for each in terms]

    def _few(self, beside: BesideTerms, trail: NumberTrail) -> list[StepPart]:
        """Cheap terms that steps reckon with."""
        type = self.goal.output
        return self._kept([*beside.same(type)[:SAME], *beside.varied(type)[:VARIED]], trail)

    def _of_words(self, trail: NumberTrail, beside: BesideTerms) -> Iterator[StepGrid]:
        """Two words: the second of what the first gives, and what is seen or cheap."""
        type, tools, few = self.goal.output, self.language.tools, self._few(beside, trail)
        seen = trail.parts(type)
        firsts = self._different([STATE, *reckoned(type, [STATE, *seen], [STATE, *seen, *few], tools)], trail)
        seconds = self._different([STATE, *reckoned(type, [STATE], [*seen, *few], tools)], trail)
        yield ChainGrid((firsts, seconds), trail.seen)

    def _chosen_of_few(self, trail: NumberTrail, beside: BesideTerms) -> Iterator[StepGrid]:
        """One of two steps by a condition: the number as it is or one more or less, with what is seen added or taken off, that alone, 0."""
        type, tools, seen = self.goal.output, self.language.tools, trail.parts(self.goal.output)
        few = self._kept(beside.same(type)[:2], trail)
        words = [each for each in reckoned(type, [STATE], [*seen, *few], tools) if _role(each) in FEW[:2]]
        return self._chosen_of([STATE, *seen, *few, *words], trail, beside)

    def _chosen(self, trail: NumberTrail, beside: BesideTerms) -> Iterator[StepGrid]:
        """One of two words by a condition."""
        type, tools = self.goal.output, self.language.tools
        few, seen = self._few(beside, trail), trail.parts(type)
        words = [each for each in reckoned(type, [STATE], [*seen, *few], tools) if _role(each) in FEW]
        return self._chosen_of([STATE, *seen, *few, *words], trail, beside)

    def _chosen_of(self, steps: list[StepPart], trail: NumberTrail, beside: BesideTerms) -> Iterator[StepGrid]:
        if not self.language.tools.has(Role.CHOICE, Role.EQUAL):
            return
        steps = self._different(steps, trail, all=True)
        conditions, parts = self._telling(trail, list(self._conditions(trail, beside))), PartTable(steps, trail.seen)
        size = max(1, PART // len(steps) ** 2)
        for begin in range(0, len(conditions), size):
            yield ChoiceGrid(conditions[begin : begin + size], parts, trail.seen)

    def _telling(self, trail: NumberTrail, conditions: Sequence[StepCondition]) -> list[StepCondition]:
        """One of all that say the same of the elements, and those that say something of the number, which come last."""
        told, free = set[bytes](), [each for each in conditions if each.is_free]
        left, right = (trail.seen.of([getattr(each, side) for each in free]) for side in ("left", "right"))
        there, kept = trail.seen.there.T, list[StepCondition]()
        for number, each in enumerate(free):
            holds = each.run(left[:, :, number], right[:, :, number])[there]
            if holds.any() and not holds.all() and holds.tobytes() not in told:
                told |= {holds.tobytes(), (~holds).tobytes()}
                kept.append(each)
        return [*kept, *(each for each in conditions if not each.is_free)]

    def _held(self, trail: NumberTrail, beside: BesideTerms) -> Iterator[StepGrid]:
        """A word, and then the greater or the smaller, twice."""
        return self._of_three(trail, beside, (Role.GREATER, Role.LESSER))

    def _of_many_words(self, trail: NumberTrail, beside: BesideTerms) -> Iterator[StepGrid]:
        """Three words."""
        return self._of_three(trail, beside, PLAIN)

    def _of_three(self, trail: NumberTrail, beside: BesideTerms, roles: Collection[Role]) -> Iterator[StepGrid]:
        type, tools, few = self.goal.output, self.language.tools, self._few(beside, trail)
        seen = trail.parts(type)
        firsts = self._different([STATE, *reckoned(type, [STATE, *seen], [STATE, *seen, *few], tools)], trail)
        words = reckoned(type, [STATE], [*seen, *few], tools)
        seconds = self._different([each for each in words if _role(each) in roles], trail)
        size = max(1, PART // max(1, len(seconds)) ** 2)
        for begin in range(0, len(firsts) if seconds else 0, size):
            yield ChainGrid((firsts[begin : begin + size], seconds, seconds), trail.seen)

    def _conditions(self, trail: NumberTrail, beside: BesideTerms) -> Iterator[StepCondition]:
        """What steps are chosen by: what is seen, and the number, beside each other and beside cheap terms."""
        tools = self.language.tools
        for type in (INT, FLOAT):
            seen, state = trail.parts(type), [STATE] if type == self.goal.output else []
            limits = self._kept([*beside.same(type)[:LIMITS], *beside.varied(type)[:VARIED]], trail)
            few = self._kept([*beside.same(type)[:2], *beside.varied(type)[:VARIED]], trail)
            pairs = [*itertools.product(seen, limits), *itertools.combinations(seen, 2)]
            pairs += itertools.product(state, [*seen, *few])
            if state:
                sums = [each for each in reckoned(type, state, seen, tools) if _role(each) in FEW[:2]]
                pairs += itertools.product(sums, few)
            for one, other in pairs:
                yield StepCondition(Role.BELOW, one, other)
                yield StepCondition(Role.BELOW, one, other, turned=True)
                if type == INT:
                    yield StepCondition(Role.EQUAL, one, other)
            if type == INT and tools.has(Role.REMAINDER):
                for part in [*seen, *state]:
                    for divisor in DIVISORS:
                        whole = np.full(len(trail.chosen), divisor)
                        term = KeptTerm(Literal(divisor, INT), INT, whole, 1)
                        yield StepCondition(Role.REMAINDER, part, KeptPart(term))

    def _different(self, parts: list[StepPart], trail: NumberTrail, *, all: bool = False) -> list[StepPart]:
        dtype = np.dtype(np.int64 if self.goal.output == INT else np.float64)
        return different(parts, [STATE.name, *trail.terms], len(trail.chosen), dtype, all=all)

    def _written(self, trail: NumberTrail, grid: StepGrid, number: int, start: KeptTerm, ending: str) -> Term:
        tools = self.language.tools
        named: dict[str, Term] = {STATE.name: Variable(1)}
        named |= {name: shift(term, 1, 1) for name, term in trail.terms.items()}
        function = lambdas(2, grid.term(number, StepScope(named, 2, tools)))
        if ending == "last":
            return tools.call(Role.FOLD, function, start.term, trail.term)
        states = tools.call(Role.STATES, function, start.term, trail.term)
        if ending == "total":
            return tools.call(Role.TOTAL, tools.call(Role.REMAINING, Literal(1, INT), states))
        return tools.call(Role.GREATEST if ending == "greatest" else Role.LEAST, states)


def _role(part: StepPart) -> Role | None:
    """Of the word that a part is."""
    return part.role if isinstance(part, ReckonedPart) else None


def _trails(goal: Subtask, tools: RoleWords) -> Iterator[NumberTrail]:
    """Along the lists that a goal's inputs make, the most usual first; those of numbers also from their second element on."""
    for walk in plain_walks(goal, tools):
        found = _trail(goal, tools, walk, 0)
        if found is not None:
            yield found
        element = len(walk.views) == 1 and walk.views[0].type == goal.output and isinstance(walk.term, Variable)
        if element and tools.has(Role.FIRST, Role.REMAINING):
            after = _trail(goal, tools, walk, 1)
            if after is not None:
                yield after


def _trail(goal: Subtask, tools: RoleWords, walk: Walk, begin: int) -> NumberTrail | None:
    """Along one list from a place on; None where there are too few examples of a size that can be run."""
    chosen = _telling(goal, [size - begin for size in walk.sizes])
    views = [each for each in walk.views if each.type in (INT, FLOAT)]
    if len(chosen) < FEWEST or not views:
        return None
    counts = [walk.sizes[each] - begin for each in chosen]
    there = np.arange(max(counts)) < np.array(counts)[:, None]
    seen, terms, types = dict[str, Array](), dict[str, Term](), dict[str, Type]()
    for number, view in enumerate(views):
        rows = itertools.zip_longest(*(view.values[each][begin:] for each in chosen), fillvalue=1)
        name, values = f"seen {number}", np.array(list(rows)).T
        seen[name], terms[name], types[name] = values, view.term, view.type
        if view.type == INT and goal.output == FLOAT and tools.has(Role.AS_FLOAT):
            name = f"seen {number} as a Float"
            seen[name], terms[name], types[name] = values.astype(float), tools.call(Role.AS_FLOAT, view.term), FLOAT
    elements = SeenElements(seen, there)
    if not begin:
        return NumberTrail(walk.term, chosen, elements, terms, types)
    firsts = np.array([row[0] if row else 0 for row in walk.views[0].values])
    first = KeptTerm(tools.call(Role.FIRST, walk.term), goal.output, firsts, 1)
    over = tools.call(Role.REMAINING, Literal(begin, INT), walk.term)
    return NumberTrail(over, chosen, elements, terms, types, first)


def _telling(goal: Subtask, sizes: Sequence[int]) -> list[int]:
    """Examples that are not too long, those first whose outputs did not come yet, until they tell enough."""
    order = sorted((number for number, size in enumerate(sizes) if 1 <= size <= STEPS), key=lambda each: sizes[each])
    firsts = {goal.outputs[number]: number for number in reversed(order)}
    new = sorted(firsts.values(), key=order.index)
    rest = [number for number in order if firsts[goal.outputs[number]] != number]
    count = max(EXAMPLES, math.ceil(BITS / math.log2(max(2, len(firsts)))))
    return [*new, *rest][:count] if len(firsts) > 1 else []


class TrailRun:
    """All steps of a grid along a trail, from one start."""

    def __init__(self, trail: NumberTrail, grid: StepGrid, start: KeptTerm, deadline: Deadline) -> None:
        self.trail, self.grid, self.deadline = trail, grid, deadline
        self.begin = np.tile(start.values.reshape(-1, *[1] * len(grid.shape)), (1, *grid.shape))

    def hits(self, index: TargetIndex) -> Iterator[tuple[int, str, GatherTarget]]:
        """Numbers of steps, what of the states is meant, and the target that it is.

        index: of the targets.
        """
        for ending, values in self._ended().items():
            for number, target in index.matches(np.ascontiguousarray(values.reshape(len(values), -1).T)):
                yield number, ending, target

    def _ended(self) -> dict[str, Array]:
        states, there = self.begin.copy(), self.trail.seen.there
        greatest, least, total = self.begin.copy(), self.begin.copy(), np.zeros_like(self.begin)
        with np.errstate(all="ignore"):
            for element in range(there.shape[1]):
                self.deadline.check()
                going = there[:, element].reshape(-1, *[1] * (states.ndim - 1))
                np.copyto(states, self.grid.moved(states, element), where=going)
                np.maximum(greatest, states, out=greatest)
                np.minimum(least, states, out=least)
                np.add(total, states, out=total, where=going)
        return {"last": states, "greatest": greatest, "least": least, "total": total}
