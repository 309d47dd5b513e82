"""Input-output examples: the specification of a program by cases that it must meet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from library.records import Direction
from primitives.brief import plural
from primitives.notation.types import parse_type
from primitives.notation.values import from_json
from primitives.types import Constructor, Type, arguments_of, has_tensor, is_function, is_ground, subtypes
from primitives.values import Value

from ...errors import TaskError
from ..cases.parts import Part
from ..data import ProblemData
from ..metrics import VALUES
from ..task import Task, TaskKind

REQUIRED, OPTIONAL = ("name", "type", "examples"), ("tests", "constants", "family", "source", "tolerate")
MAX_NAME = 200
MAX_DEPTH = 12
"""Types in types beyond which there are more combinations of them than a search gets through."""
ONE_EXAMPLE = "one example proves nothing: many programs meet it; give a few more, with other values and lengths"


def examples_task(
    name: str,
    type: Type | str,
    examples: Sequence[tuple[Sequence[object], object]],
    tests: Sequence[tuple[Sequence[object], object]] = (),
    *,
    constants: Sequence[object] = (),
    family: str | None = None,
    source: str = "",
) -> Task:
    """A task from Python data, with values in the JSON form of their types.

    name: what it is called; the rows of a growth go by it.
    type: that of the programs, such as ``list(int) -> int``.
    examples: what a program must meet: ``(inputs, output)``, at least one, with as many inputs as the type has arguments.
    tests: the same, held out from the search: a program that meets them too is right (default: none, and nobody knows).
    constants: numbers, characters or texts that programs may name (default: none).
    family: tasks of one family are held out together (default: none).
    source: where the task comes from, for people (default: not said).

    Raises TaskError, with the field, where a value does not fit the type or two examples contradict each other.
    """
    cases = {
        key: [{"inputs": list(inputs), "output": output} for inputs, output in given]
        for key, given in (("examples", examples), ("tests", tests))
    }
    fields = {"name": name, "type": str(type), **cases, "constants": list(constants), "source": source}
    return examples_from_json(fields if family is None else {**fields, "family": family})


def examples_from_json(data: object, where: str = "") -> Task:
    """A task from one JSON object (fields: name, type, examples; optional tests, constants, family, source,
    tolerate: how many of the examples a program may miss).

    Raises TaskError, which starts with ``where`` (such as ``line 3``) and names the field.
    """
    place = f"{where}: " if where else ""
    fields = _fields(data, place)
    type = _type(fields["type"], place)
    tolerate = _tolerate(fields, place)
    examples = _part(fields["examples"], type, f"{place}examples", tolerate > 0)
    if not len(examples):
        raise TaskError(f"{place}examples=[]: at least one example is required; add one with inputs and output")
    tests = _part(fields.get("tests", []), type, f"{place}tests")
    view = ProblemData(
        name=fields["name"],
        kind=KIND.name,
        type=type,
        target=VALUES,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        solved_at=(len(examples) - tolerate) / len(examples),
        tolerate=tolerate,
        train=examples,
        validation=examples,
        constants=_constants(fields.get("constants", []), place),
        family=fields.get("family"),
    )
    notes = (ONE_EXAMPLE,) if len(view.train) == 1 else ()
    return Task(view, tests if len(tests) else None, source=fields.get("source", ""), notes=notes)


def sample(seed: int = 0) -> Task:
    lists = [[seed + 3, 1, 2], [], [5], [4, 4, seed]]
    cases = [((xs,), sum(xs)) for xs in lists]
    return examples_task("sample-sum", "list(int) -> int", cases[:3], cases[3:], constants=(0,), family="sample")


def _fields(data: object, place: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise TaskError(f"{place}task={_short(data)}: a JSON object is required; write one {{…}} a task")
    missing = [key for key in REQUIRED if key not in data]
    if missing:
        raise TaskError(f"{place}field={missing[0]!r} is absent: {', '.join(REQUIRED)} are required; add it")
    unknown = [key for key in data if key not in REQUIRED + OPTIONAL]
    if unknown:
        known = ", ".join(REQUIRED + OPTIONAL)
        raise TaskError(f"{place}field={unknown[0][:60]!r} is not known: the fields are {known}; rename or remove it")
    for key in ("name", "family", "source"):
        if key in data and not isinstance(data[key], str):
            raise TaskError(f"{place}{key}={_short(data[key])}: a text is required; put it in quotes")
    name = data["name"]
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        raise TaskError(
            f"{place}name={_short(name)}: 1 to {MAX_NAME} printable characters are required; choose such a name"
        )
    return data


def _type(text: object, place: str) -> Type:
    if not isinstance(text, str):
        raise TaskError(
            f"{place}type={_short(text)}: a type's text is required, such as 'list(int) -> int'; put it in quotes"
        )
    try:
        type = parse_type(text)
    except ValueError as error:
        raise TaskError(f"{place}{error}") from None
    arguments, result = arguments_of(type)
    for data_type in (*arguments, result):
        if not is_ground(data_type) or any(is_function(part) for part in subtypes(data_type)):
            raise TaskError(
                f"{place}type={text!r}: {data_type} has a variable or a function in it, but examples need types of "
                "data; name concrete types and sizes"
            )
        if _depth(data_type) > MAX_DEPTH:
            raise TaskError(
                f"{place}type={_short(text)}: types in types up to {MAX_DEPTH} deep are searched; flatten the values"
            )
    return type


def _depth(type: Type) -> int:
    return 1 + max(map(_depth, type.arguments), default=0) if isinstance(type, Constructor) else 1


def _tolerate(fields: Mapping[str, Any], place: str) -> int:
    """How many examples may be missed: fewer than half of them, for those that are met outvote them."""
    tolerate = fields.get("tolerate", 0)
    if type(tolerate) is not int or tolerate < 0:
        raise TaskError(f"{place}tolerate={_short(tolerate)}: a whole number of at least 0 is required; choose one")
    count = len(fields["examples"]) if isinstance(fields["examples"], list) else 0
    if tolerate and count < 2 * tolerate + 2:
        raise TaskError(
            f"{place}tolerate={tolerate} of {plural(count, 'example')}: at least {2 * tolerate + 2} are required, so that those that "
            "are met outvote them; add some, or tolerate fewer"
        )
    return tolerate


def _part(cases: object, type: Type, place: str, contrary: bool = False) -> Part:
    """The cases; without ``contrary`` none may have the inputs of another and not its output."""
    if not isinstance(cases, list):
        raise TaskError(f'{place}={_short(cases)}: a list of {{"inputs": […], "output": …}} is required; write one')
    arguments, result = arguments_of(type)
    seen: dict[str, tuple[int, object]] = {}
    inputs, outputs = [], []
    for index, case in enumerate(cases):
        here = f"{place}[{index}]"
        if not isinstance(case, dict) or set(case) != {"inputs", "output"} or not isinstance(case["inputs"], list):
            raise TaskError(f'{here}={_short(case)}: {{"inputs": […], "output": …}} is required; write it so')
        if len(case["inputs"]) != len(arguments):
            raise TaskError(
                f"{here}.inputs has {plural(len(case['inputs']), 'value')}, but type={type} takes {len(arguments)}; give one "
                "value an argument"
            )
        given = zip(case["inputs"], arguments, strict=True)
        inputs.append(tuple(_value(value, t, f"{here}.inputs[{i}]") for i, (value, t) in enumerate(given)))
        outputs.append(_value(case["output"], result, f"{here}.output"))
        first, output = seen.setdefault(repr(case["inputs"]), (index, case["output"]))
        if output != case["output"] and not contrary:
            raise TaskError(
                f"{here}.inputs={_short(case['inputs'])}: also the inputs of case {first}, with another output; "
                "a program gives one output for the same inputs: remove one"
            )
    columns = tuple(tuple(row[i] for row in inputs) for i in range(len(arguments)))
    return Part(columns, tuple(outputs))


def _value(data: object, type: Type, place: str) -> Value:
    if _has_infinite(data):
        raise TaskError(f"{place}={_short(data)}: finite numbers are required; drop the case")
    try:
        value = from_json(data, type)
    except (ValueError, TypeError, OverflowError) as error:
        raise TaskError(f"{place}: {error}; correct the value or the type") from None
    if has_tensor(type) and not _finite(value):
        raise TaskError(f"{place}={_short(data)}: finite float32 numbers are required; use smaller ones")
    return value


def _has_infinite(data: object) -> bool:
    """Whether a number that is none, or is infinite, is among the values, inner ones too."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, float) and not math.isfinite(each):
            return True
        if isinstance(each, list | tuple):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend([*each, *each.values()])
    return False


def _finite(value: Value) -> bool:
    if isinstance(value, tuple):
        return all(map(_finite, value))
    return bool(value.isfinite().all()) if hasattr(value, "isfinite") else True


def _constants(data: object, place: str) -> tuple[object, ...]:
    if not isinstance(data, list) or not all(isinstance(value, bool | int | float | str) for value in data):
        raise TaskError(
            f"{place}constants={_short(data)}: a list of numbers, truth values and texts is required; write one"
        )
    if any(isinstance(value, int) and abs(value) > 2**53 for value in data):
        raise TaskError(f"{place}constants={_short(data)}: integers of at most 2^53 are required; use smaller ones")
    return tuple(data)


def _short(data: object) -> str:
    try:
        text = repr(data)
    except (RecursionError, ValueError):
        return "…"
    return text if len(text) <= 80 else text[:79] + "…"


KIND = TaskKind("examples", sample)
"""Solved when every example is met, right when every test is met too. Validation is the examples: nothing else is given."""
