"""The table of program synthesis: each target with what was measured, as markdown, from the results in a folder.

    python -m experiments.benchmarks.synthesis_table [--run NAME]... [--run all] [--results experiments/results] [--data FOLDER]

``--run`` measures a row's result again first (``all``: every one; hours). Without it nothing is run. Rows whose result is absent say so
with the command that makes it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.budget import parse_budget
from automl.tasks.load import load_tasks
from search.choice.ranking import FITTED

from .gain_table import solved_by_both
from .library_gain import compare
from .synthesis import PROJECT

RESULTS = Path("experiments") / "results"
DATA = Path("..") / "shared" / "data" / "synthesis"
Figures = Mapping[str, Any]
LIST = ("--budget", "20s", "--learn-budget", "30s", "--iterations", "4")
TEXT = ("--budget", "60s", "--learn-budget", "12s", "--iterations", "3")
"""Budgets of the library gains: for each held-out task, and for each task in each iteration of learning."""


@dataclass(frozen=True)
class Row:
    """One line: what is asked for, and the text and verdict (None: no target) of what was measured."""

    what: str
    target: str
    measured: str
    met: bool | None


@dataclass(frozen=True)
class RowSource:
    """A result ``NAME.json``, the benchmark and arguments that make it, and its lines."""

    module: str
    arguments: tuple[str, ...]
    rows: Callable[[Figures], list[Row]]


def speed(found: Figures) -> list[Row]:
    against = found["against DEAP"]
    rate, ratio = against["columns"]["programs_per_second"], against["columns / deap, about 18 nodes"]["ratio"]
    size = against["columns"]["bytes_per_kept_term"]
    bodies = found["lambda bodies"]["per_second_of_their_own"]["bodies"]
    return [
        Row(
            "evaluated terms a second, 10 examples", "≥ 1,000,000", f"{rate:,} (lambda bodies {bodies:,})", rate >= 1e6
        ),
        Row("over typed DEAP, same run", "≥ 100 ×", f"{ratio:g} ×", ratio >= 100),
        Row("bytes a kept term", "≤ 256", f"{size}", size <= 256),
    ]


def solved(
    label: str, least_solved: float | None, least_right: float | None, share: float
) -> Callable[[Figures], list[Row]]:
    """Lines of a file of tasks: percent solved and right, and the share right of the solved that have tests."""

    def rows(found: Figures) -> list[Row]:
        part = found["summary"]
        tested = [row for row in found["rows"] if row["solved"] and row["right"] is not None]
        percent = {key: 100 * (part[key] or 0) / max(part["tasks"], 1) for key in ("solved", "right")}
        right = sum(row["right"] is True for row in tested) / max(len(tested), 1)
        lines = []
        for key, least in (("solved", least_solved), ("right", least_right)):
            text = f"{percent[key]:.1f} % ({part[key]} of {part['tasks']})"
            goal, met = ("", None) if least is None else (f"≥ {least:g} %", percent[key] >= least)
            if key == "solved" or tested:
                lines.append(Row(f"{label}, {found['budget']} a task: {key}", goal, text, met))
        if tested:
            text = f"{100 * right:.1f} % of {len(tested)}"
            lines.append(Row(f"{label}: right of the solved", f"≥ {100 * share:g} %", text, right >= share))
            lines += _by_fit(label, tested, found.get("fitted_on"))
        held = found.get("peak_mib")
        if held is not None:
            lines.append(Row(f"{label}: most memory of the process", "≤ 2,048 MiB", f"{held:,} MiB", held <= 2048))
        return lines

    return rows


def _by_fit(label: str, tested: Sequence[Figures], fitted_on: Collection[str] | None) -> list[Row]:
    """The share right of the solved apart for the tasks that the ranking was fitted on and for those held out from that."""
    if fitted_on is None:
        return []
    lines = []
    for part, inside in (("the ranking was fitted on", True), ("held out from that fit", False)):
        group = [row["right"] is True for row in tested if (row["task"] in fitted_on) == inside]
        if group:
            text = f"{100 * sum(group) / len(group):.1f} % of {len(group)}"
            lines.append(Row(f"{label}: right of the solved, families {part}", "", text, None))
    return lines


def fitted_on(file: str, data: Path) -> frozenset[str] | None:
    """The tasks of a file of ``data`` whose families the ranking was fitted on; None where the file is absent or had no part in it."""
    if file not in FITTED["files"] or not (PROJECT / data / file).is_file():
        return None
    families, stem = frozenset(FITTED["families_fitted_on"]), Path(file).stem
    tasks = load_tasks(str(PROJECT / data / file))
    return frozenset(task.name for task in tasks if f"{stem}:{task.family or task.name}" in families)


def gain(label: str, ratio: float | None, right: float | None, points: float | None) -> Callable[[Figures], list[Row]]:
    """Lines of a library gain: least ratio of terms and seconds, least gain in points right and in points solved."""

    def rows(found: Figures) -> list[Row]:
        return lines_of(f"{label}, {found['budget']} a task", found)

    def lines_of(label: str, found: Figures) -> list[Row]:
        if "with" not in found or "without" not in found:
            return [Row(label, "", "not finished", None)]
        part, lines = compare(found["with"], found["without"], found.get("families_seed", 0)), []
        if ratio is not None:
            for key in ("terms", "seconds"):
                value = part[f"{key}_ratio"]
                text = f"{value['ratio']:.2f} × [{value['interval'][0]:.2f}, {value['interval'][1]:.2f}]"
                lines.append(Row(f"{label}: fewer {key}", f"≥ {ratio:g} ×", text, value["ratio"] >= ratio))
        for key, least in (("right", right), ("solved", points)):
            if part[f"{key}_points"] is None:
                continue
            both = f"{part['without'][key]} → {part['with'][key]} of {part['with']['tasks']}"
            text = f"{part[f'{key}_points']:+.1f} ({both})"
            goal = "" if least is None else f"≥ {least:+g}"
            lines.append(
                Row(f"{label}: points {key}", goal, text, None if least is None else part[f"{key}_points"] >= least)
            )
        lines.append(Row(f"{label}: points solved within less", "", _within(found), None))
        lines.append(_common(label, found))
        if "control" in found:
            text = _control(found)
            lines.append(Row(f"{label}: control, random subtrees", "", text, None))
        if "reuse" in found:
            lines += _reuse(label, found)
        return lines

    return rows


def _common(label: str, found: Figures) -> Row:
    """What the library saves where it is not needed: on the tasks that are solved without it, too."""
    both = solved_by_both(found["with"], found["without"])
    sums = {key: [sum(pair[arm][key] for pair in both) for arm in (0, 1)] for key in ("terms", "seconds")}
    text = ", ".join(f"{other / max(own, 1e-9):.2f} × {key}" for key, (own, other) in sums.items())
    return Row(f"{label}: fewer on the {len(both)} tasks that both solve", "", text, None)


def _control(found: Figures) -> str:
    """The same as the gain for random parts of solved programs in place of the library's words."""
    part = compare(found["control"], found["without"], found.get("families_seed", 0))
    told = [key for key in ("solved", "right") if part[f"{key}_points"] is not None]
    ratios = [f"{part[f'{key}_ratio']['ratio']:.2f} × {key}" for key in ("terms", "seconds")]
    return ", ".join([*ratios, *(f"{part[f'{key}_points']:+.1f} points {key}" for key in told)])


