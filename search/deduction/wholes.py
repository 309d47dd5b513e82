"""Goals divided as wholes: a pair into its halves, a list into its elements or into its length and what stands at each place, a text
into where it lies in another, or into its parts between separators."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from primitives.binding import shift
from primitives.declarations import Role
from primitives.term import Lambda, Let, Term, Variable
from primitives.types import INT, STRING, Type, list_of

from .goal import Reduction, Subtask
from .tools import HALF, RoleWords, element_of, parts_of, separators, sequences, text, variable

LONGEST = 6
"""Elements of lists that are taken apart one by one."""
FEWEST = 4
"""Examples that all have to agree before something is taken for a rule."""


def by_wholes(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Splits that look at whole outputs.

    goal: to divide.
    tools: the words.
    """
    if len(goal.examples) < FEWEST:
        return
    yield from _halves(goal, tools)
    if element_of(goal.output) is not None:
        yield from _each(goal, tools)
        yield from _joined_each(goal, tools)
    elif goal.output == STRING:
        yield from _joined(goal, tools)
        yield from _parted(goal, tools)
        yield from _affixed(goal, tools)
        yield from _cut(goal, tools)


def by_places(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """A list as what stands at each place, and how many places there are.

    goal: to divide.
    tools: the words.
    """
    element = element_of(goal.output)
    if element is None or len(goal.examples) < FEWEST or not tools.has(Role.MAP, Role.COUNT_UP):
        return
    rows = [(given, i, x) for given, output in goal.examples for i, x in enumerate(output)]
    length = goal.below(goal.inputs, INT, ((tuple(given), len(output)) for given, output in goal.examples))
    alone = goal.below((INT,), element, (((i,), x) for _, i, x in rows))
    part = alone or goal.below((*goal.inputs, INT), element, (((*g, i), x) for g, i, x in rows))
    if part is not None and length is not None and len(set(length.outputs)) > 1:
        yield Reduction(
            "places", (length, part), lambda n, x: tools.call(Role.MAP, Lambda(x), tools.call(Role.COUNT_UP, n))
        )


def _halves(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """A pair as what it holds first and second."""
    types = parts_of(goal.output)
    if types is not None and tools.has(Role.PAIR):
        yield from _taken_apart(goal, "halves", types, _call(tools, Role.PAIR))


def _each(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Lists that all have the same few elements."""
    element, size = element_of(goal.output), len(goal.outputs[0])
    if element is None or not 0 < size <= LONGEST or any(len(output) != size for output in goal.outputs):
        return
    if not tools.has(Role.PREPEND, Role.NOTHING):
        return

    def build(*elements: Term) -> Term:
        made = tools.call(Role.NOTHING)
        for each in reversed(elements):
            made = tools.call(Role.PREPEND, each, made)
        return made

    yield from _taken_apart(goal, "each", [element] * size, build)


def _taken_apart(goal: Subtask, name: str, types: Sequence[Type], build: Callable[..., Term]) -> Iterator[Reduction]:
    """Outputs as their parts of these types, each from the inputs alone; once one is met, those beside it may be from it too."""
    places = range(len(types))

    def part(place: int, *seen: int) -> Subtask | None:
        inputs = (*goal.inputs, *(types[number] for number in seen))
        rows = (((*given, *(output[number] for number in seen)), output[place]) for given, output in goal.examples)
        return goal.below(inputs, types[place], rows)

    def given(known: int) -> Iterator[Reduction]:
        for place in places:
            if abs(place - known) == 1 and (after := part(place, known)) is not None:
                parts = (*alone[:place], after, *alone[place + 1 :])
                yield Reduction(f"{name} in turn", parts, partial(_in_turn, build, known, place))

    alone = [one for place in places if (one := part(place)) is not None]
    if len(alone) == len(types):
        yield Reduction(name, tuple(alone), build, given)


def _in_turn(build: Callable[..., Term], known: int, place: int, *parts: Term) -> Term:
    """Parts put together, of which one sees another."""
    outer = [shift(part, 1) for part in parts]
    outer[known], outer[place] = Variable(0), parts[place]
    return Let(parts[known], build(*outer))


def _joined(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """A text as its parts between separators."""
    for separator in separators(goal.outputs) if tools.has(Role.JOIN_PARTS) else ():
        parts = goal.below(
            goal.inputs, list_of(STRING), ((tuple(g), tuple(o.split(separator))) for g, o in goal.examples)
        )
        if parts is not None:
            yield Reduction("join", (parts,), _call(tools, Role.JOIN_PARTS, text(separator)))


def _parted(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """A text as pieces that are as long as the parts of an input between separators."""
    for parts in sequences(goal, tools) if tools.has(Role.JOIN_PARTS) else ():
        if parts.element != STRING or all(len(each) < 2 for each in parts.values):
            continue
        if all(sum(map(len, each)) == len(output) for each, output in zip(parts.values, goal.outputs)):
            pieces = goal.below(
                goal.inputs,
                list_of(STRING),
                ((tuple(g), _cut_like(o, each)) for (g, o), each in zip(goal.examples, parts.values)),
            )
            if pieces is not None:
                yield Reduction("join", (pieces,), _call(tools, Role.JOIN_PARTS, text("")))


def _cut_like(whole: str, parts: tuple) -> tuple[str, ...]:
    """The text cut into pieces as long as the parts."""
    ends = list(itertools.accumulate(map(len, parts)))
    return tuple(whole[end - len(part) : end] for end, part in zip(ends, parts))


def _joined_each(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Each text of a list as its parts between separators."""
    if goal.output != list_of(STRING) or not tools.has(Role.JOIN_PARTS, Role.MAP):
        return
    for separator in separators([one for output in goal.outputs for one in output]):
        pairs = ((tuple(g), tuple(tuple(one.split(separator)) for one in o)) for g, o in goal.examples)
        parts = goal.below(goal.inputs, list_of(list_of(STRING)), pairs)
        if parts is not None:
            join = tools.call(Role.JOIN_PARTS, text(separator))
            yield Reduction("join each", (parts,), _call(tools, Role.MAP, join))


def _affixed(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """A text without how all begin and end."""
    outputs = goal.outputs
    before = os.path.commonprefix(outputs)
    after = os.path.commonprefix([output[len(before) :][::-1] for output in outputs])[::-1]
    if not before + after or len(set(outputs)) == 1 or not tools.has(Role.CONCATENATE):
        return
    inner = ((tuple(g), o[len(before) : len(o) - len(after)]) for g, o in goal.examples)

    def build(body: Term) -> Term:
        body = tools.call(Role.CONCATENATE, body, text(after)) if after else body
        return tools.call(Role.CONCATENATE, text(before), body) if before else body

    if (part := goal.below(goal.inputs, STRING, inner)) is not None:
        yield Reduction("affix", (part,), build)


def _cut(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """A text as a piece of an input, mostly one that occurs once: where it begins and where it ends."""
    for position, type in enumerate(goal.inputs):
        if type != STRING or not tools.has(Role.PIECE):
            continue
        values = goal.column(position)
        once = [row for row, (value, output) in enumerate(zip(values, goal.outputs)) if value.count(output) == 1]
        within = all(output in value for value, output in zip(values, goal.outputs))
        if within and len(once) >= max(FEWEST, HALF * len(values)) and values != goal.outputs:
            rows = [
                (tuple(goal.examples[row][0]), goal.outputs[row], values[row].find(goal.outputs[row])) for row in once
            ]
            first = goal.below(goal.inputs, INT, ((given, start) for given, _, start in rows))
            last = goal.below(goal.inputs, INT, ((given, start + len(output)) for given, output, start in rows))
            if first is not None and last is not None:
                over = variable(goal, position)
                yield Reduction("piece", (first, last), lambda a, b, over=over: tools.call(Role.PIECE, a, b, over))


def _call(tools: RoleWords, role: Role, *before: Term) -> Callable[..., Term]:
    return lambda *bodies: tools.call(role, *before, *bodies)
