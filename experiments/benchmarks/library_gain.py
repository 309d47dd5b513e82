"""What a library learned on some families of tasks saves on tasks of other families.

    python -m experiments.benchmarks.library_gain [--tasks list|text|FILE] [--base|--full] [--budget 60s] [--json FILE]
        [--learn-budget 60s] [--iterations 3] [--guidance model] [--seed 0] [--only learn|with|without|control]... [--library URL]

The families are divided by the seed. The library is learned on one half of them (of list tasks also on ``list_bootstrap``);
then the tasks of the other half are searched with the library as it is, and with none, by the same enumerator with the same
budget: seconds and terms of the unsolved count as what the budget came to. ``--base`` starts from the small vocabulary that
``experiments/curricula`` declares, ``--full`` from all words. The control takes, in place of the promoted words, as many
random subtrees of the solved programs, alike in type and size.

Each part is written to the JSON file when it is done; ``--only`` runs some parts and takes the others from that file (the
library itself must then be kept with ``--library``); ``--summarise FILE`` searches nothing and writes the summaries of a result
file anew, from its own rows.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl import Library, grow
from automl.budget import parse_budget
from automl.growth.learned_guidance import KINDS, GuidancePlan
from automl.study.result import Result, count_right
from automl.tasks.curriculum import load_words
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from primitives.term import Lambda, Term, Variable, Word, spine

from .common import parser, report
from .gain_learning import earlier_figures, learn, promoted, random_library, split_families
from .synthesis import BOOTSTRAP, PROJECT, STARTER, SYNTHESIS, named

logger = logging.getLogger(__name__)
CURRICULA = PROJECT / "experiments" / "curricula"
SETS = {
    "list": ((BOOTSTRAP,), "list_train.jsonl", "base_list"),
    "text": ((), "text_train.jsonl", "base_text"),
}
PARTS = ("learn", "with", "without", "control")
DRAWS = 10_000


def task_sets(name: str, seed: int) -> tuple[list[Task], list[Task], str]:
    """Tasks to learn on, tasks held out, and the name of the small vocabulary."""
    if name in SETS and (SYNTHESIS / SETS[name][1]).is_file():
        extra, main, base = SETS[name]
        learned, held = split_families(load_tasks(str(SYNTHESIS / main), seed=seed), seed)
        return [task for file in extra for task in load_tasks(str(file), seed=seed)] + learned, held, base
    learned, held = split_families(load_tasks(str(STARTER) if name in SETS else name, seed=seed), seed)
    text = any("str" in str(task.type) for task in held)
    return learned, held, "base_text" if text else "base_list"


def searched(
    tasks: Sequence[Task], library: Library, budget: str, words: Sequence[str] | None, seed: int
) -> list[dict[str, Any]]:
    """A row a task, searched with the library as it is."""
    found = grow(list(tasks), budget, library=library, strategy="enumerative", seed=seed, words=words, frozen=True)
    return [row_of(result, budget) for result in found.results]


def row_of(result: Result, budget: str) -> dict[str, Any]:
    """``terms`` and ``seconds`` until the first program; the ``answer_`` fields count what looking for better ones took as well."""
    most = parse_budget(budget)
    seconds, terms = result.first_seconds, result.first_evaluations
    if not result.solved or seconds is None or terms is None:
        seconds = max(result.seconds, most.seconds or 0.0)
        terms = max(result.evaluations, most.evaluations or 0)
    return {
        "task": result.name,
        "solved": result.solved,
        "right": result.right,
        "terms": terms,
        "seconds": round(seconds, 3),
        "answer_terms": result.evaluations,
        "answer_seconds": round(result.seconds, 3),
        "program": result.program,
        "subroutines": list(result.subroutines),
        "whole": bool(result.model and _is_call(result.model.term, result.subroutines)),
    }


def _is_call(term: Term, subroutines: Sequence[str]) -> bool:
    """Whether a program is one subroutine of its inputs: the whole solution was promoted."""
    while isinstance(term, Lambda):
        term = term.body
    head, arguments = spine(term)
    return isinstance(head, Word) and head.name in subroutines and all(isinstance(each, Variable) for each in arguments)


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the rows come to; ``right`` is None where no solved task has tests to tell."""
    return {
        "tasks": len(rows),
        "solved": sum(row["solved"] for row in rows),
        "right": count_right(row["right"] for row in rows),
        "with_tests": sum(row["right"] is not None for row in rows),
        "terms": sum(row["terms"] for row in rows),
        "seconds": round(sum(row["seconds"] for row in rows), 1),
    }


