"""Words over lists in the growth of nets: ``map`` of a net over the elements, ``fold`` and ``scan`` of a cell along them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from primitives.term import Lambda, Variable, Word, apply
from primitives.types import Constructor, TensorType, Type, has_tensor, is_ground, is_list, list_of, subtypes

from ..choosing import DeadEnd, Place
from ..signatures import Bindings, match, substitute
from .kinds import KindRule, kind_of, open_goal
from .placing import Context, Value

if TYPE_CHECKING:
    from .pipeline import Pipelines


def apply_form(
    pipelines: Pipelines, rule: KindRule, value: Value, goal: Type | None, room: int, context: Context, place: Place
) -> Value:
    """A rule of the form map, fold or scan applied to a list of tensors (or of what tensors can be made of)."""
    if not is_list(value.type):
        raise DeadEnd(f"word={rule.name}: {value.type} is no list")
    assert isinstance(value.type, Constructor)
    element = value.type.arguments[0]
    wanted = goal
    if rule.form != "fold" and goal is not None:
        wanted = goal.arguments[0] if isinstance(goal, Constructor) and is_list(goal) else None
    if rule.form == "map":
        return _map(pipelines, rule, value, element, wanted, room, context, place)
    return _along(pipelines, rule, value, element, wanted, room, context, place)


def _map(
    pipelines: Pipelines, rule: KindRule, value: Value, element: Type, wanted: Type | None, room: int, context: Context, place: Place
) -> Value:  # fmt: skip
    if wanted is None:
        kinds = [kind for kind in pipelines.kinds.reachable(kind_of(element)) if has_tensor(kind)]
        if not kinds:
            raise DeadEnd(f"word={rule.name}: no net takes {element}")
        weights = list(itertools.accumulate(1 / (1 + 4 * far) for far, _ in enumerate(kinds)))  # the nearest first
        wanted = open_goal(kinds[context.chooser.pick((*place, 0), list(map(str, kinds)), weights)])
    start = Value(Variable(0), element)
    body = pipelines.extend(start, wanted, room - 2, context.inside(element), (*place, 1), least=1)
    return Value(apply(Word(rule.name), Lambda(body.term), value.term), list_of(body.type))


def _along(
    pipelines: Pipelines, rule: KindRule, value: Value, element: Type, wanted: Type | None, room: int, context: Context, place: Place
) -> Value:  # fmt: skip
    """A cell carried along the list, from a state that is drawn."""
    cells = pipelines.kinds.cells(kind_of(element))
    if not cells:
        raise DeadEnd(f"word={rule.name}: no cell takes {element}")
    weights = list(itertools.accumulate(pipelines.weights[cell] for cell in cells))
    cell = cells[context.chooser.pick((*place, 0), [c.name for c in cells], weights)]
    known = cell.signature
    bindings: Bindings = {}
    if wanted is not None and not match(known.result, wanted, bindings):
        raise DeadEnd(f"word={cell.name}: its state is not {wanted}")
    if not match(known.arguments[1], element, bindings):
        raise DeadEnd(f"word={cell.name}: does not take {element}")
    state = _state(pipelines, known.arguments[0], bindings, context, (*place, 1))
    start = pipelines.grammar.start(state, context.scope, context.chooser, (*place, 2))
    if start.size + 2 > room:
        raise DeadEnd(f"word={cell.name}: no room for its state")
    step, result = pipelines.placer.word(cell, [state, element], bindings, state, context, (*place, 3))
    if result != state:
        raise DeadEnd(f"word={cell.name}: gives {result}, needed {state}")
    return Value(apply(Word(rule.name), step, start, value.term), state if rule.form == "fold" else list_of(state))


def _state(pipelines: Pipelines, pattern: Type, bindings: Bindings, context: Context, place: Place) -> Type:
    """The type of a cell's state; open axes are bound by the settings of words that make tensors from nothing (``zeros``)."""
    for part in subtypes(pattern):
        if not isinstance(part, TensorType) or is_ground(substitute(part, bindings)):
            continue
        makers = [
            known
            for known in pipelines.grammar.signatures
            if not known.arguments and known.settings and match(kind_of(known.result), kind_of(part), {})
        ]
        if not makers:
            raise DeadEnd(f"state={part}: no word makes one")
        maker = makers[context.chooser.pick((*place, 0), [m.word.name for m in makers], range(1, len(makers) + 1))]
        settings = pipelines.placer.settings(maker.word, {}, context.chooser, (*place, 1))
        made = substitute(maker.result, {axis: settings[name] for axis, name in maker.settings.items()})
        if not match(substitute(part, bindings), made, bindings):
            raise DeadEnd(f"state={part}: {made} does not fit")
    state = substitute(pattern, bindings)
    if not is_ground(state):
        raise DeadEnd(f"state={state}: its size is open")
    return state
