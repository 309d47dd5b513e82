"""Candidates with weights or tensors: compile, train or run, score. Imported by the evaluator only where torch is needed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from library.weights.blobs import from_bytes, to_bytes
from primitives.compile import compile_term
from primitives.compile.program import Program
from primitives.definitions import expand
from primitives.fitted.stacks import fitted_sites
from primitives.inference import Inference, infer
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.values import Outcome
from primitives.weights import frozen_sites, inherit, initialise, shrunk

from ..execution.workers.guard import torch_threads
from ..fitting import recipes
from ..fitting.batches import answers, window
from ..fitting.fitted_words import WordFit, fit_words
from ..fitting.forward import outputs_of
from ..fitting.trainer import TrainingResult, Unsuitable
from ..fitting.trainers import AbstractTrainer, TrainingBudget, choose_trainer, make_trainer
from ..tasks.cases.folds import Folds
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from . import cross_validation
from .copies import doubt, with_copies
from .prepared import CandidateOrder, Evaluated, Prepared, StartWeights

if TYPE_CHECKING:
    import torch

FITTING_ALONE, FITTING_BESIDE = 0.8, 0.5
"""The share of a candidate's seconds for fitting its fitted words: where they are all, and where something is trained beside them."""


SHORT = "fitted to less than all, for its time was short"


