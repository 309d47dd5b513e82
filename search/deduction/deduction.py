"""Goals and the splits of each, looked for side by side: a goal is met where a term of its own is found or all parts of a split are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from primitives.interpreter.deadline import Deadline, OutOfTime
from primitives.primitive import Primitive
from primitives.term import Literal, Term, Variable, Word, subterms
from primitives.types import BOOL, CHAR, INT, STRING, Type, arguments_of, list_of
from primitives.values import Value

from ..enumeration.answers import Answer, Answers, Example
from ..enumeration.enumerator import Enumerator, LevelReport
from ..enumeration.ledger import Ledger, Stop
from ..enumeration.settings import Settings
from ..generation.constants import Constant, divisors, thresholds
from ..generation.costs import Costs
from .cases import by_cases
from .conditions.search import Conditions
from .elements import by_elements
from .gathering import Gathering
from .goal import Reduction, Subtask
from .language import Language
from .loops.along import Along
from .loops.changes import AbstractLoops
from .loops.couples import Couples
from .loops.endings import Endings
from .loops.quotients import Quotients
from .loops.stepping import Stepping
from .sequels import by_next, by_sides
from .solver import Solver
from .tools import RoleWords, told_characters
from .wholes import by_places, by_wholes
from .writing import by_writing

FEWEST = 8
"""Examples from which on a task is divided: of fewer every part would be met by accident."""
DEPTH, NODES, BRANCHES = 4, 12, 5
"""How deep goals are divided, how many there are at most, and how often a branch of one takes the place of another."""
LONGER, MORE, DOUBTFUL = 1.5, 10_000, 300_000
"""How much longer, and how many terms more, a goal is looked for once it is met: there may be a cheaper term. A task of truth
values is soon met by accident."""
TOLD = 3
"""What a number costs by which all examples of a goal are told apart."""

LOOPS = (Gathering, Along, Stepping, Endings, Quotients, Couples)


def _pressed(search: Solver | Conditions | Gathering | AbstractLoops) -> float:
    """What a search was given so far, by its share."""
    return search.spent / (search.share if isinstance(search, AbstractLoops | Conditions) else 1.0)


@dataclass(eq=False)
class SubtaskNode:
    """A goal with what was found for it, and the splits that it is a part of."""

    goal: Subtask
    solver: Solver
    loops: tuple[Conditions | Gathering | AbstractLoops, ...]
    above: list[tuple[Reduction, SubtaskNode]] = field(default_factory=list)
    splits: dict[Reduction, list[SubtaskNode]] = field(default_factory=dict)
    body: Term | None = None
    cost: int = 0
    until: float = float("inf")
    branched: list[int] = field(default_factory=list)
    """How many examples each split by a branch leaves over."""

    @property
    def searches(self) -> tuple[Solver | Conditions | Gathering | AbstractLoops, ...]:
        """All that look for its terms."""
        return self.solver, *self.loops

    @property
    def spent(self) -> int:
        """Terms that were considered so far."""
        return sum(each.spent for each in self.searches)

    @property
    def next(self) -> Solver | Conditions | Gathering | AbstractLoops:
        """Whose turn it is."""
        return min((each for each in self.searches if not each.over), key=_pressed)

    def release(self) -> None:
        """Give up what was enumerated."""
        for each in self.searches:
            each.release()

    @property
    def open(self) -> bool:
        """Whether it is still worth looking for."""
        if all(each.over for each in self.searches) or self.spent >= self.until:
            return False
        return not self.above or any(split in above.splits for split, above in self.above)


class Deduction:
    """Programs of a ``type`` that meet the examples, put together from terms for goals of their parts."""

    def __init__(
        self, type: Type, examples: Sequence[Example], *, words: Mapping[str, Primitive], costs: Costs,
        constants: Sequence[Constant] = (), settings: Settings = Settings(),  # noqa: B008  (frozen)
    ) -> None:  # fmt: skip
        """``constants`` are (value, type, cost); ``settings`` are those of the enumeration of one goal."""
        self.words, self.costs, self.settings = words, costs, settings
        characters = [(value, CHAR, cost + 1) for value, kind, cost in constants if kind == STRING and len(value) == 1]
        self.constants = [*constants, *characters]
        self.tools, self.ledger = RoleWords(words), Ledger()
        self.language = Language(words, costs, self.constants, settings, self.tools)
        inputs, output = arguments_of(type)
        self.answers = Answers(len(inputs), examples, words, settings)
        self.nodes: dict[tuple, SubtaskNode] = {}
        self.undivided = deque[SubtaskNode]()
        self.root = Subtask(inputs, output, tuple((tuple(given), result) for given, result in examples))

    @classmethod
    def suits(cls, examples: Sequence[Example]) -> bool:
        """Whether there are enough examples.

        examples: of the problem.
        """
        return len(examples) >= FEWEST

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Answer | LevelReport]:
        """Answers as they are found and a report now and then, until nothing is left or a bound is reached; see Enumerator."""
        self.ledger.open(Deadline(deadline), max_terms)
        try:
            root = self._node(self.root)
            self._divide_all()
            while any(node.open for node in self.nodes.values()):
                node = min((each for each in self.nodes.values() if each.open), key=lambda each: each.solver.spent)
                yield from self._turn(node, root)
                if self.ledger.report_due():
                    yield self._progress()
        except (Stop, OutOfTime):
            yield self._progress()

    def release(self) -> None:
        """Give up all that is held: the search cannot go on."""
        for node in self.nodes.values():
            node.release()
        self.nodes.clear()

    def _progress(self) -> LevelReport:
        ledger = self.ledger
        return LevelReport(0, ledger.terms, 0, 0, 0, ledger.seconds, True)

    def _node(self, goal: Subtask) -> SubtaskNode:
        """The node of a goal; a new one is to be divided."""
        if goal.key in self.nodes:
            return self.nodes[goal.key]
        conditions = Conditions(goal, self.language)
        # What is gathered of a goal of truth values is among the conditions.
        kinds = LOOPS if conditions.over else LOOPS[1:]
        loops = (conditions, *(kind(goal, self.language) for kind in kinds))
        node = self.nodes[goal.key] = SubtaskNode(goal, Solver(goal, self.words, self._begin), loops)
        self.undivided.append(node)
        return node

    def _divide_all(self) -> None:
        """Divide new goals, those that came first before their parts, so that none takes all the room of those beside it."""
        while self.undivided:
            node = self.undivided.popleft()
            if node.goal.depth >= DEPTH or node.goal.key not in self.nodes:
                continue
            written = list(by_writing(node.goal, self.tools))  # a number has no cases of its digits
            ways = (by_elements, by_sides, by_wholes) if written else (by_cases, by_elements, by_sides, by_wholes)
            splits = [*written, *(split for way in ways for split in way(node.goal, self.tools))]
            for split in splits or [*by_places(node.goal, self.tools), *by_next(node.goal, self.tools)]:
                self._divide(node, split)

    def _divide(self, node: SubtaskNode, split: Reduction) -> None:
        new = sum(part.key not in self.nodes for part in split.parts)
        if len(self.nodes) + new > NODES or not split.parts:
            return
        node.splits[split] = [self._node(part) for part in split.parts]
        for part in node.splits[split]:
            part.above.append((split, node))

    def _begin(self, goal: Subtask, examples: Sequence[Example], depth: int) -> Enumerator:
        """The enumeration of terms for a goal, on some of its examples, with lambdas that nest so deep at most."""
        depth = min(depth, self.settings.lambda_depth)
        numbers = (list_of(INT),) if goal.output == INT and STRING in goal.inputs else ()
        told: list[Constant] = [
            (number, INT, TOLD) for number in (*thresholds(goal.examples), *divisors(goal.examples))
        ]
        told += told_characters(goal)
        return Enumerator(
            goal.type, examples, words=self.words, costs=self.costs, constants=[*self.constants, *told],
            settings=replace(self.settings, lambda_depth=depth, types=numbers), deadline=self.ledger.deadline,
        )  # fmt: skip

    def _turn(self, node: SubtaskNode, root: SubtaskNode) -> Iterator[Answer]:
        """A step of one goal."""
        before = node.spent
        body = node.next.step(self.ledger.deadline)
        self.ledger.tick(node.spent - before)
        if body is not None:
            yield from self._met(node, body, root)
        elif node.body is None and node.goal.depth < DEPTH:
            self._branch(node)

    def _branch(self, node: SubtaskNode) -> None:
        """Divide a goal by the branch that meets most, which takes the place of one that met less."""
        best = min(
            node.solver.begun(self.ledger.deadline), key=lambda split: len(split.parts[0].examples), default=None
        )
        left = 0 if best is None else len(best.parts[0].examples)
        if best is None or len(node.branched) >= BRANCHES or any(left >= before for before in node.branched):
            return
        for split in [each for each in node.splits if each.name == best.name]:
            del node.splits[split]
        self._close()
        node.branched.append(left)
        self._divide(node, best)
        self._divide_all()

    def _close(self) -> None:
        """Give up the goals that no split has any more."""
        for key, node in list(self.nodes.items()):
            if node.above and not any(split in above.splits for split, above in node.above):
                node.release()
                node.splits.clear()
                del self.nodes[key]

    def _met(self, node: SubtaskNode, body: Term, root: SubtaskNode) -> Iterator[Answer]:
        """A goal is met by a term: so may be those that it is a part of."""
        cost = self._cost(body)
        if (node.body is not None and cost >= node.cost) or cost > node.goal.bits:
            return
        first = node.body is None
        if first:
            doubtful = node is root and node.goal.output == BOOL
            node.until = LONGER * node.spent + (DOUBTFUL if doubtful else MORE)
        node.body, node.cost = body, cost
        self._share(body)
        if node is root:
            yield from self.answers.take(body, hash(body), cost, self.ledger)
        for split, above in list(node.above):
            if split not in above.splits:
                continue
            parts = [part.body for part in above.splits[split]]
            if all(part is not None for part in parts):
                yield from self._met(above, split.build(*parts), root)
            elif first:
                for other in split.given(above.splits[split].index(node)):
                    self._divide(above, other)
                self._divide_all()

    def _share(self, body: Term) -> None:
        """Make the numbers that one part needs known to the others that are not met, which begin anew."""
        cheap = self.costs.constant
        known = {
            value for value, type, cost in (*self.costs.literals, *self.constants) if type == INT and cost <= cheap
        }
        told: set[Value] = {
            part.value for part in subterms(body) if isinstance(part, Literal) and part.type == INT
        } - known
        if told:
            self.constants += [(value, INT, cheap) for value in sorted(told, key=repr)]
            for node in self.nodes.values():
                if node.body is None:
                    node.solver.release()

    def _cost(self, body: Term) -> int:
        """The costs of words, variables and constants."""
        known = {(repr(value), type): cost for value, type, cost in (*self.costs.literals, *self.constants)}
        total = 0
        for part in subterms(body):
            if isinstance(part, Word):
                total += self.costs.of(part.name) or 3
            elif isinstance(part, Variable):
                total += self.costs.variable
            elif isinstance(part, Literal):
                total += known.get((repr(part.value), part.type), self.costs.constant)
        return total
