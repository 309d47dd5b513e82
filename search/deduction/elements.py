"""Goals divided element by element: what a list or a text becomes where each element is looked at alone.

After λ² (Feser, Chaudhuri and Dillig 2015), which takes the examples of a function from those of ``map`` and ``filter`` on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from primitives.declarations import Role
from primitives.term import Lambda, Literal, Term, lambdas
from primitives.types import BOOL, CHAR, INT, STRING, Type, list_of
from primitives.values import Value

from .goal import Reduction, Subtask
from .spelling import spelled
from .tools import RoleWords, Sequence, element_of, places, runs, sequences, variable
from .walks import in_place

LEAST, SAME = 6, 3
"""Examples that a function of elements has at least, and elements that come again and become the same: with fewer it may be the place
that matters."""
PRIVATE, MANY = 0xE000, 6_000
"""Where characters begin that stand for anything, and how many of them are used at most."""
OFTEN = 2
"""How often elements come on average where what each becomes is told by where the next one begins."""


def by_elements(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Splits by a function of each element.

    goal: to divide.
    tools: the words.
    """
    made = CHAR if goal.output == STRING else element_of(goal.output)
    if made is None:
        return
    for sequence in sequences(goal, tools):
        if sequence.text == (goal.output == STRING):
            yield from _mapped(goal, tools, sequence, made)
            yield from _kept(goal, tools, sequence, made)
        elif sequence.text:
            yield from _mapped(goal, tools, sequence, made)
    for sequence in sequences(goal, tools) if goal.output != STRING else ():
        if sequence.element == made:
            yield from _kept_in_place(goal, tools, sequence)
    if goal.output == list_of(INT) and (within := places(goal, tools)) is not None:
        yield from _kept(goal, tools, within, made)
    if goal.output == STRING:
        yield from _spelled(goal, tools)
    for sequence in [*sequences(goal, tools), *runs(goal, tools)]:
        if not sequence.text:
            yield from _flattened(goal, tools, sequence)
    for sequence in runs(goal, tools) if goal.output != STRING else ():
        yield from _mapped(goal, tools, sequence, made)


def _mapped(goal: Subtask, tools: RoleWords, sequence: Sequence, made: Type) -> Iterator[Reduction]:
    """As many elements as the sequence has, each made of the one at its place: alone, with its place, or with all inputs."""
    if any(len(one) != len(other) for one, other in zip(sequence.values, goal.outputs)):
        return
    role = Role.MAP_TEXT if goal.output == STRING else Role.MAP
    rows = [
        (given, place, element, result)
        for (given, output), values in zip(goal.examples, sequence.values)
        for place, (element, result) in enumerate(zip(values, output))
    ]
    over = sequence.of if role is Role.MAP_TEXT else sequence.term
    alone = goal.below((sequence.element,), made, (((x,), y) for _, _, x, y in rows))
    part = alone or goal.below((*goal.inputs, sequence.element), made, (((*g, x), y) for g, _, x, y in rows))
    if part is not None and _tells(part) and tools.has(role):
        yield Reduction("map", (part,), lambda body: tools.call(role, Lambda(body), over))
    if role is not Role.MAP or not tools.has(Role.MAP_INDEXED):
        return
    if part is None or len(rows) < len(part.examples) + SAME:
        placed = goal.below((INT, sequence.element), made, (((i, x), y) for _, i, x, y in rows))
        part = placed or goal.below(
            (*goal.inputs, INT, sequence.element), made, (((*g, i, x), y) for g, i, x, y in rows)
        )
        if part is not None and _tells(part):
            yield Reduction("mapi", (part,), lambda body: tools.call(Role.MAP_INDEXED, lambdas(2, body), sequence.term))


def _tells(part: Subtask) -> bool:
    """Whether there is enough to learn a function from, and something to learn."""
    return len(part.examples) >= LEAST and len(set(map(repr, part.outputs))) > 1


def _kept(goal: Subtask, tools: RoleWords, sequence: Sequence, made: Type) -> Iterator[Reduction]:
    """Some elements of the sequence in their order, told by a condition."""
    role = Role.FILTER_TEXT if goal.output == STRING else Role.FILTER
    if sequence.element != made or not tools.has(role):
        return
    rows: list[tuple[tuple, Value, bool]] = []
    for (given, output), values in zip(goal.examples, sequence.values):
        kept = set(output)
        if tuple(x for x in values if x in kept) != tuple(output):
            return
        rows += [(tuple(given), x, x in kept) for x in values]
    alone = goal.below((made,), BOOL, (((x,), y) for _, x, y in rows))
    part = alone or goal.below((*goal.inputs, made), BOOL, (((*g, x), y) for g, x, y in rows))
    if part is not None and _tells(part):
        over = sequence.of if role is Role.FILTER_TEXT else sequence.term
        yield Reduction("filter", (part,), lambda body: tools.call(role, Lambda(body), over))


