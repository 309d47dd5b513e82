"""A weighted grammar over typed terms: sampling and probabilities by tables of productions.

Top-down and type-directed: every goal is a ground type, a word's type variables being filled from the types that the problem deals in
(``productions.Productions``). Goals with tensors are met by growing forward from what is in scope (``nets.pipeline.Pipelines``), for
output shapes follow from input shapes.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from primitives.binding import mentions
from primitives.inference import IllTyped, infer
from primitives.interpreter.deadline import Deadline
from primitives.primitive import Primitive
from primitives.term import Term, Variable, Word, apply, lambdas, words_in
from primitives.types import Type, arguments_of, has_tensor

from ..problem import Problem
from .choosing import Chooser, DeadEnd, Place
from .nets.pipeline import Pipelines
from .nets.placing import NEW_SITE
from .productions import Productions, ProductionTable
from .rules import Production
from .signatures import Signature
from .sites import number, settled
from .weights import VARIABLE, resolved_weights

REMEMBERED_OPTIONS = 4096
"""Goals in their scopes of which is remembered what they may be met by."""


class Grammar:
    """The grammar of a problem: its words with their weights, over the types it deals in."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.words = problem.words
        self.weights = resolved_weights(problem.words, problem.weights, has_tensor(problem.type))
        self.inputs, self.result = arguments_of(problem.type)
        self._productions = Productions(problem, self.weights, lambda goal: self.pipelines.least(goal))
        self.pipelines = Pipelines(self)
        self._options = functools.lru_cache(maxsize=REMEMBERED_OPTIONS)(self._found_options)
        self._bare = {name: Word(name) for name, word in problem.words.items() if not word.settings and not word.sited}

    def productions(self, goal: Type, scope: tuple[Type, ...] = ()) -> list[Production]:
        """All productions of a goal type with their weights, variables among them.

        goal: a ground type.
        scope: the types of the binders, outermost first (default: none).
        """
        matching = sum(type == goal for type in scope)
        share = math.exp(self.weights[VARIABLE]) / max(matching, 1)
        variables = [Production("variable", f"${i}", (), share, 1) for i, t in enumerate(reversed(scope)) if t == goal]
        return [*variables, *self.table(goal).productions]

    def table(self, goal: Type) -> ProductionTable:
        """The tabulated productions of a goal (variables apart, for they depend on the scope).

        goal: a ground type.
        """
        return self._productions.table(goal)

    def least(self, goal: Type) -> int:
        """Least size of a term of the type in the scope of a program of the problem's type; NEVER if there is none.

        goal: a ground type; of a function it is the size of an abstraction.
        """
        return self._productions.least(goal)

    @property
    def deadline(self) -> Deadline:
        """When growing terms and looking for rules end by OutOfTime (default: never). It may be set anew at any time: what was found by
        then is kept."""
        return self._productions.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._productions.deadline = deadline

    @property
    def signatures(self) -> Sequence[Signature]:
        """The arguments and results of the words that the problem may use."""
        return self._productions.signatures

    def sample(self, type: Type, chooser: Chooser, size: int | None = None, attempts: int = 30) -> Term:
        """A random closed term of the type.

        type: ground, with no variables.
        chooser: makes the choices.
        size: the most symbols (default: a random bound up to the problem's ``max_size``; where small bounds fail, the largest is tried).
        attempts: how many draws are made; terms that ignore all inputs are drawn again up to half of them (default: 30).

        Raises DeadEnd after so many failed attempts, OutOfTime after the deadline.
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
        """Whether the term keeps the bounds (nets that grew apart, in several arguments, were counted one by one) and all its
        shapes are known (goals are ground, but the term may say less of its types than the goals that it met) and agree (a subroutine with
        weights that are shared may be wanted at two sizes)."""
        if not self.problem.bounds.by_shape and not any(
            word.site or self.words[word.name].shapes for word in words_in(term)
        ):
            return True
        try:
            inference = infer(number(term)[0], self.problem.runnable, type)
        except IllTyped:
            return False
        return settled(inference) and not self.problem.excess(inference)

    def _bound(self, least: int, fraction: float) -> int:
        """A size bound between the least and the largest; small ones are likelier."""
        skew = 1.0 if has_tensor(self.result) else 1.5
        return least + int((max(self.problem.max_size - least, 0) + 1) * fraction**skew)

    def grow(self, goal: Type, scope: tuple[Type, ...], budget: int, chooser: Chooser, place: Place = ()) -> Term:
        """A term of the goal type in scope.

        goal: a ground type.
        scope: the types of the binders, outermost first.
        budget: the most symbols.
        chooser: makes the choices.
        place: where in the derivation it is grown (default: its root).

        Raises DeadEnd if none is possible or the choices led nowhere, OutOfTime after the deadline.
        """
        self.deadline.check()
        table = self._productions.table(goal)
        count = bisect.bisect_right(table.least, budget)
        variables, labels, cumulative = self._options(goal, scope if budget >= 1 else (), count)
        if not cumulative:
            raise DeadEnd(f"goal={goal}: nothing of size up to {budget}")
        index = chooser.pick(place, labels, cumulative)
        if index >= count:
            return Variable(variables[index - count])
        return self._build(table.productions[index], goal, scope, budget, chooser, place)

    def _found_options(
        self, goal: Type, scope: tuple[Type, ...], count: int
    ) -> tuple[tuple[int, ...], tuple[str, ...], tuple[float, ...]]:
        """What a goal may be met by: the indices of the variables; the labels and the cumulative weights of the first ``count``
        productions and then of these."""
        table = self.table(goal)
        variables = tuple(i for i, type in enumerate(reversed(scope)) if type == goal)
        labels, cumulative = table.labels[:count], table.cumulative[:count]
        if variables:
            share = math.exp(self.weights[VARIABLE]) / len(variables)
            base = cumulative[-1] if count else 0.0
            cumulative += tuple(base + share * (n + 1) for n in range(len(variables)))
            labels += tuple(f"${i}" for i in variables)
        return variables, labels, cumulative

    def start(self, goal: Type, scope: tuple[Type, ...], chooser: Chooser, place: Place) -> Term:
        """A term of the goal type that a word makes from as little as it needs: where a recurrence begins.

        goal: a ground type.
        scope: the types of the binders, outermost first.
        chooser: makes the choices.
        place: where in the derivation it is grown.

        Raises DeadEnd if no word makes one.
        """
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
        """The word with chosen settings; a sited one gets the placeholder site of new occurrences.

        word: as the problem has it.
        chooser: makes the choices.
        place: where in the derivation it stands.
        fixed: settings that are not chosen, by name (default: none).
        """
        bare = self._bare.get(word.name)
        if bare is not None:
            return bare
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
        """Log-probability, in nats, of a program of the problem's type; see ``probability.log_probability``.

        term: closed, with all words known.
        """
        from .probability import log_probability

        return log_probability(self, term)