def compare(rows: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], seed: int = 0) -> dict[str, Any]:
    """What the ``others`` cost over what ``rows`` cost, with 95 % bootstrap intervals over the tasks, and the gain in percent of the
    tasks solved and right."""
    by_task = {row["task"]: row for row in others}
    pairs = [(row, by_task[row["task"]]) for row in rows if row["task"] in by_task]
    draws = np.random.Generator(np.random.PCG64([seed, 2])).integers(len(pairs), size=(DRAWS, len(pairs)))
    found: dict[str, Any] = {"with": summary([a for a, _ in pairs]), "without": summary([b for _, b in pairs])}
    for key in ("terms", "seconds"):
        costs = np.array([[a[key], b[key]] for a, b in pairs], float)
        sums = costs[draws].sum(axis=1)
        low, high = np.quantile(sums[:, 1] / np.maximum(sums[:, 0], 1e-9), (0.025, 0.975))
        ratio = costs[:, 1].sum() / max(costs[:, 0].sum(), 1e-9)
        found[f"{key}_ratio"] = {"ratio": round(ratio, 3), "interval": [round(low, 3), round(high, 3)]}
    for key in ("solved", "right"):
        own, other = found["with"][key], found["without"][key]
        found[f"{key}_points"] = None if None in (own, other) else round(100 * (own - other) / max(len(pairs), 1), 1)
    both = [(a, b) for a, b in pairs if a["solved"] and b["solved"]]
    found["solved_by_both"] = {
        "tasks": len(both), "terms_with": sum(a["terms"] for a, _ in both), "terms_without": sum(b["terms"] for _, b in both),
    }  # fmt: skip
    return found


def summaries(figures: dict[str, Any], seed: int = 0) -> dict[str, Any]:
    """What the rows of the searches in ``figures`` come to: ``gain``, ``control_gain`` and ``reuse``, as far as their rows are there.

    Where no row has tests that tell, the iterations of the learning are taken to have none either (the halves are of one file), and
    ``learning`` is given too, without a count of what is right.
    """
    found: dict[str, Any] = {}
    for key, arm in (("gain", "with"), ("control_gain", "control")):
        if arm in figures and "without" in figures:
            found[key] = compare(figures[arm], figures["without"], seed)
    if "learning" in figures and "gain" in found:
        held = [row["task"] for row in figures["with"]]
        found["reuse"] = reuse(figures["learning"]["promoted"], figures["with"], held)
        if found["gain"]["with"]["right"] is None and found["gain"]["without"]["right"] is None:
            iterations = [{**each, "right": None} for each in figures["learning"]["iterations"]]
            found["learning"] = {**figures["learning"], "iterations": iterations}
    return found


