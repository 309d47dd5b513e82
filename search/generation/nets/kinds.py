"""Types of data with sizes left out, and how few words lead from one to another: what steers the growth of nets.

A *kind* is a type in which every axis is 1: ``Tensor[1,1,1]`` stands for all images. From a kind a *rule* (a word with one argument chosen
as the data that flows) leads to the kind of its result. Distances over kinds are lower bounds for distances over types.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from primitives.notation.types import parse_type
from primitives.types import (
    Constructor,
    DimensionVariable,
    ShapeVariable,
    TensorType,
    Type,
    TypeVariable,
    has_tensor,
    is_function,
    is_ground,
    subtypes,
    variables_of,
)

from ..signatures import Bindings, Signature, match, nesting, nodes, substitute

FAR = 99
"""Distance where there is no way."""


@functools.lru_cache(maxsize=8192)
def kind_of(type: Type) -> Type:
    """The type with every axis that is a number or a dimension variable replaced by 1."""
    if isinstance(type, TensorType):
        return TensorType(tuple(a if isinstance(a, ShapeVariable) else 1 for a in type.shape), type.dtype)
    if isinstance(type, Constructor) and type.arguments:
        return Constructor(type.name, tuple(kind_of(argument) for argument in type.arguments))
    return type


def open_goal(kind: Type) -> Type:
    """The kind with its axes as variables: any sizes will do."""
    if isinstance(kind, TensorType):
        return TensorType(tuple(DimensionVariable(f"d{i}") for i, _ in enumerate(kind.shape)), kind.dtype)
    if isinstance(kind, Constructor) and kind.arguments:
        return Constructor(kind.name, tuple(open_goal(argument) for argument in kind.arguments))
    return kind


def _renamed_equal(type: Type, text: str) -> bool:
    """Whether a type is the text's type up to the names of its variables."""
    other = parse_type(text)
    mine, theirs = variables_of(type), variables_of(other)
    if len(mine) != len(theirs) or [v.__class__ for v in mine] != [v.__class__ for v in theirs]:
        return False
    return substitute(other, dict(zip(theirs, mine))) == type


MAP, FOLD, SCAN = (
    "(a -> b) -> list(a) -> list(b)",
    "(b -> a -> b) -> b -> list(a) -> b",
    "(b -> a -> b) -> b -> list(a) -> list(b)",
)


@dataclass(frozen=True)
class KindRule:
    """A word with the argument at ``data`` chosen to receive what has been built; ``shape`` is plain, or map, fold, scan by its type."""

    signature: Signature
    data: int
    form: str = "plain"

    @property
    def name(self) -> str:
        """The name of its word."""
        return self.signature.word.name

    @property
    def others(self) -> tuple[Type, ...]:
        """The patterns of the other arguments."""
        return tuple(a for i, a in enumerate(self.signature.arguments) if i != self.data)

    @property
    def keeps(self) -> bool:
        """Whether the result has the type of the data, whatever it is."""
        return self.form == "plain" and self.signature.arguments[self.data] == self.signature.result

    @functools.cached_property
    def closing(self) -> bool:
        """Whether a setting decides an axis of the result, so that a wanted type can be hit."""
        axes = {a for part in subtypes(self.signature.result) if isinstance(part, TensorType) for a in part.shape}
        return any(axis in axes for axis in self.signature.settings)


def find_rules(signatures: Iterable[Signature]) -> list[KindRule]:
    """The rules of all words that may take part in a net."""
    rules: list[KindRule] = []
    for known in signatures:
        type = known.word.scheme.type
        form = next(
            (name for name, text in (("map", MAP), ("fold", FOLD), ("scan", SCAN)) if _renamed_equal(type, text)),
            "plain",
        )
        if form != "plain":
            rules.append(KindRule(known, len(known.arguments) - 1, form))
            continue
        if any(is_function(argument) for argument in known.arguments):
            continue
        if known.word.geometric or known.word.shapes or has_tensor(type):
            tensors = [i for i, argument in enumerate(known.arguments) if has_tensor(argument)]
            rules.extend(KindRule(known, i) for i in (tensors or range(len(known.arguments))))
        elif (
            len(known.arguments) == 1 and variables_of(known.result) and nodes(known.arguments[0]) > nodes(known.result)
        ):
            rules.append(KindRule(known, 0))
    return rules


