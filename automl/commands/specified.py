"""``automl search`` on examples as people have them: which rows are doubted, what is filled in, what is asked."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from primitives.syntax import parse
from primitives.values import NEAR, least_difference

from ..errors import TaskError
from ..evaluation.model import Model
from ..study.opening import Options, Result
from ..tasks.load import Reference, experiment_folders, load_tasks, resolve, with_option
from ..tasks.metrics import NUMBERS
from ..tasks.specifications.filling import FilledCell, check_target, write_filled
from ..tasks.specifications.laws import is_lawful
from ..tasks.specifications.rows import contradiction, shown
from ..tasks.specifications.specification import SpecifiedRow
from ..tasks.specifications.tables import AS, EXAMPLES, LABELLED
from ..tasks.task import Task
from .common import print_text

COMMAND_LINE = "--example"
DIAGNOSED = 4
"""Examples from which on it is looked for those that are wrong, where no program meets all."""
DIAGNOSIS = 0.25
"""The part of the budget that is kept for that."""
DOUBTFUL = 0.1
"""The probability of other outputs from which on one that is filled in is marked as doubtful."""
SURE = 0.8
"""The confidence below which it is asked for the output of one more input."""
QUESTIONS = 10
"""Most questions of one command."""
Search = Callable[[Task, Options], Result]


def specified_text(
    task: str | None, examples: Sequence[str], type: str | None, tolerate: int, as_examples: bool
) -> str:
    """The task's text with what is said of its examples. Raises TaskError where there is neither a task nor an example, or both.

    task: as it was given.
    examples: JSON lists of the values of each.
    type: of the programs, where it is given.
    tolerate: how many examples may be wrong.
    as_examples: whether the rows of a table are to be examples whatever they look like.
    """
    if (task is None) == (not examples):
        raise TaskError(
            f"task={task!r} with {len(examples)} --example: a task or examples are required, and not both; leave one out"
        )
    if task is None:
        rows = json.dumps([json.loads(each) for each in examples], ensure_ascii=False)
        text = with_option(COMMAND_LINE, "rows", rows)
    else:
        reference = resolve(task, search_path=experiment_folders())
        others = () if "target" in reference.options else (".jsonl", ".ndjson")
        table = reference.path is not None and reference.path.suffix not in (*others, ".toml")
        text = with_option(task, AS, EXAMPLES) if as_examples and table and AS not in reference.options else task
    for key, value in (("type", type), ("tolerate", tolerate or None)):
        text = text if value is None else with_option(text, key, str(value))
    return text


def as_law(task: str, tasks: Sequence[Task], target: str | None, seed: int) -> tuple[str, list[Task]]:
    """The text of a table and its task; where a formula gives the target exactly its rows are examples.

    task: the text.
    tasks: as they were read.
    target: the column, where it is given apart.
    seed: by which data is divided.
    """
    if len(tasks) != 1 or tasks[0].specification is not None or tasks[0].data.target != NUMBERS:
        return task, list(tasks)
    reference = _resolved(task, target)
    if not is_lawful(reference):
        return task, list(tasks)
    text = with_option(task, AS, EXAMPLES)
    note = (
        f"a formula of the other columns gives {reference.options.get('target', 'the last one')} in every row, so the rows are examples "
        f"(?{AS}={LABELLED}: a table to learn from)"
    )
    return text, [replace(each, notes=(note, *each.notes)) for each in asked_again(text, target, seed)]


@dataclass
class Follow:
    """What is done after a search for a task of rows: ``fill`` is the file to write, ``ask`` whether to ask, ``spec`` the text of the task,
    ``rest`` the budget for a search for wrong rows, ``out`` whether things are said. Once ``take`` was called ``more`` is the text of the
    task with an answer, where one was given, and ``wrong`` whether rows contradict each other, or nothing was filled in."""

    spec: str
    target: str | None
    fill: str | None
    ask: bool
    search: Search
    rest: Options | None
    out: bool
    more: str | None = None
    wrong: bool = False

    def take(self, result: Result, task: Task) -> dict[str, Any]:
        """What is to be added to the result in JSON; it is said too."""
        found = task.specification
        if found is None:
            return {}
        self.more, self.wrong = None, bool(found.contrary)
        model, suspect = result.model if result.solved else None, None
        extra: dict[str, Any] = {}
        if model is None and self.rest is not None:
            count = 1 if len(found.rows) < 6 else 2
            suspect = self._suspect(task, count)
            model = None if suspect is None else suspect.model
            if suspect is not None:
                extra["suspect_program"] = suspect.program
        doubted = [] if model is None else _missed(model, found.rows)
        why = "suspect" if suspect is not None else "outvoted"
        rows = [(why, row, gives) for row, gives in doubted]
        if found.contrary:
            self._say(f"  contradiction: {contradiction(found.contrary, found.unit)}")
            gives = [None] * len(found.contrary) if model is None else _answers(model, found.contrary)
            rows += [("contrary", row, value) for row, value in zip(found.contrary, gives, strict=True)]
        if suspect is not None:
            self._say(f"  without the {found.unit}s below this program meets all:")
            self._say(f"  {suspect.program}".replace("\n", "\n  "))
        for reason, row, value in rows:
            self._say(
                f"  {found.unit} {row.number} ({reason}): {shown(row.inputs)} has {row.output!r}, the program gives {value!r}"
            )
        extra["rows"] = [
            {
                found.unit: row.number,
                "why": reason,
                "inputs": list(row.inputs),
                "output": row.output,
                "program_gives": value,
            }
            for reason, row, value in rows
        ]
        if self.ask and result.solved:
            self._ask(result, task)
        if self.fill is not None and self.more is None:
            extra["filled"] = self._fill(result, task)
        return extra

    def _suspect(self, task: Task, count: int) -> Result | None:
        """The result of a search that may miss so many examples, None where it finds nothing."""
        assert self.rest is not None
        data = task.data
        total = len(data.train)
        tolerant = replace(
            task, data=replace(data, tolerate=count, solved_at=(total - count) / total, digest=""), specification=None
        )
        self._say(
            f"  no program was found that meets all {total} examples: looking for one that misses {count} at most …"
        )
        result = self.search(tolerant, self.rest)
        if not result.solved:
            self._say("  none was found that misses so few")
        return result if result.solved else None

    def _ask(self, result: Result, task: Task) -> None:
        """Ask for the output that would decide, where the program is doubtful; ``more`` is the task with the answer."""
        question, found = result.question, task.specification
        if found is None or question is None or (result.confidence is not None and result.confidence >= SURE):
            return
        numbers = [row.number for row in found.waiting if list(row.inputs) == question["inputs"]]
        where = f" ({found.unit} {numbers[0]})" if numbers else ""
        likely = ", ".join(f"{_brief(each['output'])} {each['probability']:.0%}" for each in question["answers"])
        text = f"What is the {found.output} for {shown(question['inputs'])}{where}? The programs known say: {likely}"
        if not at_terminal():
            self._say(f"  {text}; give it as one more example")
            return
        print_text(text)
        try:
            answer = input("the right output, or nothing to leave it: ")
        except EOFError:
            return
        if answer:
            given = [each if isinstance(each, str) else json.dumps(each) for each in question["inputs"]]
            self.more = _with_answer(self.spec, [*given, answer])

    def _fill(self, result: Result, task: Task) -> dict[str, Any]:
        """Write the file, say what is in it, and what of it is doubtful."""
        found = task.specification
        assert found is not None and self.fill is not None
        if result.model is None or not result.solved:
            self.wrong = True
            self._say(f"  {self.fill} is not written, for no program was found")
            return {"file": None}
        cells: dict[int, FilledCell] = {}
        others = [(_like(result.model, each["program"]), each["probability"]) for each in result.alternatives]
        given = [(_answers(other, found.waiting), share) for other, share in others]
        doubtful: list[int] = []
        failed: list[int] = []
        for place, (row, value) in enumerate(zip(found.waiting, _answers(result.model, found.waiting), strict=True)):
            rivals = [(answers[place], share) for answers, share in given if answers[place] not in (None, value)]
            if value is None:
                failed.append(row.number)
                cells[row.number] = FilledCell(None, "no value")
            elif sum(share for _, share in rivals) >= DOUBTFUL:
                doubtful.append(row.number)
                likeliest = max(rivals, key=lambda each: each[1])[0]
                cells[row.number] = FilledCell(value, f"doubtful: or {_brief(likeliest)}")
            else:
                cells[row.number] = FilledCell(value, "filled")
        for row, value in [
            *_missed(result.model, found.rows),
            *zip(found.contrary, _answers(result.model, found.contrary)),
        ]:
            cells[row.number] = FilledCell(None, f"as given; the program gives {_brief(value)}")
        answers = {row.number: row.output for row in found.rows}
        write_filled(self.fill, _resolved(self.spec, self.target), cells, answers)
        done = len(found.waiting) - len(failed)
        self._say(f"  {self.fill}: {done} of {len(found.waiting)} {found.unit}s filled in, marked in the last column")
        if doubtful:
            self._say(f"  doubtful: {found.unit}s {_listed(doubtful)}")
        if failed:
            self._say(f"  without a value: {found.unit}s {_listed(failed)}")
        if result.confidence is None or result.confidence < SURE:
            sure = "not known to be right" if result.confidence is None else f"only {result.confidence:.0%} sure"
            self._say(f"  the program is {sure}: look at what was filled in, or give another output")
        return {"file": self.fill, "filled": done, "doubtful": doubtful, "without_value": failed}

    def _say(self, text: str) -> None:
        if self.out:
            print_text(text)


def check_follow(spec: str, target: str | None, fill: str | None, tasks: Sequence[Task]) -> None:
    """Refuse to fill or to ask where the task is not one of rows. Raises TaskError.

    spec: the text of the task.
    target: the column of the output, where it is given apart.
    fill: the file to write.
    tasks: those that the text stands for.
    """
    if len(tasks) != 1 or tasks[0].specification is None:
        raise TaskError(
            f"tasks={len(tasks)}: --fill and --ask are of one table whose rows are examples, or of --example; name FILE:COLUMN"
        )
    if fill is not None:
        check_target(fill, _resolved(spec, target).path)


def _resolved(spec: str, target: str | None) -> Reference:
    return resolve(spec, target=target, search_path=experiment_folders())


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def asked_again(spec: str, target: str | None, seed: int) -> list[Task]:
    """The tasks of a text to which an answer was added.

    spec: the text.
    target: the column of the output, where it is given apart.
    seed: by which data is divided.
    """
    return load_tasks(spec, target=target, seed=seed, search_path=experiment_folders())


def _with_answer(spec: str, row: Sequence[str]) -> str:
    """The task's text with one more row."""
    options = dict(_resolved(spec, None).options)
    body = spec.partition("?")[0]
    options["more"] = json.dumps([*json.loads(options.get("more", "[]")), list(row)], ensure_ascii=False)
    if spec.partition("?")[0] != COMMAND_LINE and "target" in options:
        options.pop("target")  # it stands in the body, or is given apart
    for key, value in options.items():
        body = with_option(body, key, value)
    return body


def _answers(model: Model, rows: Sequence[SpecifiedRow]) -> list[object]:
    """What a program gives for each row, None where it has no value."""
    found = model.predictions([list(row.inputs) for row in rows])
    return [None if each.failure else each.answer for each in found]


def _missed(model: Model, rows: Sequence[SpecifiedRow]) -> list[tuple[SpecifiedRow, object]]:
    """The rows for which a program gives another output than theirs, each with what it gives."""
    least = least_difference(float(row.output) for row in rows if isinstance(row.output, float))
    return [
        (row, value)
        for row, value in zip(rows, _answers(model, rows), strict=True)
        if not _equal(value, row.output, least)
    ]


def _equal(one: object, other: object, least: float) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=NEAR, abs_tol=least)
    return one == other


def _like(model: Model, program: str) -> Model:
    return replace(model, term=parse(program, model.vocabulary.all_words))


def _brief(value: object) -> str:
    if isinstance(value, dict) and list(value) == ["failure"] or value is None:
        return "no value"
    return json.dumps(value, ensure_ascii=False)


def _listed(numbers: Sequence[int], most: int = 20) -> str:
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return ", ".join(map(str, numbers[:most])) + more
