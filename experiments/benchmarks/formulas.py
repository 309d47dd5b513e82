"""Formulas from numbers: the search and its rivals on sets of published laws, each law and seed with its own seconds.

    python -m experiments.benchmarks.formulas [--set feynman|feynman_all|nguyen|empirical] [--noise 0] [--seconds 60] [--seeds 0,1,2]
        [--rows 200] [--only NAME,…] [--rivals deap,gplearn] [--json FILE]

*Solved*: the formula has the law's values on held-out rows without noise, drawn from the same ranges, as Floats are equal in examples (a
relative 1e-6). *Same*: sympy says that it is the law; with noise, but for a constant or a factor and after rounding to three decimals, as
in SRBench (La Cava et al. 2021). *Accurate*: its R² on held-out rows is above 0.999. What has measured rows has no held-out ones: it is
neither solved nor accurate, and ``same`` needs the constants of the file.
The search is ``automl.search`` on examples. ``seconds`` is what each took; a rival ends with the generation in which its time is over.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from automl import search
from automl.tasks.kinds.examples import examples_task
from primitives.syntax import parse, show
from primitives.term import Term
from primitives.types import FLOAT, function

from .common import parser, report
from .formula_check import explained, holds, same
from .formula_rivals import RIVALS, installed, rival
from .formula_sets import SETS, WORDS, Array, BenchmarkFormula, formulas

HELD_OUT = 200
"""Rows on which formulas are tested."""
ACCURATE = 0.999
OURS = "automl"


def found_by(name: str, x: Array, y: Array, seconds: float, seed: int) -> Term | None:
    """What a method finds for values ``y`` [rows] of arguments ``x`` [rows, arguments]; None where it finds nothing."""
    if name != OURS:
        return rival(name, x, y, seconds, seed)
    type = function(*[FLOAT] * (x.shape[1] + 1))
    task = examples_task("formula", type, list(zip(x.tolist(), y.tolist())))
    found = search(task, f"{seconds:g}s", seed=seed, quiet=True)
    return parse(found.program, WORDS) if found.program else None


def run_one(law: BenchmarkFormula, method: str, count: int, noise: float, seconds: float, seed: int) -> dict[str, Any]:
    """One row of the result: formula, part, method, seed, solved, same, accurate, r2, seconds, program."""
    x, y = law.sample(count, noise, np.random.default_rng([seed, 0]))
    began = time.perf_counter()
    found = found_by(method, x, y, seconds, seed)
    took = time.perf_counter() - began
    drawn = None if law.data is not None else law.exact(HELD_OUT, np.random.default_rng([seed, 1]))
    solved = drawn is not None and found is not None and holds(found, *drawn)
    share = None if drawn is None or found is None else explained(found, *drawn)
    noisy = noise if law.noise is None and law.data is None else 1.0
    return {
        "formula": law.name, "part": law.part, "method": method, "seed": seed, "solved": solved,
        "same": False if found is None else same(found, law.program, noisy), "accurate": share is not None and share > ACCURATE,
        "r2": share, "seconds": round(took, 2), "program": None if found is None else show(found),
    }  # fmt: skip


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Counts for each method, over all and over each part."""
    found = dict[str, dict[str, Any]]()
    for method in dict.fromkeys(row["method"] for row in rows):
        mine = [row for row in rows if row["method"] == method]
        for part in dict.fromkeys(["", *(row["part"] for row in mine)]):
            some = [row for row in mine if part in ("", row["part"])]
            found[f"{method} {part}".strip()] = {
                "runs": len(some), **{key: sum(row[key] is True for row in some) for key in ("solved", "same", "accurate")},
                "same_unknown": sum(row["same"] is None for row in some),
            }  # fmt: skip
    return found


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--set", choices=SETS, default="feynman")
    options.add_argument("--noise", type=float, default=0.0, help="of the target, relative to its root mean square")
    options.add_argument("--seconds", type=float, default=60.0, help="for each formula and method")
    options.add_argument("--seeds", default=None, help="several, such as 0,1,2 (default: --seed)")
    options.add_argument("--rows", type=int, default=200, help="to search on, where the set does not say how many")
    options.add_argument("--only", default="", help="names of formulas")
    options.add_argument(
        "--rivals", default="", help=f"of {', '.join(RIVALS)}; those that are not installed are left out"
    )
    given = options.parse_args()
    asked = [name for name in given.rivals.split(",") if name]
    if not set(asked) <= set(RIVALS):
        options.error(f"--rivals={given.rivals!r}: some of {', '.join(RIVALS)} are required")
    laws, only = formulas(given.set), [name for name in given.only.split(",") if name]
    if not set(only) <= {law.name for law in laws}:
        options.error(f"--only={given.only!r}: names in the set {given.set} are required")
    started, seeds = time.perf_counter(), [int(each) for each in (given.seeds or str(given.seed)).split(",")]
    methods = [OURS, *(name for name in asked if installed(name))]
    rows = [
        run_one(law, method, given.rows, given.noise, given.seconds, seed)
        for law in laws
        for seed in seeds
        for method in methods
        if not only or law.name in only
    ]
    figures = {
        "set": given.set, "noise": given.noise, "seconds": given.seconds, "seeds": seeds, "rows_searched": given.rows,
        "absent": sorted(set(asked) - set(methods)), "summary": summary(rows), "rows": rows,
    }  # fmt: skip
    report("formulas", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
