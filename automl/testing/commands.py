"""What tests of the command share: tasks as lines of a file, words of a library, and what a refusal looks like."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from library.digests import word_digest
from library.records import Subroutine
from primitives.syntax import parse

Task = dict[str, Any]
Found = tuple[int, str, str]
"""Exit code, standard output, standard error."""
LISTS = [[3, 1, 2], [], [5], [7, -4, 2, 2]]


def lines_of(tasks: Iterable[Task]) -> str:
    """The text of a file of tasks.

    tasks: each as an object of it.
    """
    return "".join(json.dumps(task) + "\n" for task in tasks)


def task(
    name: str,
    function: Callable[[list[int]], object],
    inputs: Sequence[list[int]] = LISTS,
    tests: Sequence[list[int]] = (),
    type: str = "list(int) -> list(int)",
) -> Task:
    """A task as an object of a file.

    name: of the task.
    function: of one list; gives the outputs.
    inputs: those of its examples; default: four short lists.
    tests: inputs of its tests; default: it has none.
    type: of the function.
    """
    cases = [[{"inputs": [xs], "output": function(xs)} for xs in group] for group in (inputs, tests)]
    found = {"name": name, "type": type, "examples": cases[0]}
    return {**found, "tests": cases[1]} if tests else found


REVERSED = task("reversed", lambda xs: xs[::-1], tests=[[9, 8]])
SORTED = task("sorted", sorted)
TOTAL = task("total", sum, tests=[[1, 1]], type="list(int) -> int")
HARD = task("hard", lambda xs: [hash(tuple(xs)) % 1013], [[n, 2 * n, 7] for n in range(6)])
"""No search finds it within seconds."""


def subroutine(name: str, body: str, type: str = "list(int) -> list(int)", **fields: Any) -> Subroutine:
    """A word of a library.

    name: of the word.
    body: as stored, with de Bruijn indices.
    type: of the body.
    fields: others of the record.
    """
    return Subroutine(name, word_digest(parse(body)), type, "algorithmic", body, **fields)


def refused(found: Found, *parts: str) -> None:
    """Asserts that a command failed with one clear message.

    found: what it came to.
    parts: texts in that message.
    """
    code, out, err = found
    assert code == 2, (out, err)
    assert err.startswith("automl: ") and err.count("\n") == 1, err
    assert "Traceback" not in err and out == ""
    for part in parts:
        assert part in err, err
