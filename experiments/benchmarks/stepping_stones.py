"""Whether a library pays where tasks build on each other: grown on shallow functions, measured on deeper ones.

    python -m experiments.benchmarks.stepping_stones [--kind lists|texts] [--budget 10s] [--learn-budget 10s] [--json FILE] [--plot FILE]
        [--iterations 2] [--guidance grammar] [--families 16] [--depths 4-6] [--limit 0] [--seed 0] [--library URL] [--only ARM]...

The tasks are those of ``experiments.curricula.stepping_stones``. A library is grown on depths 1 to 3 as a curriculum, depth after depth,
and then left as it is. The tasks that are held out are searched with it, without any, and with as many random parts of the solved programs,
alike in type and size, in its place: in turn, each with the same budget. *Known* families are those that the library met at depths 2 and 3;
of the others it met none, but the stones and the functions of depth 2 that all share.

``terms`` and ``seconds`` are those to the first program, unsolved tasks count with their whole budget. ``cpu`` is what a whole search took
of the processor. ``to_the_same_count``: the smallest limit for each task at which an arm solves as many tasks as the search without a
library does in the end, and what all tasks together cost under that limit. ``--only`` runs some arms and takes the others from the JSON
file (then keep the library with ``--library``). ``reuse``: which words held-out tasks use, and which any task does that the word does
not come from, one learned from included (``share_used_by_other_tasks``).
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automl import Library, search
from automl.growth.learned_guidance import KINDS as GUIDANCE
from automl.tasks.curriculum import load_words
from experiments.curricula.stepping_stones import DEEPEST, LEARNED, Stone, stepping_stones, write
from experiments.curricula.stone_templates import KINDS

from .common import parser, report
from .gain_learning import earlier_figures, learn, promoted, random_library
from .library_gain import CURRICULA, compare, reuse, row_of, summary

ARMS = ("learn", "with", "without", "control")
NAMES = {"with": "with the library", "without": "without", "control": "with random parts"}
Row = dict[str, Any]


def searched(stone: Stone, library: Library, budget: str, words: Sequence[str], seed: int) -> Row:
    """The row of a task, searched with the library as it is."""
    started = time.process_time()
    found = search(stone.task, budget, library=library, strategy="enumerative", words=words, seed=seed)
    cpu = round(time.process_time() - started, 3)
    return {**row_of(found, budget), "depth": stone.depth, "known": stone.known, "cpu": cpu}


def by_group(arms: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Any]]:
    """The summary of each arm for each depth, for depth 4 and more, and there for known and other families."""
    depths = sorted({row["depth"] for rows in arms.values() for row in rows})
    groups: dict[str, Any] = {f"depth {depth}": lambda row, depth=depth: row["depth"] == depth for depth in depths}
    groups |= {
        "deep": lambda row: row["depth"] > LEARNED,
        "deep, known families": lambda row: row["depth"] > LEARNED and row["known"],
        "deep, other families": lambda row: row["depth"] > LEARNED and not row["known"],
    }
    return {
        name: {arm: _sum([row for row in rows if chosen(row)]) for arm, rows in arms.items()}
        for name, chosen in groups.items()
    }


def _sum(rows: Sequence[Row]) -> dict[str, Any]:
    return {**summary(rows), "cpu": round(sum(row["cpu"] for row in rows), 1)}


def to_the_same_count(rows: Sequence[Row], others: Sequence[Row], key: str) -> dict[str, Any]:
    """What ``rows`` and ``others`` cost up to the number of solved tasks that both reach, in ``terms`` or ``seconds``: each task is
    given up at the least limit that suffices for this count."""
    count = min(sum(row["solved"] for row in part) for part in (rows, others))

    def cost(part: Sequence[Row]) -> float:
        if not count:
            return 0.0
        limit = sorted(row[key] for row in part if row["solved"])[count - 1]
        return float(sum(min(row[key], limit) for row in part))

    own, other = cost(rows), cost(others)
    return {
        "solved": count,
        "own": round(own, 2),
        "other": round(other, 2),
        "ratio": round(other / own, 2) if own else None,
    }


def comparisons(figures: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """What the rows of the arms in ``figures`` come to."""
    arms = {arm: figures[arm] for arm in ARMS[1:] if arm in figures}
    found: dict[str, Any] = {"groups": by_group(arms)}
    for key, arm in (("gain", "with"), ("control_gain", "control")):
        if arm not in arms or "without" not in arms:
            continue
        own, other = ([row for row in arms[name] if row["depth"] > LEARNED] for name in (arm, "without"))
        found[key] = {"deep": compare(own, other, seed)} if own else {}
        found[key]["to_the_same_count"] = {
            name: {unit: to_the_same_count(mine, its, unit) for unit in ("terms", "seconds")}
            for name, mine, its in (("all", arms[arm], arms["without"]), ("deep", own, other))
        }
    if "learning" in figures and "with" in arms:
        learning = figures["learning"]
        found["reuse"] = reuse(learning["promoted"], arms["with"], [row["task"] for row in arms["with"]])
        found["reuse"]["share_used_by_other_tasks"] = used_by_others(
            learning["promoted"],
            {**learning["programs"], **{row["task"]: row["program"] for row in arms["with"] if row["solved"]}},
        )
    return found


def used_by_others(words: Sequence[Mapping[str, Any]], programs: Mapping[str, str]) -> float:
    """The share of the words that the program of a task names, one learned from or held out, that the word does not come from (written
    out where the program itself became a word), or that are named within such words.

    words: rows of ``promoted``.
    programs: of the solved tasks, by task.
    """
    named = {
        task: {each.partition("@")[0] for each in re.findall(r"[^\s()]+", text)} for task, text in programs.items()
    }
    for word in words:  # a program that became a word is a call of it, and what it was made of is in that
        for task in word["tasks"]:
            named.setdefault(task, set()).update(word["calls"])
    used = {
        word["name"]
        for word in words
        if any(word["name"] in named[task] for task in named if task not in word["tasks"])
    }
    calls = {word["name"]: set(word["calls"]) for word in words}
    while more := set().union(*(calls[name] for name in used)) & calls.keys() - used:
        used |= more
    return round(len(used) / max(len(calls), 1), 3)


def draw(figures: Mapping[str, Any], path: Path) -> None:
    """Held-out tasks solved within so many seconds for each arm, and their share by depth."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    arms = [arm for arm in NAMES if arm in figures]
    depths = sorted({row["depth"] for row in figures[arms[0]]})
    for place, arm in enumerate(arms):
        costs = sorted(max(row["seconds"], 1e-2) for row in figures[arm] if row["solved"])
        left.step(costs, range(1, len(costs) + 1), where="post", label=NAMES[arm])
        parts = [[row["solved"] for row in figures[arm] if row["depth"] == depth] for depth in depths]
        shares = [100 * sum(part) / max(len(part), 1) for part in parts]
        right.bar([depth + 0.27 * (place - 1) for depth in depths], shares, 0.25, label=NAMES[arm])
    left.set(xscale="log", xlabel="seconds a task", ylabel=f"tasks solved, of {len(figures[arms[0]])}")
    right.set(xlabel="depth", ylabel="solved, %", xticks=depths, ylim=(0, 100))
    left.legend()
    figure.suptitle(f"stepping stones: {figures['kind']}, {figures['budget']} a task")
    figure.savefig(path, dpi=110)


