"""Scores of nets that nobody trained: how well do they rank candidates as a training does?

    python -m experiments.benchmarks.zero_cost [--task digits] [--nets 100]

Nets are what a random search from words alone proposes, of those that can be trained. Each is scored at its initialisation, on one batch of
64 train cases, and then trained as the exploration of a search trains it. A score is worth something where Kendall's rank correlation
with the validation accuracy is above that of the number of parameters, the control; ``interval`` is that of 95 % over resampled nets,
``above`` the share of the resamples in which it is above the control, and ``kept`` the share of the best tenth of the nets that a filter
keeps which passes over the lower half.

- ``parameters``, ``multiply_adds``: counts.
- ``gradient_norm``: of the loss by all weights (Abdelfattah, Mehrotra, Dudziak and Lane 2021).
- ``synflow``: the sum over weights of weight times gradient of the summed outputs, all weights and inputs being positive (Tanaka, Kunin,
  Yamins and Ganguli 2020).
- ``codes``: the log-determinant of the kernel of agreement between cases in which units of relu are on (Mellor, Turner, Storkey and
  Crowley 2021); of nets without relu there is none, and they rank lowest.
- ``jacobian``: minus the sum of log(λ) + 1/λ over the eigenvalues λ of the correlations between the cases' gradients by their inputs (the
  same, first version of 2020).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from automl.budget import Budget
from automl.evaluation.cost import multiply_adds
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Prepared, context_of
from automl.fitting.batches import part_batch
from automl.study.opening import Options, open_study
from automl.tasks.load import load_tasks
from automl.tasks.task import Task
from library.store import open_store
from library.vocabulary import Vocabulary
from primitives.compile import compile_term
from primitives.compile.program import Program
from primitives.inference import infer
from primitives.syntax import show
from primitives.term import Term

from .common import parser, report

CONTROL = "parameters"
CASES = 64
RESAMPLES = 1000
LOWEST = -1e30
"""The score of a net that has none."""
Batch = tuple[torch.Tensor, torch.Tensor]


def proposals(task: Task, nets: int, seed: int) -> list[Term]:
    """What a random search from words proposes first, of the programs that have weights to train."""
    options = Options(Budget(None, 10 * nets), strategy="random", seed=seed, starts="none")
    study = open_study(task, open_store("memory:"), options, run_id="zero")
    found: list[Term] = []
    while len(found) < nets:
        proposal = study.strategy.ask()
        if proposal is None:
            break
        if infer(proposal.term, study.strategy.problem.words, task.data.type).parameters:
            found.append(proposal.term)
    return found


def gradient_norm(program: Program, batch: Batch) -> float:
    """The norm of the loss's gradient."""
    program.zero_grad()
    functional.cross_entropy(program(batch[0]), batch[1]).backward()
    return math.sqrt(sum(float(p.grad.square().sum()) for p in program.parameters() if p.grad is not None))


def synflow(program: Program, batch: Batch) -> float:
    """Synaptic flow, as a logarithm: it spans hundreds of orders of magnitude."""
    signs = {name: p.detach().sign() for name, p in program.named_parameters()}
    with torch.no_grad():
        for parameter in program.parameters():
            parameter.abs_()
    try:
        program.double().zero_grad()
        program(torch.ones_like(batch[0][:1]).double()).sum().backward()
        flow = sum(float((p.detach() * p.grad).sum()) for p in program.parameters() if p.grad is not None)
    finally:
        program.float()
        with torch.no_grad():
            for name, parameter in program.named_parameters():
                parameter.mul_(signs[name])
    return math.log(flow) if flow > 0 else LOWEST


class _Codes(TorchFunctionMode):
    """Adds up, over the units of relu that all cases have, in how many of them two cases agree."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = torch.zeros(CASES, CASES, dtype=torch.float64)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        if getattr(func, "__name__", "") == "relu" and len(found) == CASES:
            on = (found.detach().flatten(1) > 0).double()
            self.kernel += on @ on.T + (1 - on) @ (1 - on).T
        return found


def codes(program: Program, batch: Batch) -> float:
    """The log-determinant of the agreement of the cases' codes."""
    with torch.no_grad(), _Codes() as noted:
        program(batch[0])
    return float(torch.linalg.slogdet(noted.kernel)[1]) if bool(noted.kernel.any()) else LOWEST


