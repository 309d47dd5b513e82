"""Searches on tables against scikit-learn's forest and boosting on the very same folds.

    python -m experiments.benchmarks.tables [--tables NAME,…] [--folds 10] [--seeds 3] [--budget 60s] [--jobs 2] [--cells FILE]

Each cell is one model of one fold: a search sees the other folds only (a part of them for validation), and its result is scored once on
the fold. Cells are written to ``--cells`` as they finish, one JSON object a line, so that a run which was stopped goes on with the same
command; cells of another budget are not mixed with them. The target is the better of forest and boosting on average; a search wins a cell
where it is not below the better of the two there. A budget may be a number of evaluations (``8 evaluations``) on a machine that does other
things too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .common import parser, report
from .table_rivals import RIVALS, rival, typed
from .table_sets import BALANCED, R2, TABLES, TARGET, BenchmarkTable

if TYPE_CHECKING:
    import pandas

OURS = "search"
METHODS = (*RIVALS, OURS)
ABOVE, EQUAL, BELOW = "above", "equal", "below"


@dataclass(frozen=True)
class Cell:
    """One model of one fold. ``data``: the seed of a generated table; ``seed``: that of the folds, of the models and of the search;
    ``budget``: of a search, "" for others."""

    table: str
    method: str
    fold: int
    folds: int
    seed: int
    data: int
    budget: str = ""


@dataclass(frozen=True)
class CellResult:
    """``score`` on the held-out fold, None where the cell failed, with the reason as ``failed``; ``program`` is that of a search."""

    score: float | None
    seconds: float
    program: str = ""
    evaluations: int = 0
    failed: str = ""


def run_cell(cell: Cell) -> CellResult:
    """Fit and score one cell; an exception is its result."""
    started = time.perf_counter()
    try:
        table = TABLES[cell.table]
        train, test = fold_of(table, cell)
        if cell.method == OURS:
            return _searched(table, train, test, cell)
        model = rival(cell.method, typed(train.drop(columns=TARGET)), table.classes, cell.seed)
        model.fit(typed(train.drop(columns=TARGET)), train[TARGET].to_numpy())
        answers = model.predict(typed(test.drop(columns=TARGET)))
        return CellResult(scored(table, test, answers), round(time.perf_counter() - started, 2))
    except Exception as error:  # noqa: BLE001  a cell that fails is counted, with its reason, and the others go on
        return CellResult(
            None, round(time.perf_counter() - started, 2), failed=f"{type(error).__name__}: {error}"[-500:]
        )


def fold_of(table: BenchmarkTable, cell: Cell) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """The rows to learn from and those of the fold; classes in all folds alike."""
    from sklearn.model_selection import KFold, StratifiedKFold

    frame = table.make(cell.data)
    kind = StratifiedKFold if table.classes else KFold
    divided = kind(cell.folds, shuffle=True, random_state=cell.seed).split(frame, frame[TARGET])
    train, test = list(divided)[cell.fold]
    return frame.iloc[train], frame.iloc[test]


def _searched(table: BenchmarkTable, train: pandas.DataFrame, test: pandas.DataFrame, cell: Cell) -> CellResult:
    import automl
    from automl.tasks.split import Split

    started = time.perf_counter()
    task = automl.table_task(
        train, TARGET, name=table.name, split=Split(test=0.0, seed=cell.seed), metric=table.metric,
        targets="classes" if table.classes else "numbers",
    )  # fmt: skip
    found = automl.search(task, cell.budget, seed=cell.seed, quiet=True)
    seconds = round(time.perf_counter() - started, 2)
    if found.model is None:
        return CellResult(None, seconds, failed=f"no program: {found.outcome}")
    answers = np.array(found.model.predict(test.drop(columns=TARGET)))
    return CellResult(scored(table, test, answers), seconds, found.program, found.evaluations)


def scored(table: BenchmarkTable, test: pandas.DataFrame, answers: np.ndarray) -> float:
    """The table's metric of the answers."""
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, r2_score

    truth = test[TARGET].to_numpy()
    if table.metric == R2:
        return float(r2_score(truth, np.asarray(answers, dtype=float)))
    given = np.asarray(answers).astype(str), truth.astype(str)
    return float((balanced_accuracy_score if table.metric == BALANCED else accuracy_score)(given[1], given[0]))


def cells_of(names: Iterable[str], folds: int, seeds: int, budget: str, data: int) -> Iterator[Cell]:
    """All cells, seed by seed and fold by fold, so that a run that is stopped has something of every table."""
    listed = list(names)
    for seed in range(seeds):
        for fold in range(folds):
            for name in listed:
                for method in METHODS:
                    yield Cell(name, method, fold, folds, seed, data, budget if method == OURS else "")


