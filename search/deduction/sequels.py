"""Lists divided by what lies side by side: elements of two lists, neighbours, what is before and behind; and by what comes one after
the other, for an element that follows from the one before tells a step of a loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Sized
from dataclasses import replace
from functools import partial

from primitives.binding import shift
from primitives.declarations import Role
from primitives.term import Lambda, Literal, Term, Variable, lambdas
from primitives.types import BOOL, CHAR, FLOAT, INT, STRING, Type
from primitives.values import Value

from .goal import Reduction, Subtask
from .tools import RoleWords, Sequence, element_of, runs, sequences
from .walks import Walk, in_place, walk_through, walks

LEAST, SAME = 6, 2
"""Different rows that a function has at least, and rows that come again and give the same: with fewer, chance tells as much."""
WIDTHS = (1, 2, 3, 4)
"""Elements of an output that one element of a walk may become."""
STARTS: dict[Type, tuple[Value, ...]] = {INT: (0, 1), FLOAT: (0.0, 1.0), BOOL: (False, True), STRING: ("",)}
"""What a state begins with where no example tells."""


def by_sides(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Splits by a function of what lies side by side.

    goal: to divide.
    tools: the words.
    """
    made = CHAR if goal.output == STRING else element_of(goal.output)
    if made is None:
        return
    found = False
    for walk in _walks(goal, tools) if tools.has(Role.MAP) else ():
        if (split := _mapped(goal, tools, walk, made)) is not None:
            found = True
            yield split
    for sequence in sequences(goal, tools) if goal.output != STRING else ():
        alone, rows = _of_each_alone(goal, sequence, made)
        if alone is not None and rows >= len(alone.examples) + SAME:
            continue
        if (split := _scanned(goal, tools, sequence, made)) is not None:
            yield split
        placed = in_place(goal, tools, sequence.term, sequence.element, sequence.values)
        if alone is None and not found and placed is not None:
            if (split := _mapped(goal, tools, placed, made)) is not None:
                yield split


def _walks(goal: Subtask, tools: RoleWords) -> Iterator[Walk]:
    """Through what lies side by side; where a text is wanted, also through the parts of texts, the runs and the lists."""
    for walk in walks(goal, tools):
        numbered = len(walk.views) == 3 and all(row == tuple(range(len(row))) for row in walk.views[1].values)
        if len(walk.views) == 3 and not numbered:  # elements beside their places are looked at as such
            yield replace(walk, views=walk.views[1:])
    if goal.output == STRING:
        for each in (*sequences(goal, tools), *runs(goal, tools)):
            if not each.text:
                yield walk_through(goal, each.term, each.element, each.values)


