"""Whether programs that a search is 80 % sure of are right 8 times of 10: the reliability of ``confidence``, out of sample.

    python -m experiments.benchmarks.calibration [FILE …] [--evaluations 300000] [--every 1] [--rows FILE] [--json FILE]

Each task of the files (all of ../shared/data/synthesis where none are named) is searched twice: as it is, where it has hidden tests, and
with two to four of its examples, drawn at random, the others being hidden too. Of every search that meets its examples the confidence
stated stands against whether all hidden cases are met. ``fitted_on`` are the families of tasks that the confidence was fitted on
(``search/choice/fitted.json``), ``held_out`` all others. The error is the mean distance between confidence and share right over ten bins of
confidence, weighed by how many programs are in each (expected calibration error, Naeini et al. 2015). With few programs it is never 0:
``by_chance`` is where it lies in 90 of 100 draws in which each program is right with just the probability stated. ``--rows`` keeps what was
searched in a file, to read it again without searching; ``--every 4`` takes each fourth task.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl import search
from automl.tasks.kinds.examples import examples_from_json
from automl.tasks.task import Task
from search.choice.ranking import FITTED

from .common import parser, report
from .synthesis import SYNTHESIS

FEW = (2, 3, 4)
"""How many examples are shown of those that a task has."""
TRUTH = 2
"""Hidden cases that a task must have at least, to say whether a program is right."""
BINS = 10
CHANCE_DRAWS = 1_000
Row = dict[str, Any]


def tasks(path: Path, seed: int, every: int) -> Iterator[tuple[str, str, Task]]:
    """(family, how it is shown, task) for each search of a file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        if number % every:
            continue
        fields = json.loads(line)
        family = f"{path.stem}:{fields.get('family', fields['name'])}"
        tests = fields.get("tests", [])
        if len(tests) >= TRUTH:
            yield family, "as it is", examples_from_json(fields)
        draws = random.Random(f"{seed} {path.stem} {fields['name']}")
        shown = sorted(draws.sample(range(len(fields["examples"])), min(draws.choice(FEW), len(fields["examples"]))))
        hidden = [case for place, case in enumerate(fields["examples"]) if place not in shown] + tests
        if len(shown) in FEW and len(shown) < len(fields["examples"]) and len(hidden) >= TRUTH:
            chosen = [fields["examples"][place] for place in shown]
            yield family, "few", examples_from_json({**fields, "examples": chosen, "tests": hidden})


def searched(paths: Sequence[Path], evaluations: int, seed: int, every: int) -> Iterator[Row]:
    """A row for each search that met its examples and stated a confidence."""
    for path in paths:
        for family, shown, task in tasks(path, seed, every):
            found = search(task, evaluations=evaluations, seed=seed, quiet=True)
            if found.solved and found.confidence is not None:
                yield {
                    "source": path.stem, "family": family, "task": task.name, "shown": shown, "examples": len(task.data.train),
                    "confidence": found.confidence, "right": found.right,
                }  # fmt: skip


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Of the rows: how many, the share right, the mean confidence, the error in points, Brier's score, and the curve: of each bin that has
    some its bounds, how many, the mean confidence and the share right."""
    if not rows:
        return {"programs": 0}
    curve = []
    for number in range(BINS):
        inside = [row for row in rows if min(int(row["confidence"] * BINS), BINS - 1) == number]
        if inside:
            curve.append({
                "from": number / BINS, "to": (number + 1) / BINS, "programs": len(inside),
                "confidence": round(_mean([row["confidence"] for row in inside]), 4),
                "right": round(_mean([float(row["right"]) for row in inside]), 4),
            })  # fmt: skip
    stated, right = (np.array([row[key] for row in rows], float) for key in ("confidence", "right"))
    return {
        "programs": len(rows),
        "share_right": round(_mean([float(row["right"]) for row in rows]), 4),
        "mean_confidence": round(_mean([row["confidence"] for row in rows]), 4),
        "error_points": round(calibration_error(stated, right), 2),
        "by_chance": by_chance([row["confidence"] for row in rows]),
        "brier": round(_mean([(row["confidence"] - row["right"]) ** 2 for row in rows]), 4),
        "curve": curve,
    }


def calibration_error(stated: np.ndarray, right: np.ndarray) -> float:
    """The expected calibration error in points.

    stated: confidences, float64 [programs].
    right: 1 where the program is right, else 0, float64 [programs].
    """
    bins = np.minimum((stated * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, stated - right, minlength=BINS)
    return float(100 * np.abs(gaps).sum() / len(stated))


def by_chance(confidences: Sequence[float]) -> list[float]:
    """Between what the error lies in 90 of 100 draws in which each program is right with the probability stated, in points.

    confidences: those that were stated.
    """
    stated, draws = np.array(confidences), np.random.default_rng(0)
    errors = [
        calibration_error(stated, (draws.random(len(stated)) < stated).astype(float)) for _ in range(CHANCE_DRAWS)
    ]
    return [round(float(each), 2) for each in np.quantile(errors, (0.05, 0.95))]


def parts(rows: Sequence[Row]) -> Mapping[str, Any]:
    """The figures of the families that the confidence was fitted on and of the others, and of the others by file and by how much was
    shown."""
    known = frozenset(FITTED["families_fitted_on"])
    held_out = [row for row in rows if row["family"] not in known]
    by: dict[str, list[Row]] = {"fitted_on": [row for row in rows if row["family"] in known], "held_out": held_out}
    for row in held_out:
        by.setdefault(f"held_out: {row['source']}", []).append(row)
        by.setdefault(f"held_out: {row['shown']}", []).append(row)
    return {name: figures(part) for name, part in by.items()}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("files", nargs="*", type=Path, help="JSON lines of tasks")
    options.add_argument("--evaluations", type=int, default=300_000, help="for each search")
    options.add_argument("--every", type=int, default=1, help="each so many-th task of a file")
    options.add_argument("--rows", type=Path, help="read what was searched from this file, or keep it there")
    given = options.parse_args()
    started = time.perf_counter()
    paths = given.files or sorted(SYNTHESIS.glob("*.jsonl"))
    if given.rows is not None and given.rows.is_file():
        rows = [json.loads(line) for line in given.rows.read_text(encoding="utf-8").splitlines()]
    else:
        rows = list(searched(paths, given.evaluations, given.seed, given.every))
        if given.rows is not None:
            given.rows.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = {
        "files": sorted({row["source"] for row in rows}), "evaluations": given.evaluations, "every": given.every, **parts(rows)
    }  # fmt: skip
    report("calibration", result, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