class Kinds:
    """Which rules apply to a kind, where they lead, and the distance to a wanted type."""

    def __init__(self, rules: list[KindRule]) -> None:
        self.rules = rules
        self._exact = {rule.signature.result for rule in rules if is_ground(rule.signature.result)}
        self._steps: dict[Type, list[tuple[KindRule, Type]]] = {}
        self._distance: dict[Type | tuple[Type, bool], dict[Type, int]] = {}

    def steps(self, kind: Type) -> list[tuple[KindRule, Type]]:
        """Rules that take the kind, with the kinds that they give (those with tensors in them only, or of scalars)."""
        found = self._steps.get(kind)
        if found is None:
            found = self._steps[kind] = []
            for rule in self.rules:
                found.extend((rule, result) for result in self._results(rule, kind) if nesting(result) <= 3)
        return found

    def _results(self, rule: KindRule, kind: Type) -> list[Type]:
        if rule.form == "plain":
            bindings: Bindings = {}
            if not match(kind_of(rule.signature.arguments[rule.data]), kind, bindings):
                return []
            result = kind_of(substitute(kind_of(rule.signature.result), bindings))
            return [result] if has_tensor(result) and not variables_of(result) else []
        if not (isinstance(kind, Constructor) and kind.name == "list"):
            return []
        element = kind.arguments[0]
        if rule.form == "map":
            return [Constructor("list", (k,)) for k in self.reachable(element) if has_tensor(k) or has_tensor(element)]
        states = self.states(element)
        return states if rule.form == "fold" else [Constructor("list", (state,)) for state in states]

    @functools.lru_cache(maxsize=256)  # noqa: B019  (one Kinds a grammar)
    def reachable(self, kind: Type) -> tuple[Type, ...]:
        """Kinds of single data (not lists) that plain rules make of a kind in at most two steps."""
        found: dict[Type, None] = {}
        frontier = [kind]
        for _ in range(2):
            following: list[Type] = []
            for current in frontier:
                for rule in self.rules:
                    if rule.form == "plain":
                        following.extend(k for k in self._results(rule, current) if k not in found and not nesting(k))
            found.update(dict.fromkeys(following))
            frontier = following
        return tuple(found)

    def cells(self, element: Type) -> list[KindRule]:
        """Words of type state -> element -> state, for a state with tensors."""
        found = []
        for rule in self.rules:
            known = rule.signature
            if len(known.arguments) == 2 and rule.form == "plain" and rule.data == 1:
                state, data = map(kind_of, known.arguments)
                if has_tensor(state) and state == kind_of(known.result) and match(data, element, {}):
                    found.append(rule)
        return found

    def states(self, element: Type) -> list[Type]:
        """Kinds of the states of such cells."""
        kinds = [kind_of(cell.signature.result) for cell in self.cells(element)]
        return list(dict.fromkeys(kind for kind in kinds if not variables_of(kind)))

    def distance(self, kind: Type, goal: Type) -> int:
        """Fewest further words from data of the kind (but not of the goal type) to the goal type itself; FAR if there is no way."""
        key = goal if goal in self._exact else (kind_of(goal), is_ground(goal))
        table = self._distance.get(key)
        if table is None:
            table = self._distance[key] = {}
        if kind not in table:
            self._measure(kind, goal, table)
        return table[kind]

    def _measure(self, kind: Type, goal: Type, table: dict[Type, int]) -> None:
        wanted = kind_of(goal)
        reached = {kind}
        waiting = [kind]
        while waiting:
            for _, following in self.steps(waiting.pop()):
                if following not in reached and len(reached) < 200:
                    reached.add(following)
                    waiting.append(following)
        for known in reached:
            table.setdefault(known, FAR)
            if any(result == wanted and self.closes(rule, goal) for rule, result in self.steps(known)):
                table[known] = 1
        moved = True
        while moved:
            moved = False
            for known in reached:
                best = 1 + min((table.get(result, FAR) for _, result in self.steps(known)), default=FAR)
                if best < table[known]:
                    table[known], moved = best, True

    @staticmethod
    def closes(rule: KindRule, goal: Type) -> bool:
        """Whether the rule can give the exact goal from data of the right kind."""
        if rule.form != "plain" or rule.closing:
            return True
        if not has_tensor(goal) or any(isinstance(v, DimensionVariable) for v in variables_of(goal)):
            return True
        result = rule.signature.result
        return isinstance(result, TypeVariable) or result == goal
