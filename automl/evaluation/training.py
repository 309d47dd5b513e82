"""Candidates with weights or tensors: compile, train or run, score. Imported by the evaluator only where torch is needed."""

from __future__ import annotations

import time
from collections.abc import Mapping

from library.weights.blobs import from_bytes, to_bytes
from primitives.compile import compile_term
from primitives.compile.program import Program
from primitives.inference import Inference
from primitives.term import Term
from primitives.values import Outcome
from primitives.weights import inherit, initialise

from ..fitting import recipes
from ..fitting.fitted_words import fit_words
from ..fitting.forward import outputs_of
from ..fitting.trainer import TrainingResult, Unsuitable
from ..fitting.trainers import AbstractTrainer, TrainingBudget, choose_trainer, make_trainer
from ..tasks.data import ProblemData
from .prepared import CandidateOrder, Evaluated, Prepared

FITTING_ALONE, FITTING_BESIDE = 0.8, 0.5
"""The share of a candidate's seconds for fitting its fitted words: where they are all, and where something is trained beside them."""


def compiled(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Program:
    """The candidate as a module: weights from the library, from its parents, or fresh."""
    seed = int(candidate.get("seed", 0))
    weights = dict(initialise(inference.sites, seed))
    start = candidate.get("start")
    if start:
        tensors = {digest: from_bytes(data) for digest, data in start["blobs"].items()}
        for site, (digest, there) in start["sites"].items():
            parent = {
                f"{site}.{k.removeprefix(there + '.')}": v
                for k, v in tensors[digest].items()
                if k.startswith(f"{there}.")
            }
            if site in inference.sites:
                weights.update(inherit(parent, {site: inference.sites[site]}, seed))
    weights.update({k: v for k, v in prepared.library_weights.items() if k.rpartition(".")[0] in inference.sites})
    return compile_term(term, prepared.words, prepared.data.type, weights=weights, seed=seed)


def is_accelerated(trainer: Mapping[str, object]) -> bool:
    """Whether a training with these settings of the trainer runs on a GPU."""
    import torch

    return trainer.get("device", "auto") != "cpu" and torch.cuda.is_available()


def train(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """Train the candidate for its epochs within its seconds; scores are those of the best validation.

    In the phase ``final`` the validation cases are trained on too, so that the scores say nothing: the driver leaves them out.
    """
    seconds = candidate.get("seconds")
    deadline = None if seconds is None else time.monotonic() + float(seconds)
    program = compiled(prepared, term, inference, candidate)
    phase, data = candidate.get("phase", "explore"), prepared.data
    if phase == "final":
        data = recipes.joined(data)
    try:
        whole = _fit_words(program, data, inference, candidate)
    except Unsuitable as error:
        return Evaluated(Outcome.UNSUITABLE, detail=str(error), parameters=inference.parameters)
    trainer, epochs = _trainer(prepared, program, phase)
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and left <= 0:
        return Evaluated(
            Outcome.TIMED_OUT, parameters=inference.parameters, detail="the deadline came before the first step"
        )
    limit = None if left is None else 0.9 * left
    budget = TrainingBudget(epochs=int(candidate.get("epochs") or epochs), seconds=limit, deadline=deadline)
    result = trainer.fit(program, data, budget, seed=int(candidate.get("seed", 0)))
    return _evaluated(program, result, whole, inference.parameters)


def _evaluated(program: Program, result: TrainingResult, whole: bool, parameters: int) -> Evaluated:
    """What a training came to; ``whole``: whether the fitted words were fitted to all."""
    outcome, complete = result.outcome, whole and result.outcome != Outcome.TIMED_OUT
    if outcome == Outcome.TIMED_OUT and result.weights is not None:
        outcome = Outcome.OK
    weights = None if result.weights is None else to_bytes(program.weights())
    scores = {name: float(value) for name, value in result.scores.items()}
    detail = result.detail or (
        f"stopped by its deadline after {result.epochs} epochs" if result.outcome == Outcome.TIMED_OUT
        else "" if whole
        else "fitted to less than all, for its time was short"
    )  # fmt: skip
    history = [record.to_json() for record in result.history]
    return Evaluated(outcome, scores, None, parameters, weights, detail=detail, history=history, complete=complete)


def _fit_words(program: Program, data: ProblemData, inference: Inference, candidate: CandidateOrder) -> bool:
    """Fit the fitted words of the program in their share of the candidate's seconds; whether nothing was cut short. Raises
    Unsuitable."""
    seconds = candidate.get("seconds")
    share = FITTING_ALONE if not inference.parameters else FITTING_BESIDE
    bound = None if seconds is None else share * float(seconds)
    return fit_words(program, data, seed=int(candidate.get("seed", 0)), seconds=bound)


def _trainer(prepared: Prepared, program: Program, phase: str) -> tuple[AbstractTrainer, int]:
    """The trainer for a phase, and the epochs that suit it where none are asked for."""
    recipe = recipes.screening(prepared.data) if phase == "explore" else recipes.final(prepared.data)
    settings = {**recipe.settings, **prepared.trainer}
    name = settings.pop("trainer", None)
    kind = make_trainer(name) if name else choose_trainer(program, prepared.data)
    if phase != "final":
        settings.pop("keep", None)
    # The driver has checked the user's settings: one is for the trainers that have it.
    return make_trainer(kind.name, {key: settings[key] for key in settings if key in kind.values}), recipe.epochs


def score_compiled(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """Score a candidate that has nothing to train."""
    data = prepared.data
    program = compiled(prepared, term, inference, candidate)
    outputs = outputs_of(program, data.type, data.validation)
    cases = [float(error) for error in data.case_errors(outputs, data.validation)]
    return Evaluated(
        Outcome.OK, {k: float(v) for k, v in data.score(outputs, data.validation).items()}, cases, inference.parameters
    )