def by_next(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """A list as its length, its first element, and what follows on each.

    goal: to divide.
    tools: the words.
    """
    made = element_of(goal.output)
    if made is None or not tools.has(Role.MAP, Role.COUNT_UP, Role.TIMES):
        return
    pairs = [(given, one, other) for given, output in goal.examples for one, other in zip(output, output[1:])]
    after = goal.below((made,), made, (((one,), other) for _, one, other in pairs))
    if after is None or _by_chance(after, len(pairs)):
        after = goal.below((*goal.inputs, made), made, (((*given, one), other) for given, one, other in pairs))
    size = goal.below(goal.inputs, INT, ((tuple(given), len(output)) for given, output in goal.examples))
    starts = ((tuple(given), output[0]) for given, output in goal.examples if output)
    first = goal.below(goal.inputs, made, starts)
    if after is None or size is None or first is None or len(set(size.outputs)) < 2 or _by_chance(after):
        return

    def build(count: Term, begin: Term, body: Term) -> Term:
        step = Lambda(shift(body, 1, 1))
        made = tools.call(Role.TIMES, Variable(0), step, shift(begin, 1))
        return tools.call(Role.MAP, Lambda(made), tools.call(Role.COUNT_UP, count))

    yield Reduction("next", (size, first, after), build)


def _of_each_alone(goal: Subtask, sequence: Sequence, made: Type) -> tuple[Subtask | None, int]:
    """The function that tells each element by the one at its place, where there may be one, and how many elements there are."""
    if any(len(one) != len(other) for one, other in zip(sequence.values, goal.outputs)):
        return None, 0
    rows = [pair for values, output in zip(sequence.values, goal.outputs) for pair in zip(values, output)]
    return goal.below((sequence.element,), made, (((one,), other) for one, other in rows)), len(rows)


def _by_chance(part: Subtask | None, rows: int | None = None) -> bool:
    """Whether there is too little to learn a function from: few rows, one output, and none that came again."""
    if part is None or len(part.examples) < LEAST or len(set(map(repr, part.outputs))) < 2:
        return True
    return rows is not None and rows < len(part.examples) + SAME


def _mapped(goal: Subtask, tools: RoleWords, walk: Walk, made: Type) -> Reduction | None:
    """As many elements as a walk has, or so many times as many: each told by the views of the one at its place, or by these and the
    inputs."""
    width, text = _width(walk.sizes, goal.outputs), goal.output == STRING
    if width == 0 or len(set(walk.sizes)) < 2:
        return None
    if not tools.has(*((Role.JOIN_PARTS, Role.SHOW_CHARACTER) if text else (Role.FLAT,) if width > 1 else ())):
        return None
    types, result = [view.type for view in walk.views], made if width == 1 else goal.output
    rows = [
        (
            tuple(given),
            tuple(view.values[number][place] for view in walk.views),
            output[place * width : place * width + width],
        )
        for number, (given, output) in enumerate(goal.examples)
        for place in range(walk.sizes[number])
    ]
    rows = [(given, seen, piece[0] if width == 1 else piece) for given, seen, piece in rows]
    part = goal.below(types, result, ((seen, piece) for _, seen, piece in rows))
    if part is None:
        part = goal.below((*goal.inputs, *types), result, (((*given, *seen), piece) for given, seen, piece in rows))
    if part is None or _by_chance(part):
        return None

    def build(body: Term) -> Term:
        shown = tools.call(Role.SHOW_CHARACTER, body) if text and width == 1 else body
        pieces = tools.call(Role.MAP, walk.function(shown), walk.term)
        if text:
            return tools.call(Role.JOIN_PARTS, Literal("", STRING), pieces)
        return pieces if width == 1 else tools.call(Role.FLAT, pieces)

    return Reduction("map along", (part,), build)


def _width(sizes: Sized[int], outputs: Sized[Value]) -> int:
    """How many elements of the output there are to one of a walk, in all examples; 0 where that differs."""
    widths = {len(output) / size if size > 0 else 0.0 for size, output in zip(sizes, outputs) if size or output}
    return int(found) if len(widths) == 1 and (found := widths.pop()) in WIDTHS else 0


def _scanned(goal: Subtask, tools: RoleWords, sequence: Sequence, made: Type) -> Reduction | None:
    """As many elements as a list has, each told by the one before and the element at its place."""
    if any(len(one) != len(other) for one, other in zip(sequence.values, goal.outputs)):
        return None
    begins = all(one[:1] == other[:1] for one, other in zip(sequence.values, goal.outputs))
    if sequence.element == made and begins and tools.has(Role.RUNNING):
        part = _step(goal, sequence, made, None)
        if part is not None:
            return Reduction("scan", (part,), lambda body: tools.call(Role.RUNNING, lambdas(2, body), sequence.term))
    for start in STARTS.get(made, ()) if tools.has(Role.STATES, Role.REMAINING) else ():
        part = _step(goal, sequence, made, start)
        if part is not None:
            return Reduction("scan", (part,), partial(_states, tools, Literal(start, made), sequence.term))
    return None


def _step(goal: Subtask, sequence: Sequence, made: Type, start: Value | None) -> Subtask | None:
    """The function of the result before and an element; from the second element on, where no start is given."""
    rows = []
    for output, values in zip(goal.outputs, sequence.values):
        before = output[:-1] if start is None else (start, *output[:-1])
        rows += list(zip(zip(before, values[1:] if start is None else values), output[1:] if start is None else output))
    part = goal.below((made, sequence.element), made, rows)
    return None if _by_chance(part, None if start is None else len(rows)) else part


def _states(tools: RoleWords, start: Term, over: Term, body: Term) -> Term:
    return tools.call(Role.REMAINING, Literal(1, INT), tools.call(Role.STATES, lambdas(2, body), start, over))
