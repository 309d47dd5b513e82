"""What the recognition model is worth: the same enumerator and budget with the model, with the re-estimated grammar alone, and without.

    python -m experiments.benchmarks.recognition [--evaluations 200000] [--seeds 3] [--every 3] [--json FILE]

For each seed half of the families of ``list_train.jsonl`` are held out. A guide is learned from what plain enumeration solved of
``list_bootstrap.jsonl`` and the other half, within the same budget, and from dreams about their inputs (no library: the words are the
primitives). The held-out families, and every ``--every``-th task of ``lambdabeam_synthetic.jsonl``, are then searched three ways.
Budgets are counted in terms; an unsolved task counts at its budget or at what was spent on it, whichever is more. Terms are those to the
first program that meets the examples; *to the answer* counts what a search considers after it to choose among such programs, too. With
guidance half of the terms go to plain enumeration (``search/guidance/slices.py``), so a wrong prediction costs a factor of two.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automl.budget import Budget
from automl.evaluation.model import Model
from automl.growth.learned_guidance import GuidancePlan, learn
from automl.study.opening import Options, build_problem
from automl.study.result import count_right
from automl.study.words import load_vocabulary
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.store import open_store
from library.vocabulary import Vocabulary
from primitives.term import Term
from search.guidance.guide import Guide
from search.reports import Hit
from search.strategies import make_strategy

from .common import parser, report
from .synthesis import BOOTSTRAP, SYNTHESIS

Row = dict[str, Any]
KINDS = ("off", "grammar", "model")


def search(
    vocabulary: Vocabulary, task: Task, budget: int, kind: str, guide: Guide | None = None
) -> tuple[Row, Term | None]:
    """One task searched with a kind of guidance: whether solved and right (None: it has no tests), terms to the first program that
    meets the examples (``terms``) and to the answer (``answer``, after others were weighed against it), seconds; and the answer."""
    options = Options(Budget(evaluations=budget), "enumerative", settings={"guidance": kind})
    problem = build_problem(task, vocabulary, options, guide)
    started, terms, answer = time.perf_counter(), 0, None
    for found in make_strategy("enumerative", problem, options.settings).run(None, budget):
        terms = max(terms, found.terms)
        if isinstance(found, Hit):
            answer = found
            break
    row: Row = {
        "task": task.name,
        "solved": answer is not None,
        "right": None if task.test is None else False,
        "seconds": time.perf_counter() - started,
    }
    if answer is None:
        return {**row, "terms": max(budget, terms), "answer": max(budget, terms)}, None
    part = task.test
    if part is not None:
        outputs = Model(answer.term, task.type, vocabulary, {}).outputs(part)
        row["right"] = task.is_solved(task.score(outputs, part))
    return {**row, "terms": answer.info.get("first_terms", answer.terms), "answer": answer.terms}, answer.term


def total(rows: Sequence[Row]) -> Row:
    """Sums over tasks, and the geometric mean of their terms, which no single hard task decides."""
    return {
        "tasks": len(rows),
        "solved": sum(row["solved"] for row in rows),
        "right": count_right(row["right"] for row in rows),
        "terms": sum(row["terms"] for row in rows),
        "terms_to_answer": sum(row["answer"] for row in rows),
        "geometric_mean_terms": round(statistics.geometric_mean(max(1, row["terms"]) for row in rows), 1),
        "geometric_mean_to_answer": round(statistics.geometric_mean(max(1, row["answer"]) for row in rows), 1),
        "seconds": round(sum(row["seconds"] for row in rows), 2),
    }


def families(path: Path) -> dict[str, str]:
    """The family of each task of a file, by name."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {row["name"]: row.get("family") or row["name"] for row in rows}