def compiled(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Program:
    """The candidate as a module: weights from the library, from its parents, or fresh."""
    seed = int(candidate.get("seed", 0))
    weights = dict(initialise(inference.sites, seed))
    start = candidate.get("start")
    if start:
        weights.update(inherited(start, inference, prepared.words, seed))
    weights.update({k: v for k, v in prepared.library_weights.items() if k.rpartition(".")[0] in inference.sites})
    return compile_term(term, prepared.words, prepared.data.type, weights=weights, seed=seed)


def inherited(
    start: StartWeights, inference: Inference, words: Mapping[str, Primitive], seed: int
) -> dict[str, torch.Tensor]:
    """The weights of the sites that start from a parent's, and of new ones that start in a way of their own.

    start: what of which parent, and how.
    inference: of the program that starts.
    words: what its words mean.
    seed: for what has no forebear, and for noise.
    """
    weights: dict[str, torch.Tensor] = {}
    tensors = {digest: from_bytes(data) for digest, data in start["blobs"].items()}
    transfer, shrink = start.get("transfer", {}), start.get("shrink", 1.0)
    for site, (digest, there) in start["sites"].items():
        parent = {
            f"{site}.{k.removeprefix(there + '.')}": v for k, v in tensors[digest].items() if k.startswith(f"{there}.")
        }
        # A subroutine that is used fresh has its sites below that of its use.
        for name in [each for each in inference.sites if each == site or each.startswith(f"{site}.")]:
            mine = {name: inference.sites[name]}
            found = inherit(parent, mine, seed, transfer=transfer, words=words)
            weights.update(found if shrink >= 1.0 else shrunk(found, mine, shrink, seed))
    for site in transfer.keys() - start["sites"].keys():
        weights.update(inherit({}, {site: inference.sites[site]}, seed, transfer=transfer, words=words))
    return weights


def is_accelerated(trainer: Mapping[str, object]) -> bool:
    """Whether a training with these settings of the trainer runs on a GPU."""
    import torch

    return trainer.get("device", "auto") != "cpu" and torch.cuda.is_available()


def train(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """Train the candidate with the threads that it may have (see ``_trained_for``)."""
    with torch_threads(candidate["threads"]) if "threads" in candidate else nullcontext():
        return _trained_for(prepared, term, inference, candidate)


def _trained_for(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """Train the candidate for its epochs within its seconds; scores are those of the best validation.

    In the phase ``final`` the validation cases are trained on too, so that the scores say nothing: the driver leaves them out. Where the
    data has folds, the scores of fitted words, and of nets that are refined, are means over these, and the weights those of a training on
    all cases.
    """
    data, phase = prepared.data_for(candidate), candidate.get("phase", "explore")
    if "trained" in candidate:
        term = prepared.vocabulary.read(candidate["trained"])
        inference = infer(expand(term, prepared.words), prepared.words, data.type)
    if phase == "final":
        return _trained(prepared, term, inference, candidate, recipes.joined(data))
    fitted = not trained_size(term, inference, prepared.words)
    if data.folds is not None and fitted and data.folds.codes is not None:
        return _fitted_by_folds(prepared, term, inference, candidate)
    if data.folds is not None and fitted:
        return _cross_fitted(prepared, term, inference, candidate)
    if data.folds is not None and phase == "refine":
        return _cross_trained(prepared, term, inference, candidate)
    return _trained(prepared, term, inference, candidate, data)


def trained_size(term: Term, inference: Inference, words: Mapping[str, Primitive]) -> int:
    """How many numbers of a program are trained: those of subroutines that it uses frozen are not.

    term: the program.
    inference: of it, written out.
    words: what its words mean.
    """
    frozen = frozen_sites(term, words)
    return sum(site.size for name, site in inference.sites.items() if name not in frozen)


def _cross_fitted(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """A candidate of fitted words alone: its scores from what each fold is answered by fits to the others, its weights of one more fit."""
    data = prepared.data
    program = compiled(prepared, term, inference, candidate)
    joined = recipes.joined(data)
    known, folds = _shown(program, joined, data.folds)
    try:
        fit = _fit_words(program, known, inference, candidate, folds)
    except Unsuitable as error:
        return Evaluated(Outcome.UNSUITABLE, detail=str(error), parameters=inference.parameters)
    outputs = fit.outputs
    scores = cross_validation.scores_of(data, None if outputs is None else window(outputs, 0, len(joined.train)))
    if data.has_few_pictures and outputs is not None:
        scores |= doubt(data, answers(outputs, data.type), known.train)
    detail = "" if fit.complete else SHORT
    return Evaluated(Outcome.OK, scores, None, 0, to_bytes(program.weights()), detail=detail, complete=fit.complete)


def _fitted_by_folds(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """The same where a fold has features of its own: a fit to each, from the words' inputs on, and one more to all cases."""
    data, seconds = prepared.data, candidate.get("seconds")
    started, parts = time.monotonic(), [cross_validation.all_cases(data), *cross_validation.divided(data)]
    scored: list[tuple[Part, Mapping[str, float]]] = []
    weights, complete = b"", True
    for number, part in enumerate(parts):
        order = candidate
        if seconds is not None:
            left = float(seconds) - (time.monotonic() - started)
            order = {**candidate, "seconds": max(0.0, left) / (len(parts) - number)}
        program = compiled(prepared, term, inference, order)
        try:
            complete = _fit_words(program, part, inference, order).complete and complete
        except Unsuitable as error:
            return Evaluated(Outcome.UNSUITABLE, detail=str(error), parameters=inference.parameters)
        if not number:
            weights = to_bytes(program.weights())
        else:
            scored.append(
                (part.validation, data.score(outputs_of(program, data.type, part.validation), part.validation))
            )
    scores = cross_validation.mean_scores(data, scored)
    return Evaluated(Outcome.OK, scores, None, 0, weights, detail="" if complete else SHORT, complete=complete)


def _cross_trained(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """A candidate trained on all cases, and for its scores on those beside each fold, every training having an equal part of what is left
    of the seconds. What a training keeps is its end, so that no score is the best of several."""
    data, seconds = prepared.data, candidate.get("seconds")
    started, parts = time.monotonic(), [cross_validation.all_cases(data), *cross_validation.divided(data)]
    found: list[Evaluated] = []
    for number, part in enumerate(parts):
        order = candidate
        if seconds is not None:
            left = float(seconds) - (time.monotonic() - started)
            order = {**candidate, "seconds": max(0.0, left) / (len(parts) - number)}
        found.append(_trained(prepared, term, inference, order, part, keep="last"))
        if found[-1].outcome != Outcome.OK:
            return replace(found[-1], weights=None, scores={})
    scored = [(part.validation, one.scores) for part, one in zip(parts[1:], found[1:], strict=True)]
    detail = next((one.detail for one in found if one.detail), "")
    complete = all(one.complete for one in found)
    return replace(found[0], scores=cross_validation.mean_scores(data, scored), complete=complete, detail=detail)


def _trained(
    prepared: Prepared,
    term: Term,
    inference: Inference,
    candidate: CandidateOrder,
    data: ProblemData,
    keep: str | None = None,
) -> Evaluated:
    """The candidate trained on the data's train part and scored on its validation part; ``keep`` says which weights are kept."""
    seconds = candidate.get("seconds")
    deadline = None if seconds is None else time.monotonic() + float(seconds)
    program = compiled(prepared, term, inference, candidate)
    size = trained_size(term, inference, prepared.words)
    try:
        whole = _fit_words(program, _shown(program, data)[0], inference, candidate).complete
    except Unsuitable as error:
        return Evaluated(Outcome.UNSUITABLE, detail=str(error), parameters=size)
    own = candidate.get("settings", {})
    trainer, epochs = _trainer(prepared, program, candidate.get("phase", "explore"), own, keep)
    if not size:
        # What was fitted is kept and scored also where that took all the time: a candidate without a score is worth nothing.
        deadline = None
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and left <= 0:
        return Evaluated(Outcome.TIMED_OUT, parameters=size, detail="the deadline came before the first step")
    limit = None if left is None else 0.9 * left
    given = candidate.get("epochs")
    budget = TrainingBudget(epochs=epochs if given is None else int(given), seconds=limit, deadline=deadline)
    result = trainer.fit(program, data, budget, seed=int(candidate.get("seed", 0)))
    found = _evaluated(program, result, whole, size)
    if keep is None or not data.has_few_pictures or found.outcome != Outcome.OK:
        return found
    shown = with_copies(data.with_data(data.validation, data.validation), None)[0].train
    return replace(found, scores={**found.scores, **doubt(data, outputs_of(program, data.type, shown), shown)})


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
        else SHORT
    )  # fmt: skip
    history = [record.to_json() for record in result.history]
    return Evaluated(outcome, scores, None, parameters, weights, detail=detail, history=history, complete=complete)


def _shown(program: Program, data: ProblemData, folds: Folds | None = None) -> tuple[ProblemData, Folds | None]:
    """What fitted words are fitted to, with its folds: few pictures have copies beside them."""
    if data.has_few_pictures and fitted_sites(program.term, program.words):
        return with_copies(data, folds)
    return data, folds


def _fit_words(
    program: Program, data: ProblemData, inference: Inference, candidate: CandidateOrder, folds: Folds | None = None
) -> WordFit:
    """Fit the fitted words of the program in their share of the candidate's seconds. Raises Unsuitable."""
    seconds = candidate.get("seconds")
    alone = not trained_size(program.term, inference, program.words)
    share = FITTING_ALONE if alone else FITTING_BESIDE
    bound = None if seconds is None else share * float(seconds)
    return fit_words(program, data, seed=int(candidate.get("seed", 0)), seconds=bound, folds=folds)


def _trainer(
    prepared: Prepared, program: Program, phase: str, own: Mapping[str, object], keep: str | None = None
) -> tuple[AbstractTrainer, int]:
    """The trainer for a phase, with settings that are the candidate's ``own`` in place of those of the phase, and the epochs that suit it
    where none are asked for. ``keep`` goes before what the phase keeps."""
    recipe = recipes.screening(prepared.data) if phase == "explore" else recipes.final(prepared.data)
    settings: dict[str, Any] = {**(own or recipe.settings), **prepared.trainer}
    if "batch_size" in prepared.trainer:
        settings.pop("least_steps", None)  # that of the recipe: who says how many cases a step has means it
    name = settings.pop("trainer", None)
    kind = make_trainer(name) if name else choose_trainer(program, prepared.data)
    if phase != "final":
        settings.pop("keep", None)
    if keep is not None:
        settings["keep"] = keep
    # The driver has checked the user's settings: one is for the trainers that have it.
    return make_trainer(kind.name, {key: settings[key] for key in settings if key in kind.values}), recipe.epochs


def score_compiled(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    """Score a candidate that has nothing to train: on all validation cases, for no longer training will score it again."""
    data = prepared.data
    program = compiled(prepared, term, inference, candidate)
    parts = [data] if data.folds is None else list(cross_validation.divided(data))
    found = [(part.validation, outputs_of(program, data.type, part.validation)) for part in parts]
    cases = [float(error) for part, outputs in found for error in data.case_errors(outputs, part)]
    scored = [(part, data.score(outputs, part)) for part, outputs in found]
    scores = dict(scored[0][1]) if data.folds is None else cross_validation.mean_scores(data, scored)
    if data.has_few_pictures and data.folds is not None:
        shown = with_copies(recipes.joined(data), None)[0].train
        scores |= doubt(data, outputs_of(program, data.type, shown), shown)
    return Evaluated(Outcome.OK, {k: float(v) for k, v in scores.items()}, cases, inference.parameters)
