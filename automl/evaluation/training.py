"""Candidates with weights or tensors: compile, train or run, score. Imported by the evaluator only where torch is needed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from library.blobs import from_bytes, to_bytes
from library.vocabulary import Vocabulary
from primitives.compile import compile_term
from primitives.inference import Inference
from primitives.primitive import expand
from primitives.term import Term, sites_of
from primitives.types import Type, arguments_of
from primitives.weights import inherit, initialise

from ..errors import TaskError
from ..fitting import batches, recipes
from ..fitting.trainer import AbstractTrainer, Report, TrainingResult
from ..fitting.trainers import Budget, choose_trainer, make_trainer
from ..tasks.data import Part, ProblemData
from ..tasks.preprocessing import Preprocessing
from ..tasks.task import Task
from .evaluate import Evaluated, Prepared, library_weights
from .model import Model


def compiled(prepared: Prepared, term: Term, inference: Inference, candidate: Mapping[str, Any]) -> Any:
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


def is_accelerated(trainer: Mapping[str, Any]) -> bool:
    """Whether a training with these settings of the trainer runs on a GPU."""
    import torch

    return trainer.get("device", "auto") != "cpu" and torch.cuda.is_available()


def train(prepared: Prepared, term: Term, inference: Inference, candidate: Mapping[str, Any]) -> Evaluated:
    """Train the candidate for its epochs within its seconds; scores are those of the best validation.

    In the phase ``final`` the validation cases are trained on too, so that the scores say nothing: the driver leaves them out.
    """
    seconds = candidate.get("seconds")
    deadline = None if seconds is None else time.monotonic() + float(seconds)
    program = compiled(prepared, term, inference, candidate)
    phase, data = candidate.get("phase", "explore"), prepared.data
    recipe = recipes.screening(data) if phase == "explore" else recipes.final(data)
    settings = {**recipe.settings, **prepared.trainer}
    name = settings.pop("trainer", None)
    kind = make_trainer(name) if name else choose_trainer(program, data)
    if phase == "final":
        data = recipes.joined(data)
    else:
        settings.pop("keep", None)
    # The driver has checked the user's settings: one is for the trainers that have it.
    trainer = make_trainer(kind.name, {key: settings[key] for key in settings if key in kind.values})
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and left <= 0:
        return Evaluated("timed out", parameters=inference.parameters, detail="the deadline came before the first step")
    limit = None if left is None else 0.9 * left
    budget = Budget(epochs=int(candidate.get("epochs") or recipe.epochs), seconds=limit, deadline=deadline)
    result = trainer.fit(program, data, budget, seed=int(candidate.get("seed", 0)))
    outcome, complete = result.outcome, result.outcome != "timed out"
    if outcome == "timed out" and result.weights is not None:
        outcome = "ok"
    weights = None if result.weights is None else to_bytes(program.weights())
    scores = {name: float(value) for name, value in result.scores.items()}
    detail = result.detail or (
        f"stopped by its deadline after {result.epochs} epochs" if result.outcome == "timed out" else ""
    )
    history = [record.to_json() for record in result.history]
    return Evaluated(
        outcome, scores, None, inference.parameters, weights, detail=detail, history=history, complete=complete
    )


def fit_program(
    program: str | Term,
    task: Task,
    trainer: AbstractTrainer,
    budget: Budget,
    *,
    seed: int = 0,
    vocabulary: Vocabulary | None = None,
    weights: Mapping[str, Any] | None = None,
    report: Report | None = None,
) -> tuple[Model, TrainingResult]:
    """Train one given program on a task: the model with the weights that were kept, and how the training went.

    ``weights`` are those to start from; what they do not name is drawn from ``seed``. Raises IllTyped where the program
    is not of the task's type, TaskError where training reached no weights.
    """
    words = vocabulary or Vocabulary()
    term = words.read(program) if isinstance(program, str) else program
    known = {**library_weights(words, sites_of(expand(term, words.all_words))), **(weights or {})}
    module = compile_term(term, words.all_words, task.type, weights=known, seed=seed)
    result = trainer.fit(module, task.search_view(), budget, seed=seed, report=report)
    if result.weights is None:
        raise TaskError(f"program={str(program)[:80]!r}: {result.outcome} ({result.detail}); change trainer or budget")
    return Model(term, task.type, words, module.weights(), task.preprocessing), result


def score_compiled(prepared: Prepared, term: Term, inference: Inference, candidate: Mapping[str, Any]) -> Evaluated:
    """Score a candidate that has nothing to train."""
    data = prepared.data
    program = compiled(prepared, term, inference, candidate)
    outputs = run_part(program, data, data.validation)
    cases = [float(error) for error in data.case_errors(outputs, data.validation)]
    return Evaluated(
        "ok", {k: float(v) for k, v in data.score(outputs, data.validation).items()}, cases, inference.parameters
    )


def run_part(program: Any, data: ProblemData, part: Part) -> Any:
    """The program's outputs on a part, as scores take them."""
    inputs, _ = batches.part_batch(data, part)
    return batches.answers(batches.predict(program, inputs))


def outputs_of(module: Any, type: Type, part: Part) -> Any:
    """A module's outputs on a task's part, as scores take them."""
    types, _ = arguments_of(type)
    inputs = tuple(batches.to_batch(column, each) for column, each in zip(part.inputs, types, strict=True))
    return batches.answers(batches.predict(module, inputs))


def predict_raw(module: Any, type: Type, raw: Any, preprocessing: Preprocessing | None) -> Any:
    """Outputs for raw inputs of a program of one argument: an array ``[n, *shape]``, or a list of sequences of such examples."""
    types, _ = arguments_of(type)
    if len(types) != 1:
        raise TaskError(
            f"inputs of type={type}: programs of one argument can predict from arrays; call the model on single cases"
        )
    if str(types[0]).startswith("list"):
        parts = [_array(item, preprocessing) for item in raw]
        from ..tasks.data import RaggedArray

        column: Any = RaggedArray(np.concatenate(parts), np.array([len(part) for part in parts], dtype=np.int64))
    else:
        column = _array(raw, preprocessing)
    return batches.answers(batches.predict(module, (batches.to_batch(column, types[0]),)))


def _array(raw: Any, preprocessing: Preprocessing | None) -> np.ndarray:
    try:
        array = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError):
        raise TaskError("inputs: an array of numbers [n, *shape] is required; convert them") from None
    if preprocessing is None:
        return array.astype(np.float32)
    if array.shape[1:] != preprocessing.shape and array.shape == preprocessing.shape:
        array = array[None]
    if (
        array.ndim + 1 == len(preprocessing.shape) + 1
        and preprocessing.shape[:1] == (1,)
        and array.shape[1:] == preprocessing.shape[1:]
    ):
        array = array[:, None]
    return preprocessing.apply(array)
