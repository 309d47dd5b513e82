"""Several tasks at once, a shared base and a head for each in one program, against the same net for each task alone.

    python -m experiments.benchmarks.together [--data digits] [--examples 10] [--questions label,parity,above_4] [--epochs 40]
        [--net PROGRAM] [--seeds 5] [--json FILE]

The tasks are questions about the same pictures (``heads=`` of a reference, docs/data.md), ``--examples`` labelled ones of each class,
drawn anew for each seed; all test pictures are asked once. Arm ``joint`` is one net that is trained to answer all (the declared net with
a head a task), ``alone`` one net a task, of the same form, each with as much training as the joint one has in all: as many passes over
the same pictures, so that together they had as many times more as there are tasks. No setting was chosen by these scores. Told are test
accuracies by task, and joint - alone in points, by pairs of a seed, with Student's interval of 95 %; ``processor_seconds`` are those of
the trainings.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl.fitting.forward import outputs_of
from automl.fitting.trainers import TrainingBudget, make_trainer
from automl.study.planning.starts import DeclaredNet
from automl.tasks.kinds.heads import heads_from_labelled
from automl.tasks.load import load_tasks
from automl.tasks.metrics import heads_of
from automl.tasks.task import Task
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from primitives.words import builtin_words

from .common import parser, report
from .few_examples import interval

NET = "(lambda (x) (pipe x (conv :maps 16 :kernel 3 :padding same) relu max_pool flatten (dense :units 64) relu (dense :units {n})))"


def trained(task: Task, net: str, epochs: int, seed: int) -> tuple[list[np.ndarray], float]:
    """The classes that the net answers for the test part, an array a head, and processor seconds of its training."""
    words = builtin_words()
    declared = DeclaredNet("net", "", "", parse_type("Tensor[c,h,w] -> Tensor[n]"), net)
    term = declared.term(task.data.type, words)
    if term is None or task.test is None:
        raise SystemExit(
            f"net={net!r}: needed a net for {task.data.type} whose last word is a dense layer, and a test part"
        )
    program = compile_term(term, words, task.data.type, seed=seed)
    began = time.process_time()
    make_trainer("gradient", {}).fit(program, task.data, TrainingBudget(epochs=epochs), seed=seed)
    took = time.process_time() - began
    cases = [heads_of(output) for output in outputs_of(program, task.data.type, task.test)]
    return [np.array([int(np.argmax(np.asarray(head))) for head in heads]) for heads in zip(*cases, strict=True)], took


def compared(base: Task, questions: Sequence[str], net: str, epochs: int, seed: int) -> dict[str, Any]:
    """Test accuracy of each task by either arm, for one seed."""
    joint, took = trained(heads_from_labelled(base, questions), net, epochs, seed)
    row: dict[str, Any] = {
        "seed": seed,
        "joint": {},
        "alone": {},
        "processor_seconds": {"joint": round(took, 2), "alone": 0.0},
    }
    for question, answers in zip(questions, joint, strict=True):
        task = heads_from_labelled(base, [question])
        assert task.test is not None
        wanted = np.asarray(task.test.targets)
        (own,), took = trained(task, net, epochs, seed)
        row["joint"][question] = float(np.mean(answers == wanted))
        row["alone"][question] = float(np.mean(own == wanted))
        row["processor_seconds"]["alone"] = round(row["processor_seconds"]["alone"] + took, 2)
    return row


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--data", default="digits", help="labelled pictures whose labels are whole numbers, as a reference"
    )
    arguments.add_argument("--examples", type=int, default=10, help="of each class")
    arguments.add_argument("--questions", default="label,parity,above_4")
    arguments.add_argument("--epochs", type=int, default=40)
    arguments.add_argument("--net", default=NET, help="a program with {n} for the units of its last layer")
    arguments.add_argument("--seeds", type=int, default=5, help="how many, from --seed on")
    given = arguments.parse_args()
    started, questions = time.perf_counter(), given.questions.split(",")
    folders = [Path("../shared/data")]
    rows = []
    for seed in range(given.seed, given.seed + given.seeds):
        join = "&" if "?" in given.data else "?"
        (base,) = load_tasks(f"{given.data}{join}examples={given.examples}&seed={seed}", search_path=folders)
        rows.append(compared(base, questions, given.net, given.epochs, seed))
        print(rows[-1], flush=True)
    points = {
        question: interval([100 * (row["joint"][question] - row["alone"][question]) for row in rows])
        for question in questions
    }
    means = {
        arm: {q: round(float(np.mean([row[arm][q] for row in rows])), 4) for q in questions}
        for arm in ("joint", "alone")
    }
    figures = {"accuracy": means, "points_above_alone": points, "rows": rows}
    report("together", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
