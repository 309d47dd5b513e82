"""Do weights that programs share rank them as training alone does? Kendall's tau of a supernet, and that of counts and short trainings.

    python -m experiments.benchmarks.supernet [--task digits] [--space stages|words] [--seeds 5] [--paths 150] [--ranked 40] [--alone 10]

For each seed the strategy ``supernet`` trains so many paths of ``--epochs`` epochs on shared weights and ranks programs that it draws by
their validation error with these. Each of them is then trained alone, from new weights, for ``--alone`` epochs; ``tau`` is Kendall's rank
correlation with the error that it has then, of

- ``shared``: the error with shared weights;
- ``parameters``, ``multiply_adds``: counts, the controls (more is taken to be better);
- ``tuned``: the error after ``--epochs`` epochs that begin with them;
- ``short``: the error after ``--epochs`` epochs alone, which costs, of all ranked programs, ``short_cost`` of what the paths cost.

``chosen`` is the error alone of the program that each ranks first, less the least error of any, in points. The interval is one of Student's
over seeds. In ``--space stages`` two stages of convolutions and a dense layer are free in width, kernel, activation and a second
convolution; in ``words`` programs are made of words alone, as a search makes them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from automl.evaluation.cost import multiply_adds
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import CandidateOrder, Evaluated, Prepared, context_of, start_weights
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.records import Direction
from library.vocabulary import Vocabulary
from primitives.inference import infer
from primitives.syntax import parse
from primitives.words import builtin_words
from search.bounds import Bounds
from search.generation.spaces.reading import as_space
from search.problem import Problem
from search.strategies import make_strategy
from search.strategy import UNTRAINED, Feedback, Proposal

from .common import first_cases, parser, report
from .inheritance import PARAMETERS, RANGES, SIZE, WORDS

STAGES = """
(lambda (x)
  (pipe x
    (conv :maps (choice 4 8 16) :kernel (choice 3 5)) (choice relu tanh) (choice max_pool average_pool)
    (choice (conv :maps 8 :kernel 1) (conv :maps 8 :kernel 3) (conv :maps 16 :kernel 3) batch_norm)
    (choice relu tanh)
    flatten (dense :units (choice 16 32 64)) (choice relu tanh) (dense :units 10)))
