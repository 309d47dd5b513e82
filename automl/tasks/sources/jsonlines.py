"""Input-output examples from JSON lines: one task a line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from ...errors import TaskError
from ..kinds.examples import examples_from_json
from ..load import Reference, Source
from ..task import Task

MAX_BYTES = 256 * 2**20


def read_lines(
    data: bytes, source: str = "", refused: list[str] | None = None, tolerate: int | None = None
) -> list[Task]:
    """The tasks in the bytes of a JSON-lines file (UTF-8; blank lines are passed over).

    source: the file's name, as the tasks keep it.
    refused: gets the reason for each line that is no task, its name before it where it has one of its own (None: the first such
        line ends the reading).
    tolerate: how many examples of each task may be wrong, where its line does not say (default: none).

    Raises TaskError with the line's number; also where no line is a task.
    """
    if len(data) > MAX_BYTES:
        raise TaskError(f"size={len(data)} bytes: at most {MAX_BYTES} are read; divide the file")
    tasks: list[Task] = []
    wrong: list[tuple[bytes, TaskError]] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            tasks.append(
                _task(line, number, {"source": source, **({} if tolerate is None else {"tolerate": tolerate})}, seen)
            )
        except TaskError as error:
            if refused is None:
                raise
            wrong.append((line, error))
    if not tasks:
        raise (
            wrong[0][1] if wrong else TaskError("tasks=0: at least one task is required; write one JSON object a line")
        )
    if refused is not None:
        refused.extend(f"{_name(line, seen)}{error}" for line, error in wrong)
    return tasks


def _task(line: bytes, number: int, usual: Mapping[str, object], seen: dict[str, int]) -> Task:
    """The task of a line with the ``usual`` fields where it has none; ``seen`` has the lines of names, and gets this one's."""
    fields = _parse(line, number)
    if isinstance(fields, dict):
        fields = {**usual, **fields}
    task = examples_from_json(fields, f"line {number}")
    first = seen.setdefault(task.name, number)
    if first != number:
        raise TaskError(
            f"line {number}: name={task.name!r} is also that of line {first}; names must differ: rename one"
        )
    return task


def _name(line: bytes, seen: Mapping[str, int]) -> str:
    """The name of what is no task, with a colon, so that it is known by it as if it were one; "" where there is none, or another has it."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    name = fields.get("name") if isinstance(fields, dict) else None
    usable = isinstance(name, str) and name.strip() and name.isprintable() and ": " not in name and name not in seen
    return f"{name}: " if usable else ""


def _parse(line: bytes, number: int) -> object:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TaskError(f"line {number}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise TaskError(
            f"line {number}, column {error.colno}: not JSON ({error.msg}); write one JSON object a line"
        ) from None
    except RecursionError:
        raise TaskError(
            f"line {number}: nested too deeply; values of at most a few hundred levels are read: flatten it"
        ) from None
    except ValueError as error:
        raise TaskError(f"line {number}: {error}") from None


def _refuse(text: str) -> float:
    raise ValueError(f"value={text}: finite numbers are required; drop the case")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text[:40])


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        twice = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise ValueError(f"field={twice[:60]!r} occurs twice in one object; remove one")
    return fields


def _load(reference: Reference) -> list[Task]:
    assert reference.path is not None
    try:
        data = Path(reference.path).read_bytes()
    except OSError as error:
        raise TaskError(f"path={str(reference.path)!r} cannot be read: {error.strerror}; check the file") from None
    try:
        tasks = read_lines(data, reference.path.name, reference.refused, reference.whole("tolerate", None))
    except TaskError as error:
        name = reference.path.name
        row = "" if b'"examples"' in data else f". Where each line is a row of a table: name its target, {name}:COLUMN"
        raise TaskError(f"{name}: {error}{row}") from None
    for key in ("task", "family"):
        if key in reference.options:
            tasks = _chosen(tasks, "name" if key == "task" else key, reference.options[key])
    return tasks[: reference.whole("limit", None)]


def _chosen(tasks: list[Task], attribute: str, wanted: str) -> list[Task]:
    found = [task for task in tasks if getattr(task, attribute) == wanted]
    if not found:
        names = sorted({str(getattr(task, attribute)) for task in tasks})
        raise TaskError(f"{attribute}={wanted!r}: no such task; one of these is required: {', '.join(names[:20])}")
    return found


SOURCE = Source(
    "jsonlines",
    "JSON lines of examples (.jsonl)",
    ("task", "family", "limit", "tolerate"),
    lambda reference: (
        reference.path is not None
        and reference.path.suffix in (".jsonl", ".ndjson")
        and reference.path.is_file()
        and "target" not in reference.options
    ),
    _load,
)
