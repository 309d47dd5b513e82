"""A weighted grammar over typed terms: tables of productions by goal type, sampling, probabilities.

Top-down and type-directed: every goal is a ground type, a word's type variables being filled from the types that the problem deals in
(``signatures.Universe``). The productions of a goal and the least size that each needs are tabulated once, so a draw is a look-up.
Goals with tensors are met by growing forward from what is in scope (``nets.pipeline.Pipelines``), for output shapes follow from input shapes.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from primitives.inference import IllTyped, infer
from primitives.primitive import EFFECTFUL, Primitive
from primitives.term import Lambda, Let, Literal, Term, Variable, Word, apply, children, lambdas, words_in
from primitives.types import (
    BOOL,
    INT,
    Constructor,
    TensorType,
    Type,
    arguments_of,
    has_tensor,
    is_function,
    list_of,
    variables_of,
)

from ..problem import Problem
from .choosing import Chooser, DeadEnd, Place
from .nets.pipeline import Pipelines
from .nets.placing import NEW_SITE
from .signatures import Instance, Signature, Universe, signature
from .sites import number, settled
from .weights import CONSTANT, LAMBDA, VARIABLE, resolved_weights

NEVER = 10**9
"""Least size of what cannot be built."""


@dataclass(frozen=True, slots=True)
class Production:
    """One way to make a term of a goal type: a word applied to arguments, a constant, a variable, an abstraction or a net.

    ``kind`` is word, constant, variable, lambda or net; ``weight`` its (not normalised) probability weight, ``least`` its least size.
    """

    kind: str
    label: str
    arguments: tuple[Type, ...]
    weight: float
    least: int
    word: Primitive | None = None
    literal: Literal | None = None
    fixed: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class ProductionTable:
    """Productions of one goal in order of least size, with cumulative weights."""

    productions: tuple[Production, ...]
    least: tuple[int, ...]
    cumulative: tuple[float, ...]
    labels: tuple[str, ...]


class Grammar:
    """The grammar of a problem: its words with their weights, over the types it deals in."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.words = problem.words
        self.weights = resolved_weights(problem.words, problem.weights, has_tensor(problem.type))
        self.inputs, self.result = arguments_of(problem.type)
        constants = [literal.type for literal in problem.constants]
        exact = [word.scheme.type for word in self.words.values() if is_exact_net(word)]
        scalars = [] if has_tensor(problem.type) else [INT, BOOL, list_of(INT)]
        self.universe = Universe([problem.type, *constants, *exact], scalars)
        self.signatures = [signature(word) for word in self.words.values() if word.purity != EFFECTFUL]
        self._by_result: dict[str, list[Signature]] = {}
        for known in self.signatures:
            self._by_result.setdefault(_head(known.result), []).append(known)
        self._rules: dict[Type, list[Production]] = {}
        self._least: dict[Type, int] = {}
        self._tables: dict[Type, ProductionTable] = {}
        self.pipelines = Pipelines(self)

    def productions(self, goal: Type, scope: tuple[Type, ...] = ()) -> list[Production]:
        """All productions of a goal type under a scope (types of the binders, outermost first), with their weights."""
        matching = sum(type == goal for type in scope)
        share = math.exp(self.weights[VARIABLE]) / max(matching, 1)
        variables = [Production("variable", f"${i}", (), share, 1) for i, t in enumerate(reversed(scope)) if t == goal]
        return [*variables, *self.table(goal).productions]

    def least(self, goal: Type) -> int:
        """Least size of a term of the type in the scope of a program of the problem's type; NEVER if there is none.

        Of a function it is that of an abstraction.
        """
        known = self._least.get(goal)
        if known is None:
            if is_function(goal):
                wanted, result = arguments_of(goal)
                known = min(NEVER, len(wanted) + (1 if result in wanted else self.least(result)))
                self._least[goal] = known
            else:
                self._close(goal)
                known = self._least[goal]
        return known

    def table(self, goal: Type) -> ProductionTable:
        """The tabulated productions of a goal (variables apart, for they depend on the scope)."""
        table = self._tables.get(goal)
        if table is None:
            if goal not in self._rules:
                self.least(goal)
                self._rules.setdefault(goal, self._find(goal) if is_function(goal) else [])
            rules = [(self._need(rule), position) for position, rule in enumerate(self._rules[goal])]
            kept = [
                replace(r, least=need)
                for need, position in sorted(rules)
                if need < NEVER
                for r in (self._rules[goal][position],)
            ]
            cumulative = tuple(itertools.accumulate(p.weight for p in kept))
            labels = tuple(p.label for p in kept)
            table = self._tables[goal] = ProductionTable(tuple(kept), tuple(p.least for p in kept), cumulative, labels)
        return table

    def sample(self, type: Type, chooser: Chooser, size: int | None = None, attempts: int = 30) -> Term:
        """A random closed term of the type, at most ``size`` large (default: a random bound up to the problem's ``max_size``).

        Where small bounds fail, the largest is tried. Terms that ignore all inputs are drawn again, up to half of the
        ``attempts``. Raises DeadEnd after ``attempts`` failed tries.
        """
        arguments, result = arguments_of(type)
        least = len(arguments) + (1 if result in arguments else self.least(result))
        for attempt in range(attempts):
            bound = size if size is not None else self._bound(least, chooser.fraction((attempt, -1)))
            if size is None and attempt >= attempts // 4:
                bound = self.problem.max_size
            try:
                body = self.grow(result, arguments, bound - len(arguments), chooser, (attempt,) if attempt else ())
            except DeadEnd:
                continue
            if attempt < attempts // 2 and arguments and not mentions(body, len(arguments)):
                continue
            term = lambdas(len(arguments), body)
            if self._allowed(term, type):
                return term
        raise DeadEnd(f"type={type}: no term of size up to {size or self.problem.max_size} found in {attempts} tries")

    def _allowed(self, term: Term, type: Type) -> bool:
        """Whether the term keeps ``max_parameters`` (nets that grew apart, in several arguments, were counted one by one) and all its
        shapes are known (goals are ground, but the term may say less of its types than the goals that it met) and agree (a subroutine with
        weights that are shared may be wanted at two sizes)."""
        if not any(word.site or self.words[word.name].shapes for word in words_in(term)):
            return True
        limit = self.problem.max_parameters
        try:
            inference = infer(number(term)[0], self.problem.runnable, type)
        except IllTyped:
            return False
        return settled(inference) and (limit is None or inference.parameters <= limit)

    def _bound(self, least: int, fraction: float) -> int:
        """A size bound between the least and the largest; small ones are likelier."""
        skew = 1.0 if has_tensor(self.result) else 1.5
        return least + int((max(self.problem.max_size - least, 0) + 1) * fraction**skew)

    def grow(self, goal: Type, scope: tuple[Type, ...], budget: int, chooser: Chooser, place: Place = ()) -> Term:
        """A term of the goal type in scope, at most ``budget`` large; DeadEnd if none is possible or the choices led nowhere."""
        table = self._tables.get(goal) or self.table(goal)
        count = bisect.bisect_right(table.least, budget)
        variables = [i for i, type in enumerate(reversed(scope)) if type == goal] if goal in scope else ()
        cumulative: Sequence[float] = table.cumulative[:count]
        labels: Sequence[str] = table.labels[:count]
        if variables and budget >= 1:
            share = math.exp(self.weights[VARIABLE]) / len(variables)
            base = cumulative[-1] if count else 0.0
            cumulative = (*cumulative, *(base + share * (n + 1) for n in range(len(variables))))
            labels = (*labels, *(f"${i}" for i in variables))
        if not cumulative:
            raise DeadEnd(f"goal={goal}: nothing of size up to {budget}")
        index = chooser.pick(place, labels, cumulative)
        if index >= count:
            return Variable(variables[index - count])
        return self._build(table.productions[index], goal, scope, budget, chooser, place)

    def start(self, goal: Type, scope: tuple[Type, ...], chooser: Chooser, place: Place) -> Term:
        """A term of the goal type that a word makes from as little as it needs: where a recurrence begins. DeadEnd if no word does."""
        words = [production for production in self.table(goal).productions if production.kind == "word"]
        if not words:
            raise DeadEnd(f"goal={goal}: no word makes one")
        cumulative = list(itertools.accumulate(production.weight for production in words))
        chosen = words[chooser.pick(place, [production.label for production in words], cumulative)]
        return self._build(chosen, goal, scope, chosen.least, chooser, (*place, 0))

    def _build(
        self, chosen: Production, goal: Type, scope: tuple[Type, ...], budget: int, chooser: Chooser, place: Place
    ) -> Term:
        if chosen.kind == "constant":
            assert chosen.literal is not None
            return chosen.literal
        if chosen.kind == "lambda":
            return self._abstraction(goal, scope, budget, chooser, place)
        if chosen.kind == "net":
            return self.pipelines.grow(goal, scope, budget, chooser, place)
        assert chosen.word is not None
        spare = self._split(budget - chosen.least, len(chosen.arguments), chooser, place)
        parts = [
            self.grow(type, scope, self._allowance(type, scope) + more, chooser, (*place, position))
            for position, (type, more) in enumerate(zip(chosen.arguments, spare))
        ]
        return apply(self.occurrence(chosen.word, chooser, place, dict(chosen.fixed)), *parts)

    def _allowance(self, type: Type, scope: tuple[Type, ...]) -> int:
        return 1 if type in scope else self.least(type)

    def occurrence(
        self, word: Primitive, chooser: Chooser, place: Place, fixed: Mapping[str, object] = MappingProxyType({})
    ) -> Word:
        """The word with chosen settings, but for those that are fixed; a sited one gets the placeholder site of new occurrences."""
        settings = tuple(
            (
                setting.name,
                setting.check(word.name, fixed[setting.name])
                if setting.name in fixed
                else chooser.value(place, word.name, self.problem.setting(word.name, setting)),
            )
            for setting in word.settings
        )
        return Word(word.name, settings, NEW_SITE if word.sited else None)

    @staticmethod
    def _split(spare: int, parts: int, chooser: Chooser, place: Place) -> list[int]:
        """Divide what the budget leaves among the arguments, at random."""
        if parts < 2 or spare <= 0:
            return [max(spare, 0)] * parts
        cuts = sorted(int(chooser.fraction((*place, -2 - part)) * (spare + 1)) for part in range(parts - 1))
        return [high - low for low, high in zip([0, *cuts], [*cuts, spare])]

    def _abstraction(self, goal: Type, scope: tuple[Type, ...], budget: int, chooser: Chooser, place: Place) -> Term:
        """Lambdas over all arguments of the goal. A body that ignores them all is drawn again, for it is seldom wanted."""
        arguments, result = arguments_of(goal)
        inner = (*scope, *arguments)
        for attempt in range(3):
            body = self.grow(result, inner, budget - len(arguments), chooser, (*place, 9 + attempt))
            if mentions(body, len(arguments)):
                break
        return lambdas(len(arguments), body)

    def log_probability(self, term: Term) -> float:
        """Log-probability of a program of the problem's type; see ``probability.log_probability``."""
        from .probability import log_probability

        return log_probability(self, term)

    def _close(self, goal: Type) -> None:
        """Find the rules of the goal and of all types of data that they need, then the least size of each."""
        fresh, waiting = [], [goal]
        while waiting:
            type = arguments_of(waiting.pop())[1]
            if type in self._rules:
                continue
            fresh.append(type)
            self._rules[type] = self._find(type)
            self._least[type] = 1 if type in self.inputs else NEVER
            waiting.extend(argument for rule in self._rules[type] for argument in rule.arguments)
        costs = {type: [self._parts(rule) for rule in self._rules[type]] for type in fresh}
        moved = True
        while moved:
            moved = False
            for type in fresh:
                best = min(
                    (base + sum(map(self._least.__getitem__, parts)) for base, parts in costs[type]), default=NEVER
                )
                if best < self._least[type]:
                    self._least[type], moved = best, True

    @staticmethod
    def _parts(rule: Production) -> tuple[int, list[Type]]:
        """The least size of a rule as a number plus the least sizes of types of data."""
        base, parts = rule.least, []
        for argument in rule.arguments:
            wanted, result = arguments_of(argument)
            base += len(wanted) + (result in wanted)
            if result not in wanted:
                parts.append(result)
        return base, parts

    def _need(self, rule: Production) -> int:
        return min(rule.least + sum(map(self.least, rule.arguments)), NEVER)

    def _find(self, goal: Type) -> list[Production]:
        rules: list[Production] = []
        constants = [literal for literal in self.problem.constants if literal.type == goal]
        share = math.exp(self.weights[CONSTANT]) / max(len(constants), 1)
        rules.extend(Production("constant", f"c{i}", (), share, 1, literal=c) for i, c in enumerate(constants))
        wanted, result = arguments_of(goal)
        if is_function(goal):
            kept = math.exp(self.weights[LAMBDA])
            if result in wanted:
                rules.append(Production("lambda", LAMBDA, (), kept, len(wanted) + 1))
            else:
                rules.append(Production("lambda", LAMBDA, (result,), kept, len(wanted)))
        elif has_tensor(goal):
            least = self.pipelines.least(goal)
            if least < NEVER:
                rules.append(Production("net", "net", (), self.pipelines.WEIGHT, least))
        for instance, copy in self._instances(goal):
            weight = math.exp(self.weights[instance.word.name]) * instance.share
            label = f"{instance.word.name}/{copy}"
            rules.append(Production("word", label, instance.arguments, weight, 1, instance.word, None, instance.fixed))
        return rules

    def _instances(self, goal: Type) -> list[tuple[Instance, int]]:
        """Words for the goal; geometric words that make tensors are left to forward growth, which knows their shapes.

        A tensor that the problem does not deal in (the state of a cell, say) is not sought by words for any type.
        """
        result = arguments_of(goal)[1]
        tensors = has_tensor(result)
        found: list[tuple[Instance, int]] = []
        familiar = not tensors or self.universe.admits(result)
        for known in (*self._by_result.get(_head(result), ()), *(self._by_result.get("", ()) if familiar else ())):
            grown = known.word.geometric and any(map(has_tensor, known.arguments)) or known.word.shapes
            if tensors and grown and not is_exact_net(known.word):
                continue
            found.extend((instance, n) for n, instance in enumerate(self.universe.instances(known, goal)))
        return found


def _head(type: Type) -> str:
    """The constructor of a type; empty for a variable."""
    return type.name if isinstance(type, Constructor) else "Tensor" if isinstance(type, TensorType) else ""


def is_exact_net(word: Primitive) -> bool:
    """Whether a geometric word has one exact type, such as a promoted net: then it can be chosen by the type wanted."""
    return word.geometric and not variables_of(word.scheme.type)


def mentions(term: Term, count: int) -> bool:
    """Whether one of the ``count`` innermost free variables occurs in the term."""
    waiting = [(term, 0)]
    while waiting:
        node, level = waiting.pop()
        if isinstance(node, Variable):
            if level <= node.index < level + count:
                return True
        elif isinstance(node, Lambda):
            waiting.append((node.body, level + 1))
        elif isinstance(node, Let):
            waiting += ((node.value, level), (node.body, level + 1))
        else:
            waiting += ((part, level) for part in children(node))
    return False