SHORTER = (1, 3, 10, 30)
"""Seconds a task within which solved tasks are counted as well."""


def _within(found: Figures) -> str:
    """The gain in points solved had the budget been shorter."""
    least = parse_budget(found["budget"]).seconds or 0.0
    texts = []
    for seconds in (each for each in SHORTER if each < least):
        counts = [sum(r["solved"] and r["seconds"] <= seconds for r in found[arm]) for arm in ("without", "with")]
        points = 100 * (counts[1] - counts[0]) / max(len(found["with"]), 1)
        texts.append(f"{seconds} s: {points:+.1f} ({counts[0]} → {counts[1]})")
    return "; ".join(texts)


def _reuse(label: str, found: Figures) -> list[Row]:
    part, learning = found["reuse"], found["learning"]
    share = 100 * part["share_used_again"]
    within = 100 * part["share_used_again_or_within_such"]
    text = f"{share:.0f} % of {part['promoted']} ({within:.0f} % with those within them); {part['uses']} uses"
    cost = f"{learning['terms']:,} terms, {learning['seconds']:,.0f} s"
    return [
        Row(f"{label}: promoted words used again", "≥ 60 %", text, share >= 60),
        Row(f"{label}: cost of building the library", "", cost, None),
    ]


def recognition(found: Figures) -> list[Row]:
    lines = []
    for part, kinds in found["summary"].items():
        for kind, measured in kinds.items():
            ratios = measured["terms_off_over_on"]
            solved = measured["solved_more"]
            by_seed = ", ".join(f"{ratio:g}" for ratio in ratios)
            more = ", ".join(f"{number:+d}" for number in solved)
            text = f"{by_seed} × (median {measured['median']:g}); solved {more}"
            met = None if kind != "model" else measured["median"] > 1 and statistics.median(solved) >= 0
            target = "> 1 ×, none fewer solved" if kind == "model" else ""
            lines.append(Row(f"{kind} against none, {part}: fewer terms, by seed", target, text, met))
    return lines


def memory(found: Figures) -> list[Row]:
    lines = []
    for limit, part in found["limits"].items():
        text = f"{part['solved']} of {part['tasks']} solved; grown by at most {part['grown_mib_most']:,} MiB"
        lines.append(Row(f"a bank of {limit}, {found['budget']} a task", "", text, None))
    if found["streamed"]:
        size = found["streamed"]["bytes_per_term"]
        lines.append(Row("bytes a streamed term", "≤ 24", f"{size:g}", size <= 24))
    return lines


