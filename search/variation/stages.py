"""Edits of nets seen as pipelines: stages inserted, deleted, swapped, duplicated, bypassed by a sum.

Widths and shapes downstream follow by inference, so an edit need only keep the kind (the number of axes) where it is made.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from primitives.binding import shift
from primitives.inference import ShapeError
from primitives.term import Apply, Let, Term, Variable, apply
from primitives.types import has_tensor

from ..generation.choosing import DeadEnd
from ..generation.nets.kinds import kind_of
from ..generation.nets.placing import Allowance, Context, Value
from ..generation.positions import Annotated, Path, Position, replace_at
from ..randomness import Draws
from .editor import copy_sites

if TYPE_CHECKING:
    from .edits import Operator
    from .mutation import Mutator

T = TypeVar("T")
SHARED = 0.5
"""How many of the stages that are repeated where weights are bounded share theirs."""

Copied = dict[str, tuple[int, str]]


def _tensors(mutator: Mutator, parent: Annotated) -> list[Position]:
    return [place for place in mutator.places(parent) if has_tensor(place.type)]


@dataclass(frozen=True)
class _Stage:
    """An application, ``call``, whose last argument, ``data``, has a tensor."""

    place: Position
    call: Apply
    data: Position

    @property
    def keeps(self) -> bool:
        """Whether it gives what it takes, but for sizes."""
        return kind_of(self.place.type) == kind_of(self.data.type)


def _stages(mutator: Mutator, parent: Annotated) -> list[_Stage]:
    at: dict[Path, Position] = {place.path: place for place in parent.positions}
    return [
        _Stage(place, place.term, at[(*place.path, 1)])
        for place in _tensors(mutator, parent)
        if isinstance(place.term, Apply) and (*place.path, 1) in at and has_tensor(at[(*place.path, 1)].type)
    ]


def _one(items: Sequence[T], draws: Draws) -> T:
    if not items:
        raise DeadEnd("no place for this edit")
    return draws.choice(items)


def insert_stage(mutator: Mutator, parent: Annotated, draws: Draws, copied: Copied) -> Term:
    """A word that keeps the kind put after a value; with more room, several."""
    place = _one(_tensors(mutator, parent), draws)
    room = mutator.problem.max_size - parent.term.size
    if room < 1:
        raise DeadEnd("the program is as large as allowed")
    value, last = Value(place.term, place.type), ""
    context = Context(place.scope, draws, Allowance.of(mutator.problem))
    for _ in range(1 + (draws.random() < 0.3) + (draws.random() < 0.1)):
        value, last = _grown(mutator, value, room, context, last)
        room = mutator.problem.max_size - parent.term.size + place.term.size - value.term.size
        if room < 1:
            break
    return replace_at(parent.term, place.path, value.term)


def _grown(mutator: Mutator, value: Value, room: int, context: Context, last: str) -> tuple[Value, str]:
    """The value after one more word of those that keep its kind."""
    pipelines = mutator.grammar.pipelines
    kind = kind_of(value.type)
    rules = [rule for rule, following in pipelines.kinds.steps(kind) if following == kind and rule.form == "plain"]
    rules = [rule for rule in rules if rule.name != last]
    if not rules:
        raise DeadEnd(f"kind={kind}: no word keeps it")
    weights = list(itertools.accumulate(pipelines.weights[rule] for rule in rules))
    rule = rules[context.chooser.pick((), [rule.name for rule in rules], weights)]
    try:
        return pipelines.apply_rule(rule, value, None, room, context, ()), rule.name
    except ShapeError as error:
        raise DeadEnd(str(error)) from None


def delete_stage(mutator: Mutator, parent: Annotated, draws: Draws, copied: Copied) -> Term:
    """An application replaced by its last argument of the same kind, or a shared value with its uses by the value."""
    places: list[tuple[Position, Term]] = [
        (stage.place, stage.data.term) for stage in _stages(mutator, parent) if stage.keeps
    ]
    types = {place.path: place.type for place in parent.positions}
    for place in _tensors(mutator, parent):
        if isinstance(place.term, Let) and kind_of(types.get((*place.path, 0), place.type)) == kind_of(place.type):
            places.append((place, place.term.value))
    place, kept = _one(places, draws)
    return replace_at(parent.term, place.path, kept)


def swap_stages(mutator: Mutator, parent: Annotated, draws: Draws, copied: Copied) -> Term:
    """Two neighbouring stages exchanged."""
    pairs = [(stage, stage.data.term) for stage in _stages(mutator, parent) if isinstance(stage.data.term, Apply)]
    outer, inner = _one(pairs, draws)
    swapped = Apply(inner.function, Apply(outer.call.function, inner.argument))
    return replace_at(parent.term, outer.place.path, swapped)


def duplicate_stages(mutator: Mutator, parent: Annotated, draws: Draws, copied: Copied) -> Term:
    """One to four stages in a row repeated after themselves, with weights of their own that start from the first ones', or, as often, where
    weights are bounded, with the same weights, but for what follows what it has seen."""
    stages = {stage.place.path: stage for stage in _stages(mutator, parent)}
    last = _one(list(stages.values()), draws)
    place, data = last.place, last.data
    functions = [last.call.function]
    runs = [1] if last.keeps else []
    while data.path in stages and len(functions) < 4:
        functions.append(stages[data.path].call.function)
        data = stages[data.path].data
        if kind_of(place.type) == kind_of(data.type):
            runs.append(len(functions))
    length = _one(runs, draws)
    new: Term = last.call
    shared = mutator.problem.bounds.parameters is not None and draws.random() < SHARED
    for function in reversed(functions[:length]):
        new = Apply(copy_sites(function, "+", 0, copied, mutator.problem.words if shared else None), new)
    return replace_at(parent.term, place.path, new)


def bypass(mutator: Mutator, parent: Annotated, draws: Draws, copied: Copied) -> Term:
    """A stage that keeps the kind joined with its own input by a word of two tensors: f(x) becomes let y = x in y + f(y)."""
    pipelines = mutator.grammar.pipelines
    stage = _one([stage for stage in _stages(mutator, parent) if stage.keeps], draws)
    place, data = stage.place, stage.data
    kind = kind_of(place.type)
    joins = [
        rule
        for rule, following in pipelines.kinds.steps(kind)
        if following == kind and len(rule.signature.arguments) == 2 and rule.data == 0 and not rule.signature.word.sited
        and has_tensor(rule.signature.arguments[1])
    ]  # fmt: skip
    if not joins:
        raise DeadEnd(f"kind={kind}: no word joins two")
    join = joins[draws.weighted(list(itertools.accumulate(pipelines.weights[rule] for rule in joins)))]
    word = mutator.grammar.occurrence(join.signature.word, draws, ())
    if isinstance(data.term, Variable):
        return replace_at(parent.term, place.path, apply(word, data.term, place.term))
    body = apply(word, Variable(0), Apply(shift(stage.call.function, 1), Variable(0)))
    return replace_at(parent.term, place.path, Let(data.term, body))


STAGE_OPERATORS: dict[str, tuple[Operator, float]] = {
    "insert_stage": (insert_stage, 4.0),
    "delete_stage": (delete_stage, 2.5),
    "swap_stages": (swap_stages, 1.0),
    "duplicate_stages": (duplicate_stages, 1.0),
    "bypass": (bypass, 0.7),
}
"""Operators on nets with their weights."""
