"""On which input two programs differ: the cases of a task are tried, and inputs near them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from library.browsing.browser import AbstractBrowser
from library.records import Run, Solution
from primitives.brief import plural
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.values import to_plain
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term
from primitives.types import Constructor, Type, arguments_of
from primitives.values import Failure, Value

from ..cases import cases_of
from ..words import texts_for_people

TRIED, CASES = 200, 10
"""Inputs that are tried, and cases of the task that they are made from."""
FUEL = Fuel(steps=20_000)


@dataclass(frozen=True)
class OtherSolution:
    """A solution of the task by another program, that ``program`` as people read it, and the first ``difference``
    from this one that was found."""

    solution: Solution
    program: str
    difference: str


def with_differences(
    browser: AbstractBrowser,
    run: Run,
    term: Term,
    type: Type,
    words: Mapping[str, Primitive],
    others: Sequence[Solution],
) -> list[OtherSolution]:
    """Other solutions, each with an input on which it gives something else.

    browser: of the store that has them.
    run: whose task it is.
    term: the program that they are compared with.
    type: of all of them, on plain values.
    words: what its words mean.
    others: solutions of the task.
    """
    inputs = list(
        itertools.islice(near([each.arguments for each in cases_of(run, "train", 0, CASES).cases], type), TRIED)
    )
    programs = texts_for_people(browser, [each.term for each in others])
    mine = [evaluate(term, each, words=words, fuel=FUEL) for each in inputs]
    return [
        OtherSolution(each, program, _difference(each, inputs, mine, type, words))
        for each, program in zip(others, programs, strict=True)
    ]


def near(given: Sequence[Sequence[Value]], type: Type) -> Iterator[tuple[Value, ...]]:
    """Inputs of cases, and then others that differ from them in one argument.

    given: the arguments of each case.
    type: of a program that takes them.
    """
    types, _ = arguments_of(type)
    yield from (tuple(each) for each in given)
    for each in given:
        for place, wanted in enumerate(types):
            for other in varied(each[place], wanted):
                yield (*each[:place], other, *each[place + 1 :])


def varied(value: Value, type: Type) -> list[Value]:
    """Values of the same type that lie near one; [] of types for which there is no such.

    value: the one.
    type: of it.
    """
    name = type.name if isinstance(type, Constructor) else ""
    if name == "list":
        inner = varied(value[0], type.arguments[0])[:3] if value and isinstance(type, Constructor) else []
        return [(), value[::-1], value[:1], value + value, *((each, *value[1:]) for each in inner)]
    if name == "str":
        return ["", value[::-1], value[:1], value + value, value.upper()]
    if name == "int":
        return [0, 1, -value, value + 1]
    if name == "bool":
        return [not value]
    return [0.0, -value, value + 0.5] if name == "float" else []


def _difference(
    other: Solution,
    inputs: Sequence[tuple[Value, ...]],
    mine: Sequence[Value],
    type: Type,
    words: Mapping[str, Primitive],
) -> str:
    types, result = arguments_of(type)
    try:
        term = parse(other.expanded or other.term, words)
    except ValueError:  # a word of a plug-in that is not here
        return "it cannot be read here"
    for given, before in zip(inputs, mine, strict=True):
        now = evaluate(term, given, words=words, fuel=FUEL)
        if isinstance(now, Failure) and isinstance(before, Failure):
            continue
        if now != before:
            shown = ", ".join(_text(each, kind) for each, kind in zip(given, types, strict=True))
            return f"on {shown} it gives {_text(now, result)}, this one {_text(before, result)}"
    return f"none among {plural(len(inputs), 'input')}" if inputs else "the task’s cases are not to be had here"


def _text(value: Value, type: Type) -> str:
    if isinstance(value, Failure):
        return f"no value ({value.kind})"
    text = json.dumps(to_plain(value, type), ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"
