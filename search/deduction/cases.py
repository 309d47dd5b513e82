"""Goals divided by cases: an output that comes again and again, and how texts mostly begin and end, with few that do not.

Whether an example is of the case is a goal of its own, of truth values, and so are the examples that are left over. Cases follow each
other: what is left over may be divided again.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from primitives.declarations import Role
from primitives.term import Literal, Term
from primitives.types import BOOL, INT, STRING
from primitives.values import Value

from .goal import Reduction, Subtask
from .tools import RoleWords, variable

FEWEST, WITHIN, LEAST = 12, 6, 4
"""Examples from which on a task is divided so, and a part of one, and those that are left over at least."""
OFTEN = 0.1
"""The share of the examples that have an output that is a case."""
MOSTLY, LONG = 0.8, 4
"""The share of the examples whose texts begin and end alike, and the characters that these are at least."""


def by_cases(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """Splits into one case and what is left over.

    goal: of texts.
    tools: the words.
    """
    fewest = WITHIN if goal.depth else FEWEST
    if goal.output != STRING or len(goal.examples) < fewest or not tools.has(Role.CHOICE):
        return
    begin, end = _mostly(goal.outputs), _mostly([each[::-1] for each in goal.outputs])[::-1]
    others = [not (each.startswith(begin) and each.endswith(end)) for each in goal.outputs]
    kinds = {output for output, other in zip(goal.outputs, others) if other}
    if len(begin) + len(end) >= LONG:
        if len(kinds) == 1 and sum(others) <= (1 - MOSTLY) * len(others):
            yield from _apart(goal, tools, others, kinds.pop())
        return
    output, count = (counts := Counter(goal.outputs)).most_common(1)[0]
    if count >= max(2, OFTEN * len(goal.examples)) and len(counts) > 2:
        yield from _apart(goal, tools, [each == output for each in goal.outputs], output)
    else:
        yield from _nothing_apart(goal, tools)


def _nothing_apart(goal: Subtask, tools: RoleWords) -> Iterator[Reduction]:
    """What is made of an empty input or 0, where all other outputs begin and end alike."""
    for position, type in enumerate(goal.inputs):
        values = goal.column(position)
        chosen = [not value for value in values]
        if type not in (STRING, INT) or sum(chosen) != 1:
            continue
        others = [output for output, one in zip(goal.outputs, chosen) if not one]
        if len(os.path.commonprefix(others)) + len(os.path.commonprefix([each[::-1] for each in others])) >= LONG:
            yield from _apart(goal, tools, chosen, goal.outputs[chosen.index(True)])


def _apart(goal: Subtask, tools: RoleWords, chosen: Sequence[bool], output: Value) -> Iterator[Reduction]:
    """One output for the examples that are chosen, and the others as they are."""
    told = goal.below(goal.inputs, BOOL, ((tuple(given), one) for (given, _), one in zip(goal.examples, chosen)))
    left = [(tuple(given), made) for (given, made), one in zip(goal.examples, chosen) if not one]
    rest = goal.below(goal.inputs, goal.output, left)
    if told is None or rest is None or len(left) < LEAST:
        return
    rest = replace(rest, depth=max(1, goal.depth))  # as deep as the goal: what is left over is the same task

    def build(condition: Term, other: Term) -> Term:
        return tools.call(Role.CHOICE, condition, Literal(output, goal.output), other)

    alone = _alone(goal, tools, chosen)
    if alone is not None:
        yield Reduction("case", (rest,), partial(build, alone))
    else:
        yield Reduction("case", (told, rest), build)


def _alone(goal: Subtask, tools: RoleWords, chosen: Sequence[bool]) -> Term | None:
    """That an input is empty or 0, where this alone is the case: one example says nothing else."""
    if sum(chosen) > 1 or not tools.has(Role.EQUAL):
        return None
    number = chosen.index(True)
    for position, type in enumerate(goal.inputs):
        values = goal.column(position)
        if not values[number] and type in (STRING, INT) and values.count(values[number]) == 1:
            return tools.call(Role.EQUAL, variable(goal, position), Literal(values[number], type))
    return None


def _mostly(texts: Sequence[str]) -> str:
    """The longest beginning that most of the texts have."""
    wanted, found = math.ceil(MOSTLY * len(texts)), ""
    while True:
        longer, count = Counter(each[: len(found) + 1] for each in texts).most_common(1)[0]
        if count < wanted or len(longer) <= len(found):
            return found
        found = longer
