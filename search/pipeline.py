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

from primitives.infer import ShapeError, shape_of
from primitives.term import Lambda, Let, Term, Variable, Word, apply
from primitives.types import Constructor, TensorType, Type, has_tensor, is_function, is_ground, list_of, subtypes, variables_of

from .choosing import Chooser, DeadEnd, Place
from .kinds import FAR, Kinds, Rule, find_rules, kind_of
from .signatures import Bindings, match, substitute

if TYPE_CHECKING:
    from .grammar import Grammar

Scope = tuple[Type, ...]
NEW_SITE = "?"
"""Site of a new sited word until ``sites.number`` gives it one of its own."""
MAX_ELEMENTS = 1 << 22
"""Largest tensor of one example that a net may make."""


@dataclass
class Growth:
    """Trainable numbers that a net being grown may still take."""

    parameters: int


@dataclass(frozen=True)
class Value:
    """What has been built: a term in scope and its type."""

    term: Term
    type: Type


@dataclass(frozen=True, slots=True)
class Step:
    """A rule from some kind of data: words still needed ``after`` it (``hurried``: 0 if it stays at the goal), and ``extra`` size.

    ``bare`` is its name if it has no settings: such a word seldom follows itself.
    """

    rule: Rule
    after: int
    hurried: int
    extra: int
    weight: float
    bare: str


