"""Constants worth trying, mined from the examples: punctuation and affixes of texts, numbers and values that outputs share."""

from __future__ import annotations

import itertools
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from primitives.interpreter.deadline import NEVER, Deadline
from primitives.types import CHAR, FLOAT, INT, STRING, Constructor, Type
from primitives.values import Value

Constant = tuple[Value, Type, int]
MANY = 0.5
"""A piece is worth a constant if this share of the examples has it."""
MOST = 12
"""Constants of one kind."""
FEWEST, CLASSES, CHANGES = 10, 6, 5
"""Examples, and different outputs and places where they change, up to which an input is taken for what decides."""
COMMON = 3
"""How often an output comes that is not rare."""
DEEP = 3
"""How often examples are parted by divisors of others within them."""
PLAIN = 10
"""Numbers up to it are at hand anyway."""
LONGEST = 60
"""Characters of an output in which pieces that all outputs share are looked for."""


def mined(
    examples: Sequence[tuple[Sequence[Value], Value]], output: Type, deadline: Deadline = NEVER
) -> list[Constant]:
    """``(value, type, cost)`` of constants; the less sure they are the more they cost.

    examples: inputs and output of each.
    output: the type of the outputs.
    deadline: until when to look (default: without end).

    Raises OutOfTime.
    """
    if not examples:
        return []
    results = [result for _, result in examples]
    found: list[Constant] = [*_integers(examples, deadline), *_floats(examples, deadline)]
    found += ((bound, INT, 3) for bound in dict.fromkeys([*thresholds(examples), *divisors(examples)]))
    if output == STRING or any(isinstance(value, str) for given, _ in examples for value in given):
        found += _texts(examples, deadline)
    if all(isinstance(result, tuple) for result in results) and len(set(map(repr, results))) > 1 and _is_list(output):
        found += _affixes(results, output)
    if (
        len(examples) > 1
        and all(result == results[0] for result in results)
        and not isinstance(results[0], (bool, int))
    ):
        found.append((results[0], output, 4))
    return found


def _is_list(type: Type) -> bool:
    return isinstance(type, Constructor) and type.name == "list"


Number = TypeVar("Number", int, float)


def _within(value: Value, kind: type[Number]) -> Iterator[Number]:
    """All finite numbers of a kind in a value; a truth value is none."""
    if isinstance(value, tuple):
        for item in value:
            yield from _within(item, kind)
    elif isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value):
        yield value


def _integers(examples: Sequence[tuple[Sequence[Value], Value]], deadline: Deadline) -> Iterator[Constant]:
    single = any(isinstance(result, int) for _, result in examples)
    for value, count in _outputs_alone(examples, int, deadline):
        if abs(value) > 5:
            yield value, INT, 5 if single else 3 + (count < len(examples))


def _floats(examples: Sequence[tuple[Sequence[Value], Value]], deadline: Deadline) -> Iterator[Constant]:
    single = any(isinstance(result, float) for _, result in examples)
    for value, count in _outputs_alone(examples, float, deadline):
        yield value, FLOAT, 5 if single else 3 + (count < len(examples))


def _outputs_alone(
    examples: Sequence[tuple[Sequence[Value], Value]], kind: type[Number], deadline: Deadline
) -> Iterator[tuple[Number, int]]:
    """Numbers that most outputs hold though their inputs do not, and how many do. One that is an output itself should be dear: to give
    the outputs back one by one meets any examples."""
    counts: Counter[Number] = Counter()
    for given, result in examples:
        deadline.check()
        counts.update(set(_within(result, kind)) - set(_within(tuple(given), kind)))
    wanted = max(2, MANY * len(examples))
    yield from ((value, count) for value, count in counts.most_common(MOST) if count >= wanted)


def _affixes(results: Sequence[tuple], output: Type) -> Iterator[Constant]:
    """How all output lists begin and end, where they differ; two outputs may begin alike by accident."""
    first, last = (_common(rows) for rows in (results, [row[::-1] for row in results]))
    for affix in dict.fromkeys((first, last[::-1])):
        if len(affix) > 1 and len(results) > 2:
            yield affix, output, 3


def _common(rows: Sequence[tuple]) -> tuple:
    """The longest common beginning."""
    length = 0
    while all(len(row) > length for row in rows) and len({repr(row[length]) for row in rows}) == 1:
        length += 1
    return rows[0][:length]


def _strings(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)


