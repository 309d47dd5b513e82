"""Evolution strategies: they train any program with weights, differentiable or not, from how well perturbed weights
do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from primitives.primitive import Setting

from ..rates import SCHEDULES, TrainingProgress, schedule_named
from ..trainer import AbstractTrainer, AbstractUpdater, Report, TrainingBudget, TrainingResult, Unsuitable

if TYPE_CHECKING:
    import torch

    from ...tasks.data import ProblemData
    from ..batches import Batch
    from ..setup import FitSetup

CMA_PARAMETERS = 150
"""Most numbers for which ``auto`` takes CMA-ES, whose cost a generation grows with their cube."""


class EvolutionTrainer(AbstractTrainer):
    """``es``: the evolution strategy of Salimans et al. 2017, antithetic sampling, centred ranks, the estimate
    followed by Adam. ``cma``: CMA-ES (Hansen 2016; the update is DEAP's). ``auto``: the latter up to 150 numbers.

    One update is one generation of ``population`` candidates on one batch. ``objective``: what a candidate is ranked
    by, the ``loss`` or the task's mean ``error`` a case; ``auto``: the loss where the outputs have one. ``sigma`` is
    the standard deviation of the perturbations (for ``cma`` the first one), ``rate`` Adam's step.
    """

    name: ClassVar[str] = "evolution"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("algorithm", "auto", choices=("auto", "es", "cma")),
        Setting("population", 32, 8, 256, log=True, least=4),
        Setting("sigma", 0.1, 0.01, 1.0, log=True, least=1e-6),
        Setting("rate", 0.05, 0.001, 0.5, log=True, least=0.0),
        Setting("schedule", "cosine", choices=tuple(SCHEDULES)),
        Setting("batch_size", 256, 32, 2048, log=True, least=1),
        Setting("objective", "auto", choices=("auto", "loss", "error")),
        Setting("validations", 50, least=1),
        Setting("patience", 0, least=0),
        Setting("keep", "best", choices=("best", "last")),
        Setting("device", "auto", choices=("auto", "cpu", "cuda")),
    )

    @classmethod
    def suits(cls, program: torch.nn.Module, data: ProblemData) -> float:
        """Always a little: it needs nothing of the program but weights."""
        return 0.5 if any(p.requires_grad for p in program.parameters()) else 0.1

    def fit(
        self,
        program: torch.nn.Module,
        data: ProblemData,
        budget: TrainingBudget,
        *,
        seed: int = 0,
        report: Report | None = None,
    ) -> TrainingResult:
        from ..fit import fit
        from ..setup import FitOptions

        v = self.values
        options = FitOptions(
            batch_size=v["batch_size"],
            validations=v["validations"],
            patience=v["patience"],
            keep=v["keep"],
            device=v["device"],
            precision="float32",
        )
        return fit(program, data, self._updater, budget, options, seed=seed, report=report)

    def _updater(self, setup: FitSetup) -> AbstractUpdater:
        values = dict(self.values)
        size = sum(p.numel() for p in setup.program.parameters() if p.requires_grad)
        use_cma = values["algorithm"] == "cma" or (values["algorithm"] == "auto" and 1 < size <= CMA_PARAMETERS)
        return (_CovarianceUpdater if use_cma else _GradientEstimate)(
            _Candidates(setup, values["objective"]), setup, values
        )


class _Candidates:
    """The program's trainable numbers as one vector, and what a vector costs on a batch."""

    def __init__(self, setup: FitSetup, objective: str) -> None:
        import torch

        if objective == "loss" and setup.loss is None:
            raise Unsuitable("objective='loss': the program's outputs have no loss; use objective='error' or 'auto'")
        self.program = setup.program
        if setup.loss is None or objective == "error":
            self.cost_of, self.forward = setup.error, setup.program
        else:
            self.cost_of, self.forward = setup.loss, setup.forward
        parameters = [p for p in setup.program.parameters() if p.requires_grad]
        sizes = [p.numel() for p in parameters]
        self.vector = torch.cat([p.detach().reshape(-1) for p in parameters]) if parameters else torch.zeros(0)
        for parameter, part in zip(parameters, self.vector.split(sizes) if sizes else (), strict=True):
            parameter.data = part.view(parameter.shape)

    def costs(self, candidates: torch.Tensor, inputs: tuple, targets: Batch) -> np.ndarray:
        """float64 [m]: the cost of each row of ``candidates`` [m, size]; what fails or is not finite costs infinity."""
        import torch

        costs = np.empty(len(candidates))
        with torch.no_grad():
            for row, candidate in enumerate(candidates):
                self.vector.copy_(candidate)
                try:
                    costs[row] = float(self.cost_of(self.forward(*inputs), targets))
                except Unsuitable:
                    costs[row] = math.inf  # some case fails with these weights
        return np.where(np.isfinite(costs), costs, np.inf)


def _mean_cost(costs: np.ndarray) -> torch.Tensor:
    """The mean of the finite costs as a tensor; NaN where no candidate has one."""
    import torch

    finite = costs[np.isfinite(costs)]
    return torch.tensor(finite.mean() if len(finite) else math.nan)


def centred_ranks(costs: np.ndarray) -> np.ndarray:
    """Costs [m] as fitness: 0.5 for the lowest cost down to −0.5 for the highest; equal costs share their mean."""
    unique, inverse, counts = np.unique(costs, return_inverse=True, return_counts=True)
    upper = np.cumsum(counts)
    ranks = ((upper - counts) + (upper - 1)) / 2
    return 0.5 - ranks[inverse] / max(len(costs) - 1, 1) if len(unique) > 1 else np.zeros(len(costs))


class _GradientEstimate(AbstractUpdater):
    def __init__(self, candidates: _Candidates, setup: FitSetup, values: Mapping[str, Any]) -> None:
        import torch

        from ..optimisers.rules import Adam

        self.candidates, self.values = candidates, values
        self.schedule = schedule_named(values["schedule"])
        self.pairs = max(1, values["population"] // 2)
        self.generator = torch.Generator(candidates.vector.device).manual_seed(setup.seed)
        self.mean = torch.nn.Parameter(candidates.vector.clone())
        self.rule = Adam([self.mean], betas=(0.9, 0.99))
        self.norm: float | None = None

    def step(self, inputs: tuple, targets: Batch, progress: TrainingProgress, measure: bool) -> torch.Tensor:
        import torch

        mean, sigma = self.mean.detach(), self.values["sigma"]
        noise = torch.randn(self.pairs, len(mean), generator=self.generator, device=mean.device)
        costs = self.candidates.costs(torch.cat([mean + sigma * noise, mean - sigma * noise]), inputs, targets)
        fitness = torch.from_numpy(centred_ranks(costs)).to(mean)
        estimate = (fitness[: self.pairs] - fitness[self.pairs :]) @ noise / (2 * self.pairs * sigma)
        self.learning_rate = self.values["rate"] * self.schedule(progress)
        self.mean.grad = -estimate
        self.rule.step(self.learning_rate)
        self.candidates.vector.copy_(self.mean.detach())
        if measure:
            self.norm = float(estimate.norm())
        return _mean_cost(costs)

    @property
    def gradient_norm(self) -> float | None:
        return self.norm


class _Ranked(list):
    """A candidate as DEAP sorts it: a list of numbers with a fitness."""

    fitness: float


class _CovarianceUpdater(AbstractUpdater):
    def __init__(self, candidates: _Candidates, setup: FitSetup, values: Mapping[str, Any]) -> None:
        from deap import cma

        self.candidates = candidates
        start = candidates.vector.detach().cpu().double().numpy()
        self.strategy = cma.Strategy(start, 5 * values["sigma"], lambda_=values["population"])
        # Its own sampling draws from numpy's global generator, which a training must leave alone.
        self.rng = np.random.Generator(np.random.PCG64(setup.seed))
        self.learning_rate = float(self.strategy.sigma)
        self.norm: float | None = None

    def step(self, inputs: tuple, targets: Batch, progress: TrainingProgress, measure: bool) -> torch.Tensor:
        import torch

        strategy, vector = self.strategy, self.candidates.vector
        noise = self.rng.standard_normal((strategy.lambda_, strategy.dim))
        sampled = strategy.centroid + strategy.sigma * noise @ strategy.BD.T
        costs = self.candidates.costs(torch.from_numpy(sampled).to(vector), inputs, targets)
        population = []
        for row, cost in zip(sampled, costs, strict=True):
            ranked = _Ranked(row)
            ranked.fitness = -float(cost)
            population.append(ranked)
        before = strategy.centroid
        self.update(population)
        vector.copy_(torch.from_numpy(np.asarray(strategy.centroid)).to(vector))
        self.learning_rate = float(strategy.sigma)
        if measure:
            self.norm = float(np.linalg.norm(strategy.centroid - before))
        return _mean_cost(costs)

    def update(self, population: list[_Ranked]) -> None:
        """DEAP's update; a covariance that has collapsed numerically starts again as the identity."""
        strategy = self.strategy
        with np.errstate(all="ignore"):
            strategy.update(population)
        strategy.sigma = float(np.clip(strategy.sigma, 1e-9, 1e3))
        if not np.isfinite(strategy.BD).all() or strategy.diagD.min() <= 0 or strategy.cond > 1e14:
            strategy.C, strategy.B, strategy.diagD = (np.eye(strategy.dim), np.eye(strategy.dim), np.ones(strategy.dim))
            strategy.BD = np.eye(strategy.dim)
            strategy.pc, strategy.ps = np.zeros(strategy.dim), np.zeros(strategy.dim)

    @property
    def gradient_norm(self) -> float | None:
        return self.norm