def _kept_in_place(goal: Subtask, tools: RoleWords, sequence: Sequence) -> Iterator[Reduction]:
    """Some elements in their order, told by what is before and behind them. Where equal elements leave it open which were kept, they are
    left out."""
    walk = in_place(goal, tools, sequence.term, sequence.element, sequence.values)
    if walk is None or not tools.has(Role.FILTER, Role.MAP):
        return
    rows: list[tuple[tuple, bool]] = []
    for number, ((_, output), values) in enumerate(zip(goal.examples, sequence.values)):
        early, late = _aligned(values, output), _aligned(values[::-1], output[::-1])
        if early is None or late is None:
            return
        kept, other = set(early), {len(values) - 1 - place for place in late}
        seen = zip(*(view.values[number] for view in walk.views))
        rows += [(row, place in kept) for place, row in enumerate(seen) if (place in kept) == (place in other)]
    alone = goal.below((sequence.element,), BOOL, (((row[1],), kept) for row, kept in rows))
    part = goal.below([view.type for view in walk.views], BOOL, rows)
    if alone is None and part is not None and _tells(part):

        def build(body: Term) -> Term:
            return tools.call(
                Role.MAP, Lambda(walk.views[1].term), tools.call(Role.FILTER, walk.function(body), walk.term)
            )

        yield Reduction("filter in place", (part,), build)


def _aligned(values: tuple, kept: tuple) -> list[int] | None:
    """The first places at which the kept elements stand in their order; None where they do not."""
    found, place = list[int](), 0
    for each in kept:
        while place < len(values) and values[place] != each:
            place += 1
        if place == len(values):
            return None
        found.append(place)
        place += 1
    return found


def _spelled(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Every character of a text, or of the digits of an Int, becomes a text of its own."""
    if not tools.has(Role.SPELL):
        return
    for position, type in enumerate(goal.inputs):
        if type != STRING and not (type == INT and tools.has(Role.WRITE)):
            continue
        given: Term = variable(goal, position)
        over = given if type == STRING else tools.call(Role.WRITE, given)
        found = spelled([(str(value), output) for value, output in zip(goal.column(position), goal.outputs)])
        part = None if found is None else goal.below((CHAR,), STRING, (((x,), y) for x, y in found.items()))
        if part is not None and _tells(part):
            yield Reduction("spell", (part,), lambda body, over=over: tools.call(Role.SPELL, Lambda(body), over))


def _flattened(goal: Subtask, tools: RoleWords, sequence: Sequence) -> Iterator[Reduction]:
    """Every element of a list becomes a list of its own, or a text; these one behind the other are the output."""
    text = goal.output == STRING
    if not tools.has(Role.MAP, Role.JOIN_PARTS if text else Role.FLAT):
        return
    letters: dict[str, str] = {}
    values: dict[str, Value] = {}

    def as_text(row: tuple) -> str:
        """A letter of its own for each element."""
        names = [(repr(value), value) for value in row]
        values.update((letters.setdefault(name, chr(PRIVATE + len(letters))), value) for name, value in names)
        return "".join(letters[name] for name, _ in names)

    rows = [(as_text(row), output if text else as_text(output)) for row, output in zip(sequence.values, goal.outputs)]
    given = {name for row, _ in rows for name in row}
    told = len(letters) < MANY and sum(len(row) for row, _ in rows) >= OFTEN * len(given)
    found = spelled(rows) if told else None
    if found is None or all(len(made) < 2 for made in found.values()):
        return
    pairs = (((values[x],), made if text else tuple(values[y] for y in made)) for x, made in found.items())
    part = goal.below((sequence.element,), goal.output, pairs)

    def build(body: Term) -> Term:
        made = tools.call(Role.MAP, Lambda(body), sequence.term)
        return tools.call(Role.JOIN_PARTS, Literal("", STRING), made) if text else tools.call(Role.FLAT, made)

    if part is not None and _tells(part):
        yield Reduction("flat", (part,), build)