class _StonesRun:
    """The parts of one run."""

    def __init__(self, given: Any) -> None:
        self.given, self.started = given, time.perf_counter()
        low, _, high = given.depths.partition("-")
        stones = stepping_stones(given.kind, given.seed, given.families, given.terms)
        self.learned = [stone for stone in stones if stone.learned]
        held = [stone for stone in stones if not stone.learned and int(low) <= stone.depth <= int(high or low)]
        self.held = held[:: max(1, len(held) // given.limit)][: given.limit] if given.limit else held
        self.stones = stones
        self.words = load_words(KINDS[given.kind].base, search_path=[CURRICULA])
        names = ("kind", "budget", "learn_budget", "iterations", "guidance", "families", "depths", "terms")
        self.settings = {name: getattr(given, name) for name in names}
        self.settings |= {"learned_on": len(self.learned), "held_out": len(self.held)}
        earlier = given.json if given.only is not None else None
        self.figures: dict[str, Any] = {
            **self.settings,
            **earlier_figures(earlier, self.settings, ("learning", "control_words", *ARMS[1:])),
        }
        self.figures["making_tasks"] = round(time.perf_counter() - self.started, 1)

    def go(self) -> None:
        given = self.given
        wanted = given.only or ARMS
        with Library(given.library) as library, Library("memory:") as empty:
            if "learn" in wanted:
                self._learn(library)
                self.write()
            arms = {arm: each for arm, each in (("without", empty), ("with", library)) if arm in wanted}
            if "control" in wanted:
                tasks = [stone.task for stone in self.learned]
                arms["control"] = random_library(library, tasks, given.guidance, given.seed)
                self.figures["control_words"] = promoted(arms["control"])
            if arms:
                self._measure(arms)
                self.write()

    def _learn(self, library: Library) -> None:
        given = self.given
        with tempfile.TemporaryDirectory() as folder:
            curriculum = write(Path(folder), given.kind, self.stones, given.seed)
            self.figures["learning"] = learn(
                str(curriculum), library, budget=given.learn_budget, iterations=given.iterations,
                guidance=given.guidance, words=self.words, seed=given.seed, note=_note,
            )  # fmt: skip

    def _measure(self, arms: Mapping[str, Library]) -> None:
        """Search each task with each arm in turn, so that a busy machine slows all alike."""
        given = self.given
        rows: dict[str, list[Row]] = {arm: [] for arm in arms}
        for stone in self.held:
            for arm, library in arms.items():
                rows[arm].append(searched(stone, library, given.budget, self.words, given.seed))
            solved = ", ".join(f"{arm}: {'yes' if rows[arm][-1]['solved'] else 'no'}" for arm in arms)
            _note(f"{stone.task.name}: {solved}")
        self.figures.update(rows)

    def write(self) -> None:
        self.figures.update(comparisons(self.figures, self.given.seed))
        report("stepping_stones", self.figures, seed=self.given.seed, started=self.started, path=self.given.json)
        if self.given.plot is not None and any(arm in self.figures for arm in NAMES):
            draw(self.figures, self.given.plot)


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--kind", choices=[*KINDS], default="lists")
    options.add_argument("--budget", default="10s", help="for each task that is held out")
    options.add_argument("--learn-budget", default="10s", help="for each task in each iteration of learning")
    options.add_argument("--iterations", type=int, default=2)
    options.add_argument("--guidance", choices=GUIDANCE, default="grammar", help="what is learned beside words")
    options.add_argument("--families", type=int, default=16)
    options.add_argument(
        "--terms", type=int, default=50_000, help="of the plain search that must not find a task (0: none)"
    )
    options.add_argument(
        "--depths", default=f"{LEARNED + 1}-{DEEPEST}", help="of the tasks that are held out, such as 2-6"
    )
    options.add_argument("--limit", type=int, default=0, help="about so many of the tasks that are held out")
    options.add_argument("--only", action="append", choices=ARMS)
    options.add_argument("--library", default="memory:", help="where the learned library is kept")
    options.add_argument("--plot", type=Path, metavar="FILE", help="tasks solved against time and by depth")
    _StonesRun(options.parse_args()).go()


if __name__ == "__main__":
    main()
