"""Goals of texts and characters divided by how values are written: as an Int, a Float with so many digits after the point, a character, and
with fillers before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from primitives.declarations import Role
from primitives.term import Literal, Term
from primitives.types import CHAR, FLOAT, INT, STRING, Type
from primitives.values import Value

from .goal import Reduction, Subtask
from .tools import RoleWords

FEWEST = 4
"""Examples that all have to agree before something is taken for a rule."""
FILLERS = ("0", " ")
POINT = re.compile(r"-?(0|[1-9][0-9]*)\.([0-9]+)")
LONGEST = 15
"""Digits of an Int."""


def by_writing(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Splits into what is written.

    goal: to divide.
    tools: the words.
    """
    if len(goal.examples) < FEWEST:
        return
    if goal.output == CHAR:
        yield from _converted(goal, tools, Role.CHARACTER, INT, list(map(ord, goal.outputs)))
    elif goal.output == STRING:
        outputs = goal.outputs
        yield from _converted(goal, tools, Role.WRITE, INT, list(map(_whole, outputs)))
        yield from _converted(
            goal, tools, Role.SHOW_CHARACTER, CHAR, [each if len(each) == 1 else None for each in outputs]
        )
        yield from _with_decimals(goal, tools)
        yield from _filled(goal, tools)


def _converted(
    goal: Subtask, tools: RoleWords, role: Role, type: Type, inner: Sequence[Value | None],
    build: Callable[[Term], Term] | None = None,
) -> Iterator[Reduction]:  # fmt: skip
    """What a conversion was given, where all outputs can be converted back (others are None)."""
    if not tools.has(role) or any(value is None for value in inner) or len(set(inner)) == 1:
        return
    part = goal.below(goal.inputs, type, zip((tuple(given) for given, _ in goal.examples), inner))
    if part is not None:
        yield Reduction("convert", (part,), build or (lambda body: tools.call(role, body)))


def _whole(made: Value) -> int | None:
    """The Int that a text writes in the shortest way."""
    short = len(made) <= LONGEST and made.lstrip("-").isdecimal() and made.isascii()
    return int(made) if short and str(int(made)) == made else None


def _with_decimals(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Floats that are all written with so many digits after the point; of inputs without Floats an Int divided by a power of ten."""
    found = [POINT.fullmatch(output) for output in goal.outputs]
    digits = {len(each[2]) if each else 0 for each in found}
    if len(digits) != 1 or digits == {0} or not tools.has(Role.DECIMALS):
        return
    (count,) = digits
    if FLOAT in goal.inputs:
        yield from _converted(
            goal, tools, Role.DECIMALS, FLOAT, list(map(float, goal.outputs)),
            lambda body: tools.call(Role.DECIMALS, Literal(count, INT), body),
        )  # fmt: skip
    elif tools.has(Role.AS_FLOAT, Role.RATIO):

        def build(body: Term) -> Term:
            parted = tools.call(Role.RATIO, tools.call(Role.AS_FLOAT, body), Literal(10.0**count, FLOAT))
            return tools.call(Role.DECIMALS, Literal(count, INT), parted)

        whole = [int(output.replace(".", "")) if len(output) <= LONGEST else None for output in goal.outputs]
        yield from _converted(goal, tools, Role.DECIMALS, INT, whole, build)


def _filled(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Texts with a filler before them where they would be too short; of digits an Int."""
    size = min(map(len, goal.outputs))
    if size < 2 or not tools.has(Role.FILL_BEFORE):
        return
    for filler in FILLERS:
        bare = [output.lstrip(filler) if len(output) == size else output for output in goal.outputs]
        if bare == goal.outputs or any(output.startswith(filler) for output in bare):
            continue

        fill = partial(tools.call, Role.FILL_BEFORE, Literal(size, INT), Literal(filler, CHAR))
        numbers = [_whole(each or "0") for each in bare]
        if tools.has(Role.WRITE) and None not in numbers:
            yield from _converted(goal, tools, Role.FILL_BEFORE, INT, numbers, partial(_filled_number, tools, fill))
        elif filler == " ":
            yield from _converted(goal, tools, Role.FILL_BEFORE, STRING, bare, fill)


def _filled_number(tools: RoleWords, fill: Callable[[Term], Term], body: Term) -> Term:
    return fill(tools.call(Role.WRITE, body))
