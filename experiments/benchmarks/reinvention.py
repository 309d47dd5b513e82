"""Whether a search re-invents known blocks: convolution with pooling, residual blocks, branches that are concatenated (inception).

    python -m experiments.benchmarks.reinvention [--task digits] [--seeds 5] [--evaluations 60] [--epochs 2]

Each search begins with no program, and has dense layers, convolution, pooling, addition and concatenation as words, none of which is a
block. Of its result, of its best programs of different structure and of all that it evaluated it is told which have such a block. What all
have is what drawing and editing give by themselves: a block is found to be worth something only where the best have it more often.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from automl.budget import Budget
from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import Schedule
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.store import open_store
from library.vocabulary import Vocabulary
from primitives.term import Apply, Lambda, Let, Term, Variable, Word, spine
from search.bounds import Bounds

from .common import parser, report

WORDS = (
    "conv", "max_pool", "average_pool", "global_pool", "flatten", "dense", "relu", "batch_norm", "add", "concat_maps",
)  # fmt: skip
POOLS = ("max_pool", "average_pool", "global_pool")
WEIGHTED = ("conv", "dense")
BETWEEN = ("relu", "batch_norm")
TOP = 5
"""Structures of a search, its best, that are looked at beside the result."""


@dataclass(frozen=True, eq=False)
class NetValue:
    """A value in a net: the word that gives it ("" for the net's input) and the values that it is made of."""

    word: str
    inputs: tuple[NetValue, ...] = ()


def flow(term: Term) -> list[NetValue]:
    """The values that a net computes, each after those that it is made of; the input first. What a variable names is one value.

    term: a program of one argument of first-order words.

    Raises ValueError for other programs.
    """
    if not isinstance(term, Lambda):
        raise ValueError(f"term={term}: a program of one argument is required")
    nodes = [NetValue("")]
    _value(term.body, (nodes[0],), nodes)
    return nodes


def _value(term: Term, scope: tuple[NetValue, ...], nodes: list[NetValue]) -> NetValue:
    if isinstance(term, Variable):
        return scope[-1 - term.index]
    if isinstance(term, Let):
        return _value(term.body, (*scope, _value(term.value, scope, nodes)), nodes)
    head, arguments = spine(term) if isinstance(term, Apply) else (term, [])
    if isinstance(head, Lambda) and arguments:
        bound = _value(arguments[0], scope, nodes)
        if len(arguments) == 1:
            return _value(head.body, (*scope, bound), nodes)
    if not isinstance(head, Word) or not arguments:
        raise ValueError(f"term={term}: words applied to values are required")
    node = NetValue(head.name, tuple(_value(each, scope, nodes) for each in arguments))
    nodes.append(node)
    return node


def _paths(node: NetValue, to: NetValue) -> Iterator[list[str]]:
    """The words between a value and one that it is made of, on each way."""
    if node is to:
        yield []
        return
    for each in node.inputs:
        for path in _paths(each, to):
            yield [node.word, *path]


def has_pooled_convolution(nodes: Sequence[NetValue]) -> bool:
    """Whether what a convolution gives is pooled, with nothing but relu and normalisation between."""
    for node in nodes:
        below = node.inputs[0] if node.word in POOLS else node
        while below is not node and below.word in BETWEEN:
            below = below.inputs[0]
        if below is not node and below.word == "conv":
            return True
    return False


def has_residual(nodes: Sequence[NetValue]) -> bool:
    """Whether a value is added to what convolutions or dense layers make of it."""
    for node in nodes:
        if node.word == "add":
            for made, value in (node.inputs, node.inputs[::-1]):
                if any(path and set(path) & set(WEIGHTED) for path in _paths(made, value)):
                    return True
    return False


def has_inception(nodes: Sequence[NetValue]) -> bool:
    """Whether branches are concatenated that are made of one value, each by a convolution or a pooling and at least one by the former,
    and are not equal words for word."""
    for node in nodes:
        if node.word != "concat_maps":
            continue
        for origin in nodes:
            ones, others = (list(_paths(each, origin)) for each in node.inputs)
            for one in ones:
                for other in others:
                    local = all(set(branch) & {"conv", *POOLS} for branch in (one, other))
                    if local and "conv" in one + other and one != other:
                        return True
    return False


BLOCKS: dict[str, Callable[[Sequence[NetValue]], bool]] = {
    "convolution and pooling": has_pooled_convolution, "residual": has_residual, "inception": has_inception,
}  # fmt: skip


def blocks_of(text: str) -> list[str]:
    """The names of the known blocks that a program has; none of what is no net of first-order words."""
    try:
        nodes = flow(Vocabulary().read(text))
    except ValueError:
        return []
    return [name for name, has in BLOCKS.items() if has(nodes)]


def searched(task: Task, seed: int, given: argparse.Namespace) -> dict[str, Any]:
    """What one search found, and which blocks are in it."""
    schedule = Schedule(epochs=given.epochs, refine_epochs=2 * given.epochs, refine=0.15)
    population = {"population": given.population} if given.strategy == "genetic" else {}
    bounds = Bounds(parameters=given.parameters, operations=given.operations)
    options = Options(
        Budget(evaluations=given.evaluations), given.strategy, seed=seed, words=WORDS, starts="none", settings=population,
        schedule=schedule, bounds=bounds,
    )  # fmt: skip
    with open_store("memory:") as store:
        result = run_study(open_study(task, store, options))
        leaders = result.leaderboard(TOP)
    every = [blocks_of(each.term) for each in result.history]
    return {
        "seed": seed,
        "score": result.score,
        "test_score": result.test_score,
        "parameters": result.parameters,
        "blocks": blocks_of(result.program),
        "program": result.program,
        "best": [{"score": row.score, "blocks": blocks_of(row.program), "program": row.program} for row in leaders],
        "evaluated": len(every),
        "share_of_evaluated": {name: round(sum(name in each for each in every) / len(every), 3) for name in BLOCKS},
    }


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """For each block: of how many results it is part, of which share of the best structures, and of all that was evaluated."""
    best = [each["blocks"] for row in rows for each in row["best"]]
    return {
        name: {
            "results": sum(name in row["blocks"] for row in rows),
            "share_of_best": round(sum(name in each for each in best) / len(best), 3),
            "share_of_evaluated": round(statistics.mean(row["share_of_evaluated"][name] for row in rows), 3),
        }
        for name in BLOCKS
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--task", default="digits", help="pictures, such as digits or cifar10_subset")
    options.add_argument("--seeds", type=int, default=5, help="searches")
    options.add_argument("--strategy", default="genetic")
    options.add_argument("--population", type=int, default=12, help="of the genetic strategy")
    options.add_argument("--evaluations", type=int, default=60, help="of one search")
    options.add_argument(
        "--epochs", type=int, default=2, help="of one training in a search; of the refinement twice as many"
    )
    options.add_argument("--parameters", type=int, default=40_000, help="of a program, at most")
    options.add_argument(
        "--operations", type=int, default=1_000_000, help="multiply-adds of a program for one picture, at most"
    )
    given = options.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    (task,) = load_tasks(given.task, seed=given.seed, refused=[])
    rows = [searched(task, seed, given) for seed in range(given.seed, given.seed + given.seeds)]
    conditions = {name: value for name, value in vars(given).items() if name != "json"}
    figures = {"blocks": summary(rows), "rows": rows, "words": WORDS, "conditions": conditions}
    report("reinvention", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