def _texts(examples: Sequence[tuple[Sequence[Value], Value]], deadline: Deadline) -> Iterator[Constant]:
    sources = [list(_strings(tuple(given))) for given, _ in examples]
    results = [list(_strings((result,))) for _, result in examples]
    counts: Counter[str] = Counter()
    for texts in (sources, results):
        for row in texts:
            deadline.check()
            counts.update({character for text in row for character in text if not character.isalnum()})
    for character, count in counts.most_common(MOST):
        if count >= MANY * len(examples):
            yield character, STRING, 2
            yield character, CHAR, 3
    runs: Counter[str] = Counter()
    for given, made in zip(sources, results):
        deadline.check()
        runs.update({run for text in (*given, *made) for run in _punctuation(text)})
    for run, count in runs.most_common(MOST):
        if count >= MANY * len(examples):
            yield run, STRING, 2
    outputs = [row[0] for row in results if row]
    if len(outputs) == len(examples) > 1:
        prefix = os.path.commonprefix(outputs)
        suffix = os.path.commonprefix([text[::-1] for text in outputs])[::-1]
        for affix in {prefix, suffix} - {""}:
            yield affix, STRING, 2 if len(affix) > 1 else 3
        for piece in _shared(outputs, [text for row in sources for text in row], deadline):
            yield piece, STRING, 3


def _punctuation(text: str) -> Iterator[str]:
    """Runs of two or more characters that are neither letters nor digits."""
    for plain, run in itertools.groupby(text, str.isalnum):
        if not plain and len(whole := "".join(run)) > 1:
            yield whole


def _shared(outputs: Sequence[str], inputs: Sequence[str], deadline: Deadline) -> list[str]:
    """The longest pieces that all outputs and no inputs hold, for what the outputs have in common did not come from these. Two
    outputs may share two characters by accident."""
    found: list[str] = []
    shortest = min(outputs, key=len)[:LONGEST]
    for size in range(len(shortest), 1 if len(outputs) > 2 else 2, -1):
        for start in range(len(shortest) - size + 1):
            deadline.check()
            piece = shortest[start : start + size]
            if (
                all(piece in text for text in outputs)
                and not any(piece in text for text in inputs)
                and not any(piece in longer for longer in found)
            ):
                found.append(piece)
                if len(found) == 4:
                    return found
    return found


def thresholds(examples: Sequence[tuple[Sequence[Value], Value]]) -> list[int]:
    """Ints that part the examples by an Int among the inputs, or by the length of a text or list, into few ranges of one output each;
    outputs that are rare count as one.

    examples: inputs and output of each.
    """
    found: dict[int, None] = {}
    for measured in _labelled(examples):
        known = sorted(measured)
        changes = [(low, high) for (low, one), (high, other) in zip(known, known[1:]) if one != other]
        if len(changes) <= CHANGES:
            found.update(dict.fromkeys(roundest(low, high) for low, high in changes if low < high))
    return [bound for bound in found if abs(bound) > PLAIN]


def divisors(examples: Sequence[tuple[Sequence[Value], Value]]) -> list[int]:
    """Ints that divide the differences of an Int among the inputs, or of the length of a text or list, wherever the output is one of a
    few, but not everywhere; among the examples that this parts from others such Ints again.

    examples: inputs and output of each.
    """
    return list(dict.fromkeys(number for measured in _labelled(examples) for number in _divisors(measured)))


def _divisors(measured: Sequence[tuple[int, str]], deep: int = DEEP) -> Iterator[int]:
    for label in sorted({label for _, label in measured}):
        chosen = [size for size, one in measured if one == label]
        number = math.gcd(*(size - chosen[0] for size in chosen))
        within = [each for each in measured if number > 1 and (each[0] - chosen[0]) % number == 0]
        if len(chosen) >= COMMON and 0 < len(within) < len(measured):
            if number > PLAIN:
                yield number
            yield from _divisors(within, deep - 1) if deep else ()


def _labelled(examples: Sequence[tuple[Sequence[Value], Value]]) -> Iterator[list[tuple[int, str]]]:
    """For each input that is an Int, a text or a list in all examples: it or its length, and the output, those that are rare as one; none
    where there are many different ones."""
    counts = Counter(repr(output) for _, output in examples)
    labels = [name if counts[name := repr(output)] >= COMMON else "" for _, output in examples]
    if len(examples) < FEWEST or not 1 < len(set(labels)) <= CLASSES:
        return
    for position in range(len(examples[0][0])):
        sizes = [_measure(given[position]) for given, _ in examples]
        known = [(size, label) for size, label in zip(sizes, labels) if size is not None]
        if len(known) == len(examples):
            yield known


def _measure(value: Value) -> int | None:
    """An Int, or how long a text or a list is."""
    if isinstance(value, (tuple, str)):
        return len(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def roundest(low: int, high: int) -> int:
    """The multiple of the greatest 1, 2 or 5 times a power of ten above ``low`` and not above ``high``."""
    for step in _steps(max(abs(low), abs(high))):
        if (bound := high // step * step) > low:
            return bound
    return high


def _steps(most: int) -> Iterator[int]:
    """1, 2 and 5 times powers of ten, the greatest first."""
    power = 10 ** len(str(most))
    while power:
        yield power
        if power >= 10:
            yield power // 2
            yield power // 5
        power //= 10
