"""Growth of nets, forward from what is in scope.

The size of a tensor follows from the words that made it, so a net grows from its input: at each step a word that takes the present type is
chosen, its shape function gives the next type, and the distance over kinds (``kinds.Kinds``) says which steps still reach the goal.
No skeleton is given: what comes out is decided by types, weights and the budget. Branches come from words with two tensors: the present
value is bound by ``let`` and the other argument is grown from it.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from primitives.inference import ShapeError
from primitives.term import Let, Term, Variable, apply
from primitives.types import Type, has_tensor, is_function, is_ground

from ..choosing import Chooser, DeadEnd, Place
from ..signatures import Bindings, match, substitute
from . import sequences
from .kinds import FAR, KindRule, Kinds, find_rules, kind_of
from .placing import Allowance, Context, Placer, Value, fits

if TYPE_CHECKING:
    from ..grammar import Grammar

MAX_BRANCH = 8
"""Largest size of a branch."""


@dataclass(frozen=True, slots=True)
class Step:
    """A rule from some kind of data: words still needed ``after`` it, and when it is ``aimed`` at the goal; the ``extra`` size it takes.

    ``bare`` is its name if it has no settings: such a word seldom follows itself.
    """

    rule: KindRule
    after: int
    aimed: int
    extra: int
    weight: float
    bare: str


class Pipelines:
    """Forward growth for one grammar."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.placer = Placer(grammar.problem)
        self.kinds = Kinds(find_rules(grammar.signatures))
        self.weights = {rule: math.exp(grammar.weights[rule.name]) for rule in self.kinds.rules}
        self._far: dict[tuple[Type, Type], int] = {}
        self._steps: dict[tuple[Type, Type, bool], list[Step]] = {}

    def least(self, goal: Type) -> int:
        """Least size of a net for the goal from the program's inputs."""
        nearest = min((self.steps_to(type, goal) for type in self.grammar.inputs), default=FAR)
        return nearest + 1 if nearest < FAR else 10**9

    def steps_to(self, type: Type, goal: Type) -> int:
        """Fewest words from data of the type to the goal; a goal's axes may be variables, which any size fits."""
        key = (type, goal)
        known = self._far.get(key)
        if known is None:
            if len(self._far) > 100_000:
                self._far.clear()
            known = self._far[key] = 0 if fits(type, goal) else self.kinds.distance(kind_of(type), goal)
        return known

    def grow(self, goal: Type, scope: tuple[Type, ...], budget: int, chooser: Chooser, place: Place) -> Term:
        """A net of the goal type from some value in scope; DeadEnd if the choices led nowhere."""
        context = Context(scope, chooser, Allowance.of(self.grammar.problem))
        return self.from_scope(goal, budget, context, place).term

    def from_scope(self, goal: Type, budget: int, context: Context, place: Place) -> Value:
        """A net from a variable that leads to the goal; inner ones are likelier."""
        starts = [(i, t) for i, t in enumerate(reversed(context.scope)) if self.steps_to(t, goal) < budget]
        if not starts:
            raise DeadEnd(f"goal={goal}: nothing in scope leads there within size {budget}")
        weights = list(itertools.accumulate(1.0 / (1 + i) for i, _ in starts))
        index, type = starts[context.chooser.pick((*place, 0), [f"${i}" for i, _ in starts], weights)]
        return self.extend(Value(Variable(index), type), goal, budget, context, place)

    def extend(self, value: Value, goal: Type, budget: int, context: Context, place: Place, least: int = 0) -> Value:
        """Go on from a value until the goal, by ``least`` words at least, in a size of at most ``budget``."""
        need = max(self.steps_to(value.type, goal), least)
        planned = need + int((budget - value.term.size - need + 1) * context.chooser.fraction((*place, 1)))
        last = ""
        for stage in itertools.count():
            need, left = self.steps_to(value.type, goal), budget - value.term.size
            if need == 0 and (stage >= planned or (left <= 0 and stage >= least)):
                return value
            if need > left or left <= 0:
                raise DeadEnd(f"goal={goal}: {value.type} is {need} words away, {left} are left")
            direct = min(planned - stage, left) <= max(need, 1)
            value, last = self._stage(value, goal, left, context, (*place, 2 + stage), direct, last)
        raise AssertionError("the loop ends by a return")

    def _stage(
        self, value: Value, goal: Type, left: int, context: Context, place: Place, direct: bool, last: str
    ) -> tuple[Value, str]:
        """One more word; of those that fail by their shapes another is taken."""
        options = self._options(value.type, goal, left, direct, last)
        for attempt in range(4):
            if not options:
                break
            labels = [f"{step.rule.name}/{step.rule.data}" for step, _ in options]
            weights = list(itertools.accumulate(weight for _, weight in options))
            step, _ = options.pop(context.chooser.pick((*place, attempt), labels, weights))
            wanted = goal if direct and step.aimed == 0 else None
            room = max(left - (step.aimed if direct else step.after), 1)
            try:
                new = self.apply_rule(step.rule, value, wanted, room, context, (*place, 4 + attempt))
            except (DeadEnd, ShapeError):
                continue
            return new, step.rule.name
        raise DeadEnd(f"goal={goal}: no word fits {value.type}")

    def _options(self, type: Type, goal: Type, left: int, direct: bool, last: str) -> list[tuple[Step, float]]:
        """Rules that leave the goal in reach, with weights; where the way must be ``direct`` only those on a shortest one."""
        need = self.steps_to(type, goal)
        key = (kind_of(type), goal, need == 0)
        steps = self._steps.get(key)
        if steps is None:
            steps = self._steps[key] = self._measured(*key)
        if direct:
            found = [step for step in steps if step.aimed < max(need, 1) and step.aimed + step.extra < left]
        else:
            found = [step for step in steps if step.after + step.extra < left]
        return [(step, step.weight * 0.02 if step.bare == last else step.weight) for step in found]

    def _measured(self, kind: Type, goal: Type, there: bool) -> list[Step]:
        """Rules for data of a kind with their distances to the goal after them; ``there``: the data is of the goal type already."""
        steps = []
        for rule, following in self.kinds.steps(kind):
            after = self.kinds.distance(following, goal)
            closes = following == kind_of(goal) and self.kinds.closes(rule, goal)
            aimed = 0 if closes or (there and following == kind and rule.keeps) else after
            if min(after, aimed) >= FAR:
                continue
            extra = 2 * len(rule.others) if rule.form == "plain" else 3
            bare = "" if rule.signature.word.settings else rule.name
            steps.append(Step(rule, after, aimed, extra, self.weights[rule], bare))
        return steps

    def apply_rule(
        self, rule: KindRule, value: Value, goal: Type | None, room: int, context: Context, place: Place
    ) -> Value:
        """The value after one more word, in a size of ``room`` more; with a goal, settings are chosen to meet it.

        Raises DeadEnd or ShapeError.
        """
        if rule.form != "plain":
            return sequences.apply_form(self, rule, value, goal, room, context, place)
        known = rule.signature
        bindings: Bindings = {}
        if not match(known.arguments[rule.data], value.type, bindings) or not known.allowed(bindings):
            raise DeadEnd(f"word={known.word.name}: does not take {value.type}")
        if rule.others:
            return self._join(rule, value, bindings, goal, room, context, place)
        word, result = self.placer.word(rule, [value.type], bindings, goal, context, place)
        return Value(apply(word, value.term), result)

    def _join(
        self,
        rule: KindRule,
        value: Value,
        bindings: Bindings,
        goal: Type | None,
        room: int,
        context: Context,
        place: Place,
    ) -> Value:
        """A word of several arguments: the value is shared by ``let``, the others grow from it or from elsewhere in scope."""
        known = rule.signature
        shared = not isinstance(value.term, Variable)
        inner = context.inside(value.type) if shared else context
        here = Value(Variable(0) if shared else value.term, value.type)
        left = room - 1 - 2 * shared - (len(known.arguments) - 2)
        values: list[Value] = []
        for position, pattern in enumerate(known.arguments):
            if position == rule.data:
                values.append(here)
                continue
            other = self._other(substitute(pattern, bindings), here, left, inner, (*place, position))
            if not match(pattern, other.type, bindings):
                raise DeadEnd(f"word={known.word.name}: {other.type} is not {pattern}")
            left -= other.term.size - 1
            values.append(other)
        word, result = self.placer.word(rule, [v.type for v in values], bindings, goal, inner, (*place, 9))
        body = apply(word, *(v.term for v in values))
        return Value(Let(value.term, body) if shared else body, result)

    def _other(self, goal: Type, here: Value, room: int, context: Context, place: Place) -> Value:
        """A further argument: a branch that grows from the present value (or from elsewhere in scope), or any term of its type."""
        if is_function(goal) or (not has_tensor(goal) and not is_ground(goal)):
            raise DeadEnd(f"goal={goal}: cannot be grown as a branch")
        if not has_tensor(goal):
            return Value(self.grammar.grow(goal, context.scope, room, context.chooser, place), goal)
        room = min(room, MAX_BRANCH)
        if self.steps_to(here.type, goal) < room and room >= 2:
            return self.extend(here, goal, room, context, place, least=1)
        return self.from_scope(goal, room, context, place)