class Pipelines:
    """Forward growth for one grammar."""

    WEIGHT = math.exp(8.0)
    """Weight of growing a net, among the productions of a goal with tensors."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.kinds = Kinds(find_rules(grammar.signatures))
        self.weights = {rule: math.exp(grammar.weights[rule.name]) for rule in self.kinds.rules}
        self._far: dict[tuple[Type, Type], int] = {}
        self._steps: dict[tuple[Type, Type, bool], list[Step]] = {}

    def least(self, goal: Type) -> int:
        """Least size of a net for the goal from the program's inputs."""
        distances = [self.steps_to(type, goal) for type in self.grammar.inputs]
        nearest = min(distances, default=FAR)
        return nearest + 1 if nearest < FAR else 10**9

    def steps_to(self, type: Type, goal: Type) -> int:
        """Fewest words from data of the type to the goal; a goal's axes may be variables, which any size fits."""
        key = (type, goal)
        known = self._far.get(key)
        if known is None:
            there = type == goal or (not is_ground(goal) and match(goal, type, {}))
            known = self._far[key] = 0 if there else self.kinds.distance(kind_of(type), goal)
            if len(self._far) > 100_000:
                self._far.clear()
        return known

    def grow(self, goal: Type, scope: Scope, budget: int, chooser: Chooser, place: Place) -> Term:
        """A net of the goal type from some value in scope; DeadEnd if the choices led nowhere."""
        limit = self.grammar.problem.max_parameters
        growth = Growth(limit if limit is not None else 1 << 40)
        return self._from_scope(goal, scope, budget, chooser, place, growth).term

    def _from_scope(self, goal: Type, scope: Scope, budget: int, chooser: Chooser, place: Place, growth: Growth) -> Value:
        starts = [(i, type) for i, type in enumerate(reversed(scope)) if self.steps_to(type, goal) < budget]
        if not starts:
            raise DeadEnd(f"goal={goal}: nothing in scope leads there within size {budget}")
        labels = [f"${i}" for i, _ in starts]
        index, type = starts[chooser.pick((*place, 0), labels, range(1, len(starts) + 1))]
        return self.extend(Value(Variable(index), type), goal, scope, budget, chooser, place, growth)

    def extend(
        self, value: Value, goal: Type, scope: Scope, budget: int, chooser: Chooser, place: Place, growth: Growth, least: int = 0
    ) -> Value:
        """Go on from a value until the goal, by ``least`` words at least, in a size of at most ``budget``."""
        need = max(self.steps_to(value.type, goal), least)
        planned = need + int((budget - value.term.size - need + 1) * chooser.fraction((*place, 1)))
        last = ""
        for stage in itertools.count():
            need, left = self.steps_to(value.type, goal), budget - value.term.size
            if need == 0 and stage >= planned:
                return value
            if need > left or left <= 0:
                raise DeadEnd(f"goal={goal}: {value.type} is {need} words away, {left} are left")
            hurry = planned - stage <= max(need, 1)
            value, last = self._stage(value, goal, scope, left, chooser, (*place, 2 + stage), growth, hurry, last)
        raise AssertionError("the loop ends by a return")

    def _stage(
        self, value: Value, goal: Type, scope: Scope, left: int, chooser: Chooser, place: Place, growth: Growth, hurry: bool, last: str
    ) -> tuple[Value, str]:
        """One more word; of those that fail by their shapes another is taken."""
        options = self._options(value.type, goal, left, hurry, last)
        for attempt in range(4):
            if not options:
                break
            labels = [rule.name + f"/{rule.data}" for rule, _ in options]
            index = chooser.pick((*place, attempt), labels, list(itertools.accumulate(weight for _, weight in options)))
            rule = options[index][0]
            room = left - (self.steps_to_goal_floor(value.type, goal) if not hurry else 0)
            try:
                return self.apply_rule(rule, value, goal, scope, max(room, 1), chooser, (*place, 4 + attempt), growth, hurry), rule.name
            except (DeadEnd, ShapeError):
                options.pop(index)
        raise DeadEnd(f"goal={goal}: no word fits {value.type}")

    def steps_to_goal_floor(self, type: Type, goal: Type) -> int:
        """Words to keep free for reaching the goal after the next one."""
        return max(self.steps_to(type, goal) - 1, 0)

    def _options(self, type: Type, goal: Type, left: int, hurry: bool, last: str) -> list[tuple[Rule, float]]:
        """Rules that leave the goal in reach, with weights; when in a hurry only those on a shortest way."""
        need = self.steps_to(type, goal)
        key = (kind_of(type), goal, need == 0)
        steps = self._steps.get(key)
        if steps is None:
            steps = self._steps[key] = self._measured(*key)
        nearest = max(need, 1) if hurry else FAR
        return [
            (step.rule, step.weight * 0.02 if step.bare == last else step.weight)
            for step in steps
            if step.after + step.extra < left and (step.hurried if hurry else step.after) < nearest
        ]

    def _measured(self, kind: Type, goal: Type, there: bool) -> list[Step]:
        """Rules for data of a kind with their distances to the goal afterwards; ``there``: the data is of the goal type already."""
        steps = []
        for rule, following in self.kinds.steps(kind):
            closes = following == kind_of(goal) and self.kinds.closes(rule, goal)
            after = 0 if closes else self.kinds.distance(following, goal)
            if after >= FAR:
                continue
            keeps = there and following == kind and self._keeps(rule)
            extra = 2 * len(rule.others) if rule.form == "plain" else 2
            bare = "" if rule.signature.word.settings else rule.name
            steps.append(Step(rule, after, 0 if keeps else after, extra, self.weights[rule], bare))
        return steps

    @staticmethod
    def _keeps(rule: Rule) -> bool:
        """Whether the result has the type of the data, whatever it is."""
        return rule.form == "plain" and rule.signature.arguments[rule.data] == rule.signature.result

    def apply_rule(
        self, rule: Rule, value: Value, goal: Type, scope: Scope, left: int, chooser: Chooser, place: Place, growth: Growth, close: bool
    ) -> Value:
        if rule.form != "plain":
            return self._higher_order(rule, value, goal, scope, left, chooser, place, growth, close)
        known = rule.signature
        bindings: Bindings = {}
        if not match(known.arguments[rule.data], value.type, bindings) or not known.allowed(bindings):
            raise DeadEnd(f"word={known.word.name}: does not take {value.type}")
        if not rule.others:
            word, result = self.occurrence(rule, [value.type], bindings, goal if close else None, chooser, place, growth)
            return Value(apply(word, value.term), result)
        shared = not isinstance(value.term, Variable)
        inner = (*scope, value.type) if shared else scope
        index = 0 if shared else value.term.index  # type: ignore[attr-defined]
        here = Value(Variable(index), value.type)
        values: list[Value] = []
        room = left - 1 - 2 * shared - (len(known.arguments) - 2)
        for position, pattern in enumerate(known.arguments):
            if position == rule.data:
                values.append(here)
                continue
            other = self._other(substitute(pattern, bindings), here, inner, room, chooser, (*place, position), growth)
            if not match(pattern, other.type, bindings):
                raise DeadEnd(f"word={known.word.name}: {other.type} is not {pattern}")
            room -= other.term.size - 1
            values.append(other)
        word, result = self.occurrence(
            rule, [v.type for v in values], bindings, goal if close else None, chooser, (*place, 9), growth
        )
        body = apply(word, *(v.term for v in values))
        return Value(Let(value.term, body) if shared else body, result)

    def _other(self, goal: Type, here: Value, scope: Scope, room: int, chooser: Chooser, place: Place, growth: Growth) -> Value:
        """A further argument: a branch that grows from the present value (or from elsewhere in scope), or any term of its type."""
        if is_function(goal) or (not has_tensor(goal) and not is_ground(goal)):
            raise DeadEnd(f"goal={goal}: cannot be grown as a branch")
        if not has_tensor(goal):
            return Value(self.grammar.grow(goal, scope, room, chooser, place), goal)
        room = min(room, 8)
        if self.steps_to(here.type, goal) < room and room >= 2:
            return self.extend(here, goal, scope, room, chooser, place, growth, least=1)
        return self._from_scope(goal, scope, room, chooser, place, growth)

    def occurrence(
        self, rule: Rule, types: list[Type], bindings: Bindings, goal: Type | None, chooser: Chooser, place: Place, growth: Growth
    ) -> tuple[Word, Type]:
        """The word with settings (those that are axes of the result taken from the goal, if given) and its result type."""
        known = rule.signature
        word = known.word
        fixed: dict[str, object] = {}
        if goal is not None:
            wanted: Bindings = dict(bindings)
            if match(known.result, goal, wanted) and is_ground(goal):
                fixed = {name: wanted[axis] for axis, name in known.settings.items() if axis in wanted}
        for attempt in range(3):
            settings = self._settings(word, fixed, chooser, (*place, attempt))
            try:
                result = self._result(rule, types, bindings, settings)
                break
            except ShapeError:
                if attempt == 2 or not word.settings:
                    raise
        if goal is not None and self.steps_to(result, goal) > 0 and rule.closing and self.kinds.closes(rule, goal):
            raise DeadEnd(f"word={word.name}: gives {result}, needed {goal}")
        if word.parameters is not None:
            shapes = [shape_of(type) for type in types]
            growth.parameters -= sum(math.prod(p.shape) for p in word.parameters(*shapes, **settings).values())
            if growth.parameters < 0:
                growth.parameters += sum(math.prod(p.shape) for p in word.parameters(*shapes, **settings).values())
                raise DeadEnd(f"word={word.name}: more than max_parameters={self.grammar.problem.max_parameters}")
        return Word(word.name, tuple(settings.items()), NEW_SITE if word.sited else None), result

    def _settings(self, word, fixed: dict[str, object], chooser: Chooser, place: Place) -> dict[str, object]:  # type: ignore[no-untyped-def]
        settings: dict[str, object] = {}
        for setting in word.settings:
            if setting.name in fixed:
                settings[setting.name] = setting.check(word.name, fixed[setting.name])
            else:
                settings[setting.name] = chooser.value(place, word.name, self.grammar.problem.setting(word.name, setting))
        return settings

    def _result(self, rule: Rule, types: list[Type], bindings: Bindings, settings: dict[str, object]) -> Type:
        known = rule.signature
        full = bindings | {axis: settings[name] for axis, name in known.settings.items()}
        result = substitute(known.result, full)
        if known.word.shapes is not None:
            shape = known.word.shapes(*map(shape_of, types), **settings)
            made = shape if isinstance(shape, Type) else TensorType(tuple(shape), getattr(result, "dtype", "float"))
            if not match(result, made, {}):
                raise ShapeError(f"{made} is not {result}")
            if made == types[rule.data] and not (rule.others or settings or known.word.sited):
                raise ShapeError(f"{made} is not changed")
            result = made
        check_sizes(result)
        return result

    def _higher_order(
        self, rule: Rule, value: Value, goal: Type, scope: Scope, left: int, chooser: Chooser, place: Place, growth: Growth, close: bool
    ) -> Value:
        """map, fold and scan over a list: the function is a net over the element (map) or a cell (fold, scan)."""
        assert isinstance(value.type, Constructor)
        element = value.type.arguments[0]
        word = Word(rule.name)
        if rule.form == "map":
            wanted = goal.arguments[0] if close and isinstance(goal, Constructor) and goal.name == "list" else None
            start = Value(Variable(0), element)
            inner = (*scope, element)
            if wanted is None:
                kinds = [k for k in self.kinds.reachable(kind_of(element)) if has_tensor(k)]
                wanted = open_goal(kinds[chooser.pick((*place, 0), list(map(str, kinds)), range(1, len(kinds) + 1))])
            body = self.extend(start, wanted, inner, left - 2, chooser, (*place, 1), growth, least=1)
            return Value(apply(word, Lambda(body.term), value.term), list_of(body.type))
        wanted = goal if rule.form == "fold" else goal.arguments[0] if isinstance(goal, Constructor) and goal.arguments else goal
        return self._fold(rule, word, value, element, wanted if close else None, scope, left, chooser, place, growth)

    def _fold(
        self, rule: Rule, word: Word, value: Value, element: Type, wanted: Type | None, scope: Scope, left: int,
        chooser: Chooser, place: Place, growth: Growth,
    ) -> Value:  # fmt: skip
        cells = self.kinds.cells(kind_of(element))
        if not cells:
            raise DeadEnd(f"word={rule.name}: no cell takes {element}")
        labels = [cell.name for cell in cells]
        cell = cells[chooser.pick((*place, 0), labels, list(itertools.accumulate(self.weights[c] for c in cells)))]
        known = cell.signature
        bindings: Bindings = {}
        if wanted is not None and not match(known.result, wanted, bindings):
            raise DeadEnd(f"word={cell.name}: its state is not {wanted}")
        if not match(known.arguments[1], element, bindings):
            raise DeadEnd(f"word={cell.name}: does not take {element}")
        fixed = {name: bindings[axis] for axis, name in known.settings.items() if axis in bindings}
        settings = self._settings(known.word, fixed, chooser, (*place, 1))
        bindings.update((axis, settings[name]) for axis, name in known.settings.items())
        self._size_state(known.arguments[0], bindings, chooser, place)
        state = substitute(known.arguments[0], bindings)
        if not is_ground(state):
            raise DeadEnd(f"word={cell.name}: the size of its state {state} is open")
        start = self.grammar.grow(state, scope, max(left - 2, 1), chooser, (*place, 2))
        step, result = self.occurrence(cell, [state, element], {}, state, chooser, (*place, 3), growth)
        if result != state:
            raise DeadEnd(f"word={cell.name}: gives {result}, needed {state}")
        return Value(apply(word, step, start, value.term), state if rule.form == "fold" else list_of(state))

    def _size_state(self, pattern: Type, bindings: Bindings, chooser: Chooser, place: Place) -> None:
        """Bind open axes of a state by the settings of words that make tensors from nothing (``zeros``)."""
        for part in subtypes(pattern):
            if not isinstance(part, TensorType) or is_ground(substitute(part, bindings)):
                continue
            makers = [
                known
                for known in self.grammar.signatures
                if not known.arguments and known.settings and match(kind_of(known.result), kind_of(part), {})
            ]
            if not makers:
                raise DeadEnd(f"state={part}: no word makes one")
            maker = makers[chooser.pick((*place, 4), [m.word.name for m in makers], range(1, len(makers) + 1))]
            settings = self._settings(maker.word, {}, chooser, (*place, 5))
            made = substitute(maker.result, {axis: settings[name] for axis, name in maker.settings.items()})
            if not match(substitute(part, bindings), made, bindings):
                raise DeadEnd(f"state={part}: {made} does not fit")


def check_sizes(type: Type) -> None:
    """ShapeError where an axis is below 1 or a tensor is too large to be worth a try."""
    if isinstance(type, TensorType):
        if any(not isinstance(axis, int) for axis in type.shape):
            raise ShapeError(f"{type} is not known in full")
        sizes = [axis for axis in type.shape if isinstance(axis, int)]
        if any(axis < 1 for axis in sizes) or math.prod(sizes) > MAX_ELEMENTS:
            raise ShapeError(f"{type} has an empty axis or more than {MAX_ELEMENTS} numbers")
    elif isinstance(type, Constructor):
        for argument in type.arguments:
            check_sizes(argument)


def open_goal(kind: Type) -> Type:
    """The kind with its axes as variables: any sizes will do."""
    from primitives.types import DimensionVariable

    if isinstance(kind, TensorType):
        return TensorType(tuple(DimensionVariable(f"d{i}") for i, _ in enumerate(kind.shape)), kind.dtype)
    assert isinstance(kind, Constructor)
    return Constructor(kind.name, tuple(open_goal(argument) for argument in kind.arguments))


def is_open(goal: Type) -> bool:
    """Whether the goal leaves axes open."""
    return bool(variables_of(goal))