def held_out(family: Mapping[str, str], seed: int) -> set[str]:
    """The tasks of a random half of the families."""
    names = sorted(set(family.values()))
    random.Random(seed).shuffle(names)
    return {task for task, name in family.items() if name in set(names[: len(names) // 2])}


def run_seed(
    seed: int,
    vocabulary: Vocabulary,
    plain: Mapping[str, tuple[Row, Term | None]],
    lists: Sequence[Task],
    held: set[str],
    others: Sequence[Task],
    budget: int,
    plan: GuidancePlan,
    every: int,
) -> Row:
    """Learn on what is not held out, and search what is."""
    taught = {task.name: task for task in lists if task.name not in held}
    solved = {name: term for name in taught for _, term in (plain[name],) if term is not None}
    started = time.perf_counter()
    learned = learn(solved, taught, vocabulary, plan=plan, seed=seed)
    assert learned is not None
    found: Row = {"learning": {**learned.training, "wall_seconds": round(time.perf_counter() - started, 1)}}
    found["solved_to_learn_from"] = len(solved)
    parts = {
        "held-out families": [task for task in lists if task.name in held][::every],
        "lambdabeam_synthetic": others,
    }
    for name, tasks in parts.items():
        rows = {"off": [plain[task.name][0] for task in tasks]}
        for kind in KINDS[1:]:
            rows[kind] = [search(vocabulary, task, budget, kind, learned.guide)[0] for task in tasks]
        found[name] = {kind: total(each) for kind, each in rows.items()}
        found[name]["terms by task"] = {
            row["task"]: [row["terms"], *(rows[kind][place]["terms"] for kind in KINDS[1:])]
            for place, row in enumerate(rows["off"])
        }
    return found


def summary(seeds: Sequence[Row], part: str) -> Row:
    """Over the seeds: terms without over terms with the model (and with the grammar), and what is solved more."""
    found: Row = {}
    for kind in KINDS[1:]:
        ratios = [each[part]["off"]["terms"] / each[part][kind]["terms"] for each in seeds]
        means, answers = (
            [each[part]["off"][name] / each[part][kind][name] for each in seeds]
            for name in ("geometric_mean_terms", "geometric_mean_to_answer")
        )
        found[kind] = {
            "terms_off_over_on": [round(ratio, 2) for ratio in ratios],
            "median": round(statistics.median(ratios), 2),
            "terms_to_answer": [
                round(each[part]["off"]["terms_to_answer"] / each[part][kind]["terms_to_answer"], 2) for each in seeds
            ],
            "of_geometric_means": [round(ratio, 2) for ratio in means],
            "of_geometric_means_to_answer": [round(ratio, 2) for ratio in answers],
            "solved_more": [each[part][kind]["solved"] - each[part]["off"]["solved"] for each in seeds],
            "right_more": [_more(each[part][kind]["right"], each[part]["off"]["right"]) for each in seeds],
        }
    return found


def _more(own: int | None, other: int | None) -> int | None:
    return None if own is None or other is None else own - other


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--evaluations", dest="budget", type=int, default=200_000, help="terms for each task")
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--every", type=int, default=3, help="take each so many-th task of lambdabeam_synthetic")
    options.add_argument("--part", type=int, default=1, help="search every so many-th held-out task only")
    options.add_argument("--dreams", type=int, default=GuidancePlan.dreams)
    options.add_argument("--data", default=str(SYNTHESIS), help="the folder of the task files")
    given = options.parse_args()
    started = time.perf_counter()
    folder = Path(given.data)
    lists = [*load_tasks(str(BOOTSTRAP)), *load_tasks(str(folder / "list_train.jsonl"))]
    others = load_tasks(str(folder / "lambdabeam_synthetic.jsonl"))[:: given.every]
    family = families(folder / "list_train.jsonl")
    with open_store("memory:") as store:
        vocabulary = load_vocabulary(store)
    plain = {task.name: search(vocabulary, task, given.budget, "off") for task in [*lists, *others]}
    plan = GuidancePlan(dreams=given.dreams)
    seeds = [
        run_seed(seed, vocabulary, plain, lists, held_out(family, seed), others, given.budget, plan, given.part)
        for seed in range(given.seed, given.seed + given.seeds)
    ]
    parts = ("held-out families", "lambdabeam_synthetic")
    figures = {"budget": given.budget, "summary": {part: summary(seeds, part) for part in parts}, "seeds": seeds}
    report("recognition", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