def summarise(path: Path) -> None:
    """Write the summaries of a result file anew, from its own rows."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["figures"].update(summaries(kept["figures"], kept["seed"]))
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def reuse(words: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    """How often the promoted words stand in programs of held-out tasks (where a program is nothing but one word, its task is left out),
    and which of them are used again, directly or within another word that is."""
    calls = {word["name"]: word["calls"] for word in words}
    counted = [row for row in rows if row["solved"] and not row["whole"]]
    direct: dict[str, int] = dict.fromkeys(calls, 0)
    for row in counted:
        for name in row["subroutines"]:
            if name in direct:
                direct[name] += 1
    used = {name for name, count in direct.items() if count}
    through = set(used)
    while True:
        more = {inner for name in through for inner in calls[name]} - through
        if not more:
            break
        through |= more
    total = max(len(calls), 1)
    return {
        "promoted": len(calls),
        "uses": sum(direct.values()),
        "tasks_using": sum(any(name in direct for name in row["subroutines"]) for row in counted),
        "tasks_that_are_one_word": [row["task"] for row in rows if row["whole"]],
        "used_again": len(used),
        "share_used_again": round(len(used) / total, 3),
        "share_used_again_or_within_such": round(len(through) / total, 3),
        "by_word": direct,
        "held_out_tasks": len(names),
    }


class _Run:
    """The parts of one run, and the file that keeps what is done."""

    def __init__(self, given: Any) -> None:
        self.given, self.started = given, time.perf_counter()
        self.learned, self.held, base = task_sets(given.tasks, given.seed)
        if given.limit:
            self.learned, self.held = self.learned[: given.limit], self.held[: given.limit]
        self.base = "full" if given.full else base
        self.words = None if given.full else load_words(base, search_path=[CURRICULA])
        self.settings = {
            "tasks": named(given.tasks),
            "vocabulary": self.base,
            "budget": given.budget,
            "learn_budget": given.learn_budget,
            "iterations": given.iterations,
            "guidance": given.guidance,
            "families_seed": given.seed,
            "learned_on": len(self.learned),
            "held_out": len(self.held),
        }
        earlier = given.json if given.only is not None else None
        self.figures: dict[str, Any] = {
            **self.settings,
            **earlier_figures(earlier, self.settings, ("learning", *PARTS[1:])),
        }

    def go(self) -> None:
        with Library(self.given.library) as library:
            for part in self.given.only or PARTS:
                getattr(self, f"{part}_")(library)
                self.write()

    def learn_(self, library: Library) -> None:
        self.figures["learning"] = learn(
            self.learned, library, budget=self.given.learn_budget, iterations=self.given.iterations,
            guidance=self.given.guidance, words=self.words, seed=self.given.seed, note=_note,
        )  # fmt: skip

    def with_(self, library: Library) -> None:
        self.figures["with"] = self._search(library)

    def without_(self, library: Library) -> None:
        with Library("memory:") as empty:
            self.figures["without"] = self._search(empty)

    def control_(self, library: Library) -> None:
        with random_library(library, self.learned, self.given.guidance, self.given.seed) as chance:
            self.figures["control_words"] = promoted(chance)
            self.figures["control"] = self._search(chance)

    def _search(self, library: Library) -> list[dict[str, Any]]:
        rows = searched(self.held, library, self.given.budget, self.words, self.given.seed)
        _note(str(summary(rows)))
        return rows

    def write(self) -> None:
        self.figures.update(summaries(self.figures, self.given.seed))
        report("library_gain", self.figures, seed=self.given.seed, started=self.started, path=self.given.json)


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--tasks", default="list", help="list, text, or a file of tasks")
    which = options.add_mutually_exclusive_group()
    which.add_argument("--base", action="store_true", help="start from the small vocabulary (the default)")
    which.add_argument("--full", action="store_true", help="start from all words")
    options.add_argument("--budget", default="60s", help="for each held-out task")
    options.add_argument("--learn-budget", default="60s", help="for each task in each iteration of learning")
    options.add_argument("--iterations", type=int, default=3)
    options.add_argument("--guidance", choices=KINDS, default=GuidancePlan.kind, help="what is learned beside words")
    options.add_argument("--only", action="append", choices=PARTS)
    options.add_argument("--library", default="memory:", help="where the learned library is kept")
    options.add_argument("--limit", type=int, default=0, help="the first so many tasks of each half")
    options.add_argument(
        "--summarise", type=Path, metavar="FILE", help="only write the summaries of this result anew, from its rows"
    )
    given = options.parse_args()
    if given.summarise is not None:
        summarise(given.summarise)
    else:
        _Run(given).go()


if __name__ == "__main__":
    main()
