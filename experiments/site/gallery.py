"""Programs that searches found: some while the page is made, and those of the recorded benchmarks. Nothing of it is written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import automl
from automl.study.result import Result

from .markdown import escaped, table

PATH = "gallery.md"
TASKS = Path(__file__).with_name("gallery.jsonl")
RESULTS = Path(__file__).resolve().parents[1] / "results"
EVALUATIONS = 60_000
"""For each task that is searched while the page is made: counted, so that every machine finds the same."""
RECORDED = {
    "synthesis_list_train.json": "List tasks (DreamCoder's)",
    "synthesis_text_train.json": "Text tasks (DreamCoder's)",
    "synthesis_rule.json": "List functions (Rule's)",
    "synthesis_lambdabeam.json": "List tasks (LambdaBeam's)",
}
SHOWN = 10
INTRO = f"""\
# Programs that were found

## While this page was made

`automl search experiments/site/gallery.jsonl --evaluations {EVALUATIONS}` on the tasks below. A search sees the examples alone; what
the program answers to the inputs of the tests, which it has not seen, is computed with it here. Few examples can be met by a program
that is wrong: the search says how sure it is.
"""
BENCHMARKS = """\
## In recorded benchmarks

Of each the programs that took the longest search, of those that are right on the tests, or solved where there are none."""


def gallery_page() -> str:
    """The page of programs; it searches for a part of them.

    Raises TaskError for tasks that cannot be read.
    """
    tasks = [json.loads(line) for line in TASKS.read_text(encoding="utf-8").splitlines()]
    results = [automl.search(task, evaluations=EVALUATIONS, quiet=True) for task in automl.load_tasks(str(TASKS))]
    found = [_searched(task, result) for task, result in zip(tasks, results, strict=True)]
    recorded = [recorded_section(title, RESULTS / name) for name, title in RECORDED.items()]
    return "\n\n".join([INTRO, *found, BENCHMARKS, *recorded, net_section(RESULTS / "digits.json")]) + "\n"


def _searched(task: Mapping[str, Any], result: Result) -> str:
    """One task with its examples and what was found."""
    rows = [(*_case(each), "") for each in task["examples"]]
    if result.model is not None:
        for each, answer in zip(
            task["tests"], result.model.predict([case["inputs"] for case in task["tests"]]), strict=True
        ):
            rows.append((*_case(each), f"`{_json(answer)}`" + ("" if answer == each["output"] else " (wrong)")))
    sure = "" if result.confidence is None else f", {result.confidence:.0%} sure"
    return "\n\n".join([
        f"### {escaped(task['name'])}",
        f"`{task['type']}`, {result.outcome} after {result.evaluations:,} evaluations{sure}",
        _fenced(result.program or "nothing was found"),
        table(("inputs", "output", "answer to what it has not seen"), rows),
    ])  # fmt: skip


def _case(case: Mapping[str, Any]) -> tuple[str, str]:
    return ", ".join(f"`{_json(each)}`" for each in case["inputs"]), f"`{_json(case['output'])}`"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _fenced(program: str) -> str:
    return f"```\n{program}\n```"


def recorded_section(title: str, path: Path) -> str:
    """What a benchmark recorded: how many of its tasks it solved, and the programs that took the longest.

    title: the heading.
    path: of its file of results.
    """
    record = json.loads(path.read_text(encoding="utf-8"))
    rows = record["figures"]["rows"]
    good = [row for row in rows if row["solved"] and row["right"] is not False]
    return "\n\n".join([
        f"### {title}",
        f"{sum(row['solved'] for row in rows)} of {len(rows)} solved, by `{record['command']}`.",
        *(_recorded(row) for row in sorted(good, key=lambda row: -row["terms"])[:SHOWN]),
    ])  # fmt: skip


def _recorded(row: Mapping[str, Any]) -> str:
    return f"**{escaped(row['task'])}**, {row['terms']:,} terms, {row['seconds']:.1f} s\n\n{_fenced(row['program'])}"


def net_section(path: Path) -> str:
    """The net of the best validation score among those that searches on scikit-learn's digits recorded.

    path: of the file of results.
    """
    record = json.loads(path.read_text(encoding="utf-8"))
    best = max(_nets(record["figures"]["genetic"]["rows"]), key=lambda row: row["validation"])
    says = (
        f"{best['test']:.2f} % on the test part after {best['evaluations']} evaluations, {best['parameters']:,} trained numbers, by "
        f"`{record['command']}`."
    )
    return "\n\n".join(["### A net for 8×8 digits, from words alone", says, _fenced(best["program"])])


def _nets(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row.get("program")]
