"""What the two training recipes reach on scikit-learn's digits: accuracy on held-out stratified thirds and processor
seconds.

The programs are fixed and span what a search meets (plain, normalised, deep, dense only, other activations); none is
searched for.
"""

from __future__ import annotations

import statistics
import time

import torch

from automl.fitting import recipes
from automl.fitting.measurements import accuracy
from automl.fitting.recipes import joined
from automl.fitting.trainers import TrainingBudget, make_trainer
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.task import Task
from primitives.compile import compile_term
from primitives.syntax import parse
from primitives.words import builtin_words

from .common import parser, report

CONV = "(conv :maps {} :kernel 3 :padding same)"
PROGRAMS = {
    "conv16 relu": [CONV.format(16), "relu", "max_pool", "flatten"],
    "conv32-conv64-dense64 relu": [
        CONV.format(32), "relu", "max_pool", CONV.format(64), "relu", "max_pool", "flatten", "(dense :units 64)", "relu",
    ],
    "conv16-conv32 tanh": [CONV.format(16), "tanh", "max_pool", CONV.format(32), "tanh", "max_pool", "flatten"],
    "conv16-conv32 batch norm": [
        CONV.format(16), "batch_norm", "relu", "max_pool", CONV.format(32), "batch_norm", "relu", "max_pool", "flatten",
    ],
    "conv32-conv32-conv64 batch norm": [
        CONV.format(32), "batch_norm", "relu", CONV.format(32), "batch_norm", "relu", "max_pool",
        CONV.format(64), "batch_norm", "relu", "max_pool", "flatten",
    ],
    "valid conv20-dense100 relu": ["(conv :maps 20 :kernel 3)", "relu", "max_pool", "flatten", "(dense :units 100)", "relu"],
    "dense100 relu": ["flatten", "(dense :units 100)", "relu"],
}  # fmt: skip


def third(seed: int) -> Task:
    """The digits with the stratified third of that seed held out."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    split = Split(test=1 / 3, validation=0.2, seed=seed)
    return labelled_task("digits", x.reshape(-1, 1, 8, 8), y, split=split, full_scale=16.0)


def train(layers: list[str], recipe_name: str, seed: int) -> tuple[float, float]:
    """Held-out accuracy in per cent, and processor seconds."""
    task, words = third(seed), builtin_words()
    data = task.data
    recipe = getattr(recipes, recipe_name)(data)
    text = f"(lambda (x) (pipe x {' '.join(layers)} (dense :units 10)))"
    program = compile_term(parse(text, words), words, data.type, seed=seed)
    started = time.process_time()
    trainer = make_trainer("gradient", recipe.settings)
    trainer.fit(program, joined(data) if recipe.joined else data, TrainingBudget(epochs=recipe.epochs), seed=seed)
    return 100 * accuracy(program, data, task.test), time.process_time() - started


def summary(layers: list[str], recipe_name: str, seeds: range) -> dict[str, object]:
    rows = [train(layers, recipe_name, seed) for seed in seeds]
    accuracies, seconds = zip(*rows, strict=True)
    return {
        "median": round(statistics.median(accuracies), 2),
        "lowest": round(min(accuracies), 2),
        "highest": round(max(accuracies), 2),
        "cpu_seconds": round(statistics.median(seconds), 2),
    }


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--thirds", type=int, default=5)
    given = options.parse_args()
    torch.set_num_threads(1)
    started = time.perf_counter()
    train(PROGRAMS["dense100 relu"], "screening", given.seed)  # the first optimiser of a process imports for a second
    seeds = range(given.seed, given.seed + given.thirds)
    figures = {
        name: {recipe: summary(layers, recipe, seeds) for recipe in ("screening", "final")}
        for name, layers in PROGRAMS.items()
    }
    report("recipes", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
