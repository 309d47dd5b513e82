"""The bound of odds between the parts of a stack and the word on top of it (docs/fitted_words.md).

    python -m experiments.fitting.odds [--draws 6] [--json FILE]

On tables of several kinds that scikit-learn's ``make_classification`` draws, none of them a table of the benchmark ``tables``, the stack
with which searches begin is fitted with each of BOUNDS, and scored on 3,000 rows that it has not seen. The kinds of FITTED_ON choose: the
bound of the greatest mean accuracy over them, each kind counting alike. Those of HELD_OUT are measured the same way and only reported, with
what linear, forest and boosting alone come to. What a search takes is the default of the word's setting ``odds``
(primitives/ops/activation.py), put there by hand.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from statistics import fmean

import numpy as np

from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Prepared, context_of
from automl.tasks.split import Split
from automl.tasks.tables.task import table_task
from library.vocabulary import Vocabulary
from primitives.syntax import show
from primitives.term import Term, words_in
from primitives.words import builtin_words
from search.generation.starts import first_tries

from ..benchmarks.common import parser, report

BOUNDS = (10.0, 30.0, 100.0, 300.0, 1_000.0, 10_000.0, 1e7)
"""The last one bounds nothing that a fitted word says."""
ALONE = ("linear", "forest", "boosting")
TEST_ROWS = 3000
Kind = Mapping[str, object]
FITTED_ON: Mapping[str, Kind] = {
    "few": {"n_samples": 150, "n_features": 12, "n_informative": 5, "n_classes": 3, "n_clusters_per_class": 1, "class_sep": 1.5},
    "redundant": {"n_samples": 500, "n_features": 30, "n_informative": 8, "n_redundant": 8, "class_sep": 1.2},
    "noisy": {"n_samples": 700, "n_features": 20, "n_informative": 2, "n_redundant": 0, "flip_y": 0.5},
    "five classes": {"n_samples": 1200, "n_features": 20, "n_informative": 10, "n_classes": 5},
}  # fmt: skip
HELD_OUT: Mapping[str, Kind] = {
    "clusters": {"n_samples": 1500, "n_features": 10, "n_informative": 6, "n_redundant": 0, "n_clusters_per_class": 4},
    "imbalanced": {"n_samples": 1000, "n_features": 10, "n_informative": 5, "weights": [0.9], "class_sep": 0.8},
    "straight": {
        "n_samples": 300, "n_features": 40, "n_informative": 10, "n_redundant": 0, "n_clusters_per_class": 1, "class_sep": 0.7,
    },
    "ten classes": {"n_samples": 900, "n_features": 16, "n_informative": 12, "n_classes": 10, "n_clusters_per_class": 1},
}  # fmt: skip


def prepared(kind: Kind, seed: int) -> Prepared:
    """A table of the kind, its validation part the rows that nothing is fitted to, as a worker has it."""
    from sklearn.datasets import make_classification

    rows = int(str(kind["n_samples"]))
    x, y = make_classification(**{**kind, "n_samples": rows + TEST_ROWS}, random_state=seed)
    task = table_task(
        x, np.array([f"class {each}" for each in y]), split=Split(0.0, TEST_ROWS / (rows + TEST_ROWS), seed), folds=0
    )
    return Prepared(context_of(task.data, Vocabulary()))


def programs(case: Prepared) -> dict[str, Term]:
    """Each of ALONE, and the stack that a search begins with."""
    found: dict[str, Term] = {}
    for term in first_tries(case.data.type, builtin_words()):
        names = [word.name for word in words_in(term)]
        found["stack" if "bound_odds" in names else names[0]] = term
    return found


def accuracies(kind: Kind, seed: int) -> dict[str, float]:
    """Of each of ALONE and of the stack with each of BOUNDS, by its name or the bound."""
    case = prepared(kind, seed)
    made = {name: show(term, 10**6) for name, term in programs(case).items()}
    default = f":odds {in_use()}"
    assert default in made["stack"], made["stack"]
    texts = {name: made[name] for name in ALONE}
    texts |= {f"{bound:g}": made["stack"].replace(default, f":odds {bound}") for bound in BOUNDS}
    return {name: evaluate_candidate(case, {"term": text, "seed": seed}).scores["accuracy"] for name, text in texts.items()}  # fmt: skip


def in_use() -> float:
    """The bound that searches take."""
    return float(next(setting.default for setting in builtin_words()["bound_odds"].settings if setting.name == "odds"))


def measured(kinds: Mapping[str, Kind], draws: int, seed: int) -> dict[str, dict[str, float]]:
    """For each kind the mean accuracies over the draws."""
    rows = {}
    for name, kind in kinds.items():
        found = [accuracies(kind, 1000 * seed + draw) for draw in range(draws)]
        rows[name] = {each: round(fmean(one[each] for one in found), 5) for each in found[0]}
        print(name, rows[name], flush=True)
    return rows


def chosen(rows: Mapping[str, Mapping[str, float]]) -> float:
    """The bound with the greatest mean over the kinds; of equal ones the least."""
    means = {bound: fmean(row[f"{bound:g}"] for row in rows.values()) for bound in BOUNDS}
    return max(BOUNDS, key=lambda bound: (round(means[bound], 9), -bound))


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--draws", type=int, default=6, help="tables of each kind")
    given = options.parse_args()
    started = time.perf_counter()
    parts = {
        name: measured(kinds, given.draws, given.seed)
        for name, kinds in (("fitted_on", FITTED_ON), ("held_out", HELD_OUT))
    }
    means = {
        part: {name: round(fmean(row[name] for row in rows.values()), 5) for name in next(iter(rows.values()))}
        for part, rows in parts.items()
    }
    figures = {
        "draws": given.draws, "accuracy": parts, "mean": means, "chosen": chosen(parts["fitted_on"]),
        "in use": in_use(),
    }  # fmt: skip
    report("odds", figures, seed=given.seed, started=started, path=given.json, program=f"{__package__}.odds")


if __name__ == "__main__":
    main()