def known_cells(path: Path) -> dict[Cell, CellResult]:
    """The cells that a file has; a last line that was cut off is left out."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[Cell(**row["cell"])] = CellResult(**row["result"])
    return found


def run_cells(cells: Iterable[Cell], path: Path, jobs: int) -> dict[Cell, CellResult]:
    """The result of each cell, known or run now: ``jobs`` at a time in processes, one at a time here. Each is written as it finishes."""
    wanted = list(cells)
    known = known_cells(path)
    found = {cell: known[cell] for cell in wanted if cell in known}
    missing = [cell for cell in wanted if cell not in found]
    if not missing:
        return found
    with path.open("a", encoding="utf-8") as stream:
        for cell, result in _results(missing, jobs):
            found[cell] = result
            stream.write(json.dumps({"cell": asdict(cell), "result": asdict(result)}) + "\n")
            stream.flush()
    return found


def _results(cells: list[Cell], jobs: int) -> Iterator[tuple[Cell, CellResult]]:
    """Each cell with its result, as they finish."""
    if jobs == 1:
        yield from ((cell, run_cell(cell)) for cell in cells)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        running = {pool.submit(run_cell, cell): cell for cell in cells}
        for done in as_completed(running):
            yield running[done], done.result()


def summary(found: Mapping[Cell, CellResult]) -> dict[str, dict[str, object]]:
    """For each table: mean and standard error of each method, the better of forest and boosting as ``target``, by how much the search is
    above it (``gain``, with the standard error of the difference cell by cell), what that comes to (``verdict``), the cells it wins and
    how many failed."""
    rows: dict[str, dict[str, object]] = {}
    for name in dict.fromkeys(cell.table for cell in found):
        scores = {method: _scores(found, name, method) for method in METHODS}
        means = {method: _mean(list(each.values())) for method, each in scores.items()}
        target = max(("forest", "boosting"), key=lambda method: _worth(means[method]))
        both = sorted(scores[OURS].keys() & scores["forest"].keys() & scores["boosting"].keys())
        gains = [scores[OURS][key] - scores[target][key] for key in both]
        unfound = sum(each.score is None for cell, each in found.items() if cell.table == name and cell.method == OURS)
        rows[name] = {
            "metric": TABLES[name].metric,
            **{
                method: [_rounded(means[method]), _rounded(_error(list(scores[method].values())))] for method in METHODS
            },
            "target": target,
            "gain": [_rounded(_mean(gains)), _rounded(_error(gains))],
            "verdict": _verdict(gains, unfound),
            "wins": sum(scores[OURS][key] >= max(scores["forest"][key], scores["boosting"][key]) for key in both),
            "cells": len(both),
            "failed": sum(bool(each.failed) for cell, each in found.items() if cell.table == name),
            "longest search": max(
                (each.seconds for cell, each in found.items() if cell.table == name and cell.method == OURS),
                default=None,
            ),
        }
    return rows


def _verdict(gains: list[float], failed: int) -> str:
    """Whether a search is ``above`` its target, ``equal`` to it or ``below``: by the mean as it is, before it is rounded. One that
    ``failed`` in a cell is below, since what its mean leaves out would be worse than all of it."""
    mean = _mean(gains)
    if mean is None or failed:
        return BELOW
    return ABOVE if mean > 0 else EQUAL if mean == 0 else BELOW


def _scores(found: Mapping[Cell, CellResult], table: str, method: str) -> dict[tuple[int, int], float]:
    return {
        (cell.seed, cell.fold): each.score for cell, each in found.items()
        if cell.table == table and cell.method == method and each.score is not None
    }  # fmt: skip


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _error(values: list[float]) -> float | None:
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None


def _worth(value: float | None) -> float:
    return float("-inf") if value is None else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def overall(rows: Mapping[str, Mapping[str, object]]) -> dict[str, int]:
    """On how many tables the search is not below its target, and on how many above it, on average; and the cells that failed."""
    verdicts = [row["verdict"] for row in rows.values()]
    return {
        "tables": len(rows),
        "not below": sum(each != BELOW for each in verdicts),
        "above": verdicts.count(ABOVE),
        "failed": sum(int(str(row["failed"])) for row in rows.values()),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--tables", default=",".join(TABLES), help="names, with commas between them")
    options.add_argument("--folds", type=int, default=10)
    options.add_argument("--seeds", type=int, default=3, help="how many, from 0 on")
    options.add_argument("--budget", default="60s")
    options.add_argument("--jobs", type=int, default=2, help="cells at a time")
    options.add_argument("--cells", type=Path, default=Path("tables.cells.jsonl"), metavar="FILE")
    given = options.parse_args()
    names = given.tables.split(",")
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        options.error(f"--tables {','.join(unknown)}: needed some of {', '.join(TABLES)}")
    started = time.perf_counter()
    found = run_cells(cells_of(names, given.folds, given.seeds, given.budget, given.seed), given.cells, given.jobs)
    rows = summary(found)
    figures = {
        "overall": overall(rows),
        "tables": rows,
        "folds": given.folds,
        "seeds": given.seeds,
        "budget": given.budget,
    }
    report("tables", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