def jacobian(program: Program, batch: Batch) -> float:
    """How little the cases' gradients by their inputs have to do with each other."""
    x = batch[0].clone().requires_grad_(True)
    program(x).sum().backward()
    assert x.grad is not None
    with np.errstate(invalid="ignore"):  # a case without a gradient
        correlations = np.corrcoef(x.grad.flatten(1).double().numpy())
    if not np.isfinite(correlations).all():
        return LOWEST
    values = np.maximum(np.linalg.eigvalsh(correlations), 0.0) + 1e-5
    return float(-(np.log(values) + 1.0 / values).sum())


SCORES: Mapping[str, Callable[[Program, Batch], float]] = {
    "gradient_norm": gradient_norm, "synflow": synflow, "codes": codes, "jacobian": jacobian,
}  # fmt: skip


def measured(task: Task, terms: list[Term], seed: int) -> list[dict[str, float]]:
    """Of each net its scores, and ``accuracy`` on validation after its training."""
    vocabulary = Vocabulary()
    prepared, words = Prepared(context_of(task.data, vocabulary)), vocabulary.all_words
    inputs, targets = part_batch(task.data, task.data.train)
    rows = np.random.default_rng(seed).choice(len(task.data.train), CASES, replace=False)
    assert isinstance(inputs[0], torch.Tensor) and isinstance(targets, torch.Tensor)
    batch = inputs[0][rows], targets[rows]
    found: list[dict[str, float]] = []
    for term in terms:
        inference = infer(term, words, task.data.type)
        row = {CONTROL: float(inference.parameters), "multiply_adds": float(multiply_adds(inference, words))}
        for name, score in SCORES.items():
            program = compile_term(term, words, task.data.type, seed=seed).eval()
            began = time.process_time()
            try:
                row[name] = score(program, batch)
            except (
                RuntimeError,
                TypeError,
                AttributeError,
            ):  # nothing of the net has a gradient, or its cases are no batch
                row[name] = LOWEST
            row[f"{name}_seconds"] = time.process_time() - began
        began = time.process_time()
        evaluated = evaluate_candidate(prepared, {"term": show(term, 10**6), "seed": seed})
        row["training_seconds"] = time.process_time() - began
        row["accuracy"] = evaluated.scores.get("accuracy", 0.0)
        found.append({name: value if math.isfinite(value) else LOWEST for name, value in row.items()})
    return found


def kept(rows: list[dict[str, float]], name: str) -> float:
    """The share of the best tenth by accuracy that is in the upper half by a score; equal scores lie as they come."""
    order = sorted(range(len(rows)), key=lambda i: -rows[i][name])
    best = sorted(range(len(rows)), key=lambda i: -rows[i]["accuracy"])[: max(1, len(rows) // 10)]
    return len(set(best) & set(order[: (len(rows) + 1) // 2])) / len(best)


def summary(rows: list[dict[str, float]], seed: int) -> dict[str, Any]:
    """Rank correlations with the accuracy, and their intervals."""
    from scipy.stats import kendalltau

    def tau(name: str, chosen: np.ndarray) -> float:
        return float(kendalltau([rows[i][name] for i in chosen], [rows[i]["accuracy"] for i in chosen]).statistic)

    rng, names = np.random.default_rng(seed), [CONTROL, "multiply_adds", *SCORES]
    samples = [rng.integers(0, len(rows), len(rows)) for _ in range(RESAMPLES)]
    drawn = {name: np.array([tau(name, each) for each in samples]) for name in names}
    figures: dict[str, Any] = {}
    for name in names:
        low, high = np.nanquantile(drawn[name], [0.025, 0.975])
        figures[name] = {
            "tau": round(tau(name, np.arange(len(rows))), 3),
            "interval": [round(float(low), 3), round(float(high), 3)],
            "above": round(float((drawn[name] > drawn[CONTROL]).mean()), 3),
            "kept": round(kept(rows, name), 3),
        }
        if name in SCORES:
            figures[name]["share_of_training_time"] = round(
                sum(row[f"{name}_seconds"] for row in rows) / sum(row["training_seconds"] for row in rows), 4
            )
    return figures


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--task", default="digits")
    options.add_argument("--nets", type=int, default=100)
    given = options.parse_args()
    started = time.perf_counter()
    (task,) = load_tasks(given.task)
    rows = measured(task, proposals(task, given.nets, given.seed), given.seed)
    figures = {"task": given.task, "nets": len(rows), "scores": summary(rows, given.seed), "rows": rows}
    report("zero_cost", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
