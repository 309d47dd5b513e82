"""How well declared nets do on cifar10_subset after so many passes over its pictures, moved about in several ways.

    python -m experiments.benchmarks.passes [--nets normalised,deep_normalised] [--epochs 8,25] [--changes usual,mirrored,cut]

A quarter of the training pictures is held out to measure by; the test pictures of the data set are not read. ``usual`` and ``mirrored``
are the ways of a search in planned time (automl.fitting.recipes); ``cut`` moves mirrored pictures farther and paints a square over.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from automl.fitting import recipes
from automl.fitting.measurements import accuracy
from automl.fitting.trainers import TrainingBudget, make_trainer
from automl.study.planning.starts import declared_nets
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.task import Task
from primitives.compile import compile_term
from primitives.term import Term
from primitives.words import builtin_words

from .common import parser, report

PICTURES = Path("../shared/data/cifar10_subset/cifar10_subset.npz")


def pictures(path: Path) -> Task:
    """The training pictures, a quarter of them as test part."""
    with np.load(path) as read:
        x, y = read["x_train"].transpose(0, 3, 1, 2), read["y_train"]
    return labelled_task("cifar10_subset", x, y, split=Split(test=0.25, validation=0.02), full_scale=255.0)


def train(task: Task, net: Term, changes: str, epochs: int, seed: int) -> dict[str, Any]:
    """Accuracy on the part held out in per cent, and processor seconds."""
    data, words = task.data, builtin_words()
    ways: dict[str, dict[str, object]] = {
        "usual": {},
        "mirrored": recipes.mirrored(data),
        "cut": {**recipes.mirrored(data), "shift": 4, "cut": 0.28},
    }
    settings = {**recipes.timed(data)["final"], **ways[changes]}
    del settings["least_steps"]
    program = compile_term(net, words, data.type, seed=seed)
    started = time.process_time()
    make_trainer("gradient", settings).fit(program, data, TrainingBudget(epochs=epochs), seed=seed)
    took = time.process_time() - started
    return {"accuracy": round(100 * accuracy(program, data, task.test), 1), "processor_seconds": round(took)}


def declared(name: str, task: Task) -> Term:
    """The declared net of that name for the task. Raises ValueError."""
    known = {each.name: each for each in declared_nets()}
    net = known[name].term(task.data.type, builtin_words()) if name in known else None
    if net is None:
        raise ValueError(f"nets={name!r}: needed names of declared nets for pictures, such as normalised")
    return net


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--data", type=Path, default=PICTURES)
    options.add_argument("--nets", default="normalised,deep_normalised", help="names of files in experiments/starts")
    options.add_argument("--epochs", default="8,25")
    options.add_argument("--changes", default="usual,mirrored,cut")
    given = options.parse_args()
    started, task = time.perf_counter(), pictures(given.data)
    rows = []
    for name in given.nets.split(","):
        net = declared(name, task)
        for epochs in map(int, given.epochs.split(",")):
            for changes in given.changes.split(","):
                found = train(task, net, changes, epochs, given.seed)
                rows.append({"net": name, "epochs": epochs, "changes": changes, **found})
                print(rows[-1], flush=True)
    report("passes", {"rows": rows}, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
