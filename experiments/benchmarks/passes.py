"""How well declared nets do on few pictures after so many passes over them, moved about and held small in several ways.

    python -m experiments.benchmarks.passes [--data FILE] [--nets normalised,deep_normalised] [--epochs 8,25]
        [--changes usual,mirrored,mirrored+slow,mirrored+far+cut] [--seeds 1] [--cases 4000]

A quarter of the training pictures is held out to measure by; the test pictures of the data set are not read. ``usual`` and ``mirrored``
are the ways of a search in planned time (automl.fitting.recipes). What follows a ``+`` changes one: ``decay`` and ``slow`` are
weight decays of 0.2 and 0.01, ``far`` moves pictures by an eighth of their side, ``cut`` paints a square over.
"""

from __future__ import annotations

import time
from itertools import product
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


def pictures(path: Path, cases: int) -> Task:
    """The first so many training pictures of a file with ``x_train`` and ``y_train``, a quarter of them as test part."""
    with np.load(path) as read:
        x, y = read["x_train"][:cases], read["y_train"][:cases]
    x = x[:, None] if x.ndim == 3 else x.transpose(0, 3, 1, 2)
    return labelled_task("pictures", x, y, split=Split(test=0.25, validation=0.02), full_scale=255.0)


def train(task: Task, net: Term, changes: str, epochs: int, seed: int) -> dict[str, Any]:
    """Accuracy on the part held out in per cent, and processor seconds."""
    data, words = task.data, builtin_words()
    first, *more = changes.split("+")
    settings = {**recipes.timed(data)["final"], **({"usual": {}, "mirrored": recipes.mirrored(data)}[first])}
    side = recipes.image_side(data) or 0
    changed: dict[str, dict[str, object]] = {
        "decay": {"weight_decay": 0.2},
        "slow": {"weight_decay": 0.01},
        "far": {"shift": round(side / 8)},
        "cut": {"cut": 0.28},
    }
    for name in more:
        settings.update(changed[name])
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
    options.add_argument("--changes", default="usual,mirrored,mirrored+slow,mirrored+far+cut")
    options.add_argument("--seeds", type=int, default=1, help="how many, from --seed on")
    options.add_argument(
        "--cases", type=int, default=4000, help="pictures to begin with, of which three quarters are trained on"
    )
    given = options.parse_args()
    started, task = time.perf_counter(), pictures(given.data, given.cases)
    rows = []
    for name in given.nets.split(","):
        net = declared(name, task)
        for epochs in map(int, given.epochs.split(",")):
            for changes, seed in product(given.changes.split(","), range(given.seed, given.seed + given.seeds)):
                found = train(task, net, changes, epochs, seed)
                rows.append({"net": name, "epochs": epochs, "changes": changes, "seed": seed, **found})
                print(rows[-1], flush=True)
    report("passes", {"rows": rows}, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