def compression(found: Figures) -> list[Row]:
    lines = []
    if "solved" in found:
        part = found["solved"]
        seconds, ratio = part["timing"]["ours"], part["ours_over_alone"]
        corpus = f"compression of the {part['programs']} programs of {', '.join(part['results'])}"
        lines += [
            Row(f"{corpus}, with its process", "≤ 0.5 s", f"{seconds:.2f} s", seconds <= 0.5),
            Row("ratio over stitch-core alone, the same programs", "≥ 0.95", f"{ratio:.3f}", ratio >= 0.95),
            Row("abstractions with a type", "100 %", f"{100 * part['typed']:.0f} %", part["typed"] == 1),
        ]
    seconds = found["timing"][0]["ours"]
    lines.append(Row("compression of 100 generated programs", "≤ 0.5 s", f"{seconds:.2f} s", seconds <= 0.5))
    for kind in ("plain", "branches"):
        value = found[f"{kind}_ours_over_alone"]["median"]
        sound = found[f"{kind}_ours_over_sound"]["median"]
        text = f"{value:.3f} ({sound:.3f} where its programs that evaluate too much are put back)"
        lines.append(Row(f"ratio over stitch-core alone, generated, {kind}", "≥ 0.95", text, value >= 0.95))
    return lines


def _tasks(file: str, budget: str = "60s") -> tuple[str, ...]:
    return (f"{{data}}/{file}.jsonl", "--budget", budget)


SOURCES: dict[str, RowSource] = {
    "columns": RowSource("columns", (), speed),
    "memory": RowSource("memory", ("--every", "10"), memory),
    "synthesis_lambdabeam": RowSource(
        "synthesis", _tasks("lambdabeam_synthetic"), solved("LambdaBeam synthetic", 80, 72, 0.9)
    ),
    "synthesis_list_train": RowSource("synthesis", _tasks("list_train"), solved("list_train", None, 75, 0.95)),
    "synthesis_rule": RowSource("synthesis", _tasks("rule_c001_c150"), solved("rule_c001_c150", None, 50, 0.9)),
    "synthesis_text_train": RowSource("synthesis", _tasks("text_train"), solved("text_train", None, None, 0.9)),
    "library_gain_list_base": RowSource(
        "library_gain",
        ("--tasks", "list", "--base", *LIST),
        gain("list, base words", 6, 20, None),
    ),
    "library_gain_list_full": RowSource(
        "library_gain",
        ("--tasks", "list", "--full", *LIST),
        gain("list, all words", 1.3, None, None),
    ),
    "library_gain_text_base": RowSource(
        "library_gain",
        ("--tasks", "text", "--base", "--guidance", "grammar", *TEXT),
        gain("text, base words", None, None, 40),
    ),
    "recognition": RowSource("recognition", ("--part", "2", "--every", "6"), recognition),
    "compression": RowSource("compression", (), compression),
}


def command(name: str, results: Path, data: Path) -> list[str]:
    """How a result is measured, seen from the project's root."""
    source = SOURCES[name]
    given = [argument.format(data=data.as_posix()) for argument in source.arguments]
    path = (results / f"{name}.json").as_posix()
    return [sys.executable, "-m", f"{__package__}.{source.module}", *given, "--json", path]


def lines(results: Path, data: Path) -> list[str]:
    """The table in markdown."""
    found = ["| what | target | measured | met |", "|---|---|---|---|"]
    for name, source in SOURCES.items():
        path = PROJECT / results / f"{name}.json"
        if not path.is_file():
            text = " ".join(["python", *command(name, results, data)[1:]])
            found.append(f"| {name} | | not measured: `{text}` | |")
            continue
        result = json.loads(path.read_text(encoding="utf-8"))
        figures = result["figures"]
        known = {"peak_mib": result.get("peak_mib"), "fitted_on": fitted_on(figures.get("file", ""), data)}
        for row in source.rows({**figures, **known}):
            met = {True: "yes", False: "no", None: ""}[row.met]
            found.append(f"| {row.what} | {row.target} | {row.measured} | {met} |")
    return found


def print_table() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--run", action="append", default=[], choices=[*SOURCES, "all"], metavar="NAME", help=", ".join(SOURCES)
    )
    options.add_argument("--results", type=Path, default=RESULTS)
    options.add_argument("--data", type=Path, default=DATA)
    given = options.parse_args()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))),
    }
    for name in SOURCES if "all" in given.run else dict.fromkeys(given.run):
        print(f"{name} …", file=sys.stderr, flush=True)
        asked = command(name, given.results, given.data)
        subprocess.run(asked, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, check=True)
    print("\n".join(lines(given.results, given.data)))
    return 0


if __name__ == "__main__":
    sys.exit(print_table())
