"""Several trained nets vote: the class with most votes; of equal ones that with the highest mean log-probability."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..circumstances import circumstances
from ..errors import TaskError
from .bench import Bench, Order, Progress
from .results import Places, add_run, columns, read_results, require_key


def vote(outputs: np.ndarray) -> np.ndarray:
    """Classes int64 [cases] from the members' log-probabilities [members, cases, classes]."""
    members, cases, classes = outputs.shape
    ballots = np.zeros((cases, classes))
    for member in outputs:
        ballots[np.arange(cases), member.argmax(1)] += 1.0
    mean = outputs.mean(0)
    leading = ballots == ballots.max(1, keepdims=True)
    return np.where(leading, mean, -np.inf).argmax(1)


def run_vote(order: Order, places: Places, progress: Progress) -> dict[str, Any]:
    """One vote for each of the order's seeds that is not in the results yet, by members of their own seeds; members that
    are not trained yet are trained first. The results of the votes, in the form of those of runs. Raises TaskError where
    the results that are there were made with another program, other settings or other data."""
    declared = order.baseline.vote
    assert declared is not None
    member = Order(declared.member, order.protocol, range(0), order.data, order.epochs)
    bench = Bench(member, places, progress)
    path = places.file(order.baseline.id, order.protocol, bench.other)
    head = {
        **bench.head(),
        "id": order.baseline.id,
        "published": order.baseline.published.to_json(),
        "source": order.baseline.source,
        "vote": {"of": declared.member.id, "count": declared.count},
    }
    present = read_results(path)
    require_key(present, head["key"], path)
    counted = set(() if present is None else present["seeds"])
    for seed in order.seeds:
        if seed in counted:
            continue
        seeds = range(seed * declared.count, (seed + 1) * declared.count)
        add_run(path, head, _counted(bench, seed, seeds))
    found = read_results(path)
    assert found is not None
    runs = [each for each in found["runs"] if each["seed"] in order.seeds]
    return {**found, **columns(runs), "runs": runs}


def _counted(bench: Bench, seed: int, seeds: Sequence[int]) -> dict[str, Any]:
    """The vote of the nets of ``seeds``."""
    runs = [bench.ensure(each, net=True) for each in seeds]
    folders = [bench.folder(each) for each in seeds]
    wanted = {"test": bench.part("test").targets, "validation": bench.part("validation").targets}
    right = {name: vote(_answers(folders, name)) == np.asarray(targets) for name, targets in wanted.items()}
    names = ("seed", "test_score", "validation_score", "seconds")
    return {
        "seed": seed,
        "test_score": float(right["test"].mean()),
        "validation_score": float(right["validation"].mean()),
        "best_epoch": None,
        "errors": int((~right["test"]).sum()),
        "seconds": round(sum(run["seconds"] for run in runs), 1),
        "members": [{name: run[name] for name in names} for run in runs],
        **circumstances("automl"),
    }


def _answers(folders: Sequence[Path], part: str) -> np.ndarray:
    """The members' stored log-probabilities [members, cases, classes]."""
    found = []
    for folder in folders:
        with np.load(folder / "answers.npz", allow_pickle=False) as stored:
            found.append(stored[part].astype(np.float64))
    if len({each.shape for each in found}) > 1:
        raise TaskError(
            f"answers of {folders[0].parent.name} differ in shape: nets of one data set are required; train them again"
        )
    return np.stack(found)