"""
CONTROLS = ("parameters", "multiply_adds")
LEAST = 4
"""Programs of which one can say how they rank."""


def problem_of(task: Task, space: str, seed: int) -> Problem:
    """What is searched for: a program of the stages, or one of words alone."""
    words = builtin_words()
    objectives = ((task.metric, Direction.MAXIMIZE),)
    if space == "stages":
        return Problem(task.data.type, words, seed=seed, objectives=objectives, space=as_space(parse(STAGES, words)))
    few = {name: word for name, word in words.items() if name in WORDS}
    return Problem(
        task.data.type,
        few,
        seed=seed,
        objectives=objectives,
        ranges=RANGES,
        max_size=SIZE,
        bounds=Bounds(parameters=PARAMETERS),
    )


def ranked(task: Task, seed: int, given: argparse.Namespace) -> list[tuple[Proposal, float, float]]:
    """The programs that a supernet ranks, each with its error by shared weights, and after some epochs from these."""
    prepared = Prepared(context_of(task.data, Vocabulary(), {**TRAINER, "rate": given.rate}))
    options = {"paths": given.paths, "ranked": given.ranked}
    strategy = make_strategy("supernet", problem_of(task, given.space, seed), options)
    held: dict[int, bytes] = {}
    found: list[tuple[Proposal, float, float]] = []
    while (proposal := strategy.ask()) is not None:
        untrained = bool(proposal.info.get(UNTRAINED))
        order: CandidateOrder = {"term": proposal.text, "seed": seed, "epochs": 0 if untrained else given.epochs}
        start = start_weights(
            proposal.info, lambda ask: str(ask) if ask in held else None, lambda name: held[int(name)]
        )
        if start is not None:
            order["start"] = start
        got = evaluate_candidate(prepared, order)
        strategy.tell(proposal.number, Feedback(got.scores, got.outcome, None, "kept" if got.weights else None))
        if untrained and got.parameters and got.scores:
            tuned = evaluate_candidate(prepared, {**order, "epochs": given.epochs})
            found.append((proposal, error_of(task, got), error_of(task, tuned)))
        elif got.weights is not None:
            held[proposal.number] = got.weights
        for ask in held.keys() - set(strategy.parents() or ()):
            del held[ask]
    return found


TRAINER = {"train_cases": 0, "validations": 1}


def error_of(task: Task, evaluated: Evaluated) -> float:
    """In per cent; 100 where there is none."""
    return 100 * (1 - evaluated.scores.get(task.metric, 0.0))


def row_of(task: Task, seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """What one supernet ranks, and how."""
    from scipy.stats import kendalltau

    programs = ranked(task, seed, given)
    prepared = Prepared(context_of(task.data, Vocabulary(), TRAINER))

    def alone(epochs: int, again: int) -> list[float]:
        orders: list[CandidateOrder] = [{"term": p.text, "seed": seed + again, "epochs": epochs} for p, *_ in programs]
        return [error_of(task, evaluate_candidate(prepared, order)) for order in orders]

    inferred = [infer(proposal.term, prepared.words, task.data.type) for proposal, *_ in programs]
    by = {
        "shared": [error for _, error, _ in programs],
        "tuned": [error for _, _, error in programs],
        "parameters": [-float(each.parameters) for each in inferred],
        "multiply_adds": [-float(multiply_adds(each, prepared.words)) for each in inferred],
        "short": alone(given.epochs, 2000),
    }
    last = alone(given.alone, 1000)
    covered = [
        set(p.info["inherit"]) >= {site.partition(".")[0] for site in each.sites}
        for (p, *_), each in zip(programs, inferred)
    ]
    row: dict[str, Any] = {"seed": seed, "programs": len(programs), "covered": sum(covered)}
    for name, errors in by.items():
        first = last[min(range(len(errors)), key=errors.__getitem__)]
        tau = float(kendalltau(errors, last).statistic) if len(errors) >= LEAST else float("nan")
        row[name] = {"tau": round(tau, 3), "chosen": round(first - min(last), 2)}
    return row | {"errors": {name: [round(x, 3) for x in (*errors,)] for name, errors in {**by, "alone": last}.items()}}


def summary(rows: Sequence[Mapping[str, Any]], given: argparse.Namespace) -> dict[str, Any]:
    """Means over seeds, and of tau how much above the count of parameters it is, by pairs."""
    from scipy.stats import t

    found: dict[str, Any] = {"short_cost": round(statistics.mean(row["programs"] for row in rows) / given.paths, 2)}
    for name in ("shared", "tuned", *CONTROLS, "short"):
        taus = [row[name]["tau"] for row in rows]
        found[name] = {
            "tau": round(statistics.mean(taus), 3),
            "chosen": round(statistics.mean(row[name]["chosen"] for row in rows), 2),
        }
        if len(rows) > 1 and name != CONTROLS[0]:
            more = [row[name]["tau"] - row[CONTROLS[0]]["tau"] for row in rows]
            middle, width = (
                statistics.mean(more),
                statistics.stdev(more) / len(more) ** 0.5 * float(t.ppf(0.975, len(more) - 1)),
            )
            found[name]["above_parameters"] = [round(x, 3) for x in (middle, middle - width, middle + width)]
    return found


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--task", default="digits")
    options.add_argument("--space", default="stages", choices=("stages", "words"))
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--paths", type=int, default=150, help="trainings on shared weights")
    options.add_argument("--epochs", type=int, default=1, help="of each of these")
    options.add_argument("--rate", type=float, default=0.005, help="of learning, the highest of each of these")
    options.add_argument("--ranked", type=int, default=40, help="programs that are ranked and trained alone")
    options.add_argument("--alone", type=int, default=10, help="epochs of a training alone")
    options.add_argument("--train-cases", type=int, default=None, help="of the task, the first so many (default: all)")
    options.add_argument("--validation-cases", type=int, default=None, help="the same of the validation part")
    given = options.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    (task,) = load_tasks(given.task, seed=given.seed, refused=[])
    task = first_cases(task, given.train_cases, given.validation_cases)
    rows: list[dict[str, Any]] = []
    for seed in range(given.seed, given.seed + given.seeds):
        rows.append(row_of(task, seed, given))
        print({name: value for name, value in rows[-1].items() if name != "errors"}, flush=True)
    conditions = {name: value for name, value in vars(given).items() if name != "json"}
    conditions |= {"train": len(task.data.train), "validation": len(task.data.validation)}
    report(
        "supernet", {"scores": summary(rows, given), "rows": rows, "conditions": conditions}, seed=given.seed, started=started,
        path=given.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()
