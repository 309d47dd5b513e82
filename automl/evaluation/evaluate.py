"""One candidate on one task: a term, a budget and a seed to scores and an outcome. Runs where the executor runs it.

Plain data in, plain data out: the context (task data, subroutines) comes once a worker, a job holds one or more candidates. A
candidate's failure is an outcome; only a bug of ours raises.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypedDict

from primitives.definitions import Definition, expand
from primitives.inference import IllTyped, Inference, infer
from primitives.interpreter.interpret import Fuel
from primitives.primitive import Primitive
from primitives.term import Term, words_in
from primitives.types import has_tensor
from primitives.values import Failure, Outcome
from search.bounds import fitted_sites

from ..execution.workers.collecting import uncollected
from ..execution.workers.guard import unhurried
from ..fitting.forward import run_interpreted
from .cost import BATCH, MAX_PARAMETERS, refusal
from .latency import slowness
from .prepared import CandidateOrder, Evaluated, Prepared, WorkerContext

if TYPE_CHECKING:
    import torch

VERSION = 7
"""Raise it when the same candidate may get another result: it is part of every cache key."""


_prepared: tuple[WorkerContext, Prepared] | None = None


def prepare(context: WorkerContext) -> Prepared:
    """The Prepared of a context; kept, since a worker has one context."""
    global _prepared
    if _prepared is None or _prepared[0] is not context:
        _prepared = (context, Prepared(context))
    return _prepared[1]


def begin(context: WorkerContext) -> None:
    """Make this process ready for its first job: read the context, and import torch where candidates need it.

    What fitted words import, which takes as long again, comes with the first candidate that has one, ``unhurried`` by its deadline, so that
    the first answer of a search, which needs none of it, is there sooner.
    """
    if has_tensor(prepare(context).data.type):
        with uncollected():
            importlib.import_module(".training", __package__)


def warm(context: WorkerContext) -> None:
    """Make a worker ready that is killed at a deadline, so that no import may wait for a candidate: ``begin``, and on tables and
    series what the fitted words import."""
    begin(context)
    prepared = prepare(context)
    if prepared.data.is_fitted_to:
        load_needs(prepared.words.values())


def load_needs(words: Iterable[Primitive | Definition]) -> None:
    """Import what the fitting of the words imports; nothing the second time."""
    needs = {
        name for word in words if isinstance(word, Primitive) and word.fitted is not None for name in word.fitted.needs
    }
    with uncollected():
        for name in sorted(needs - sys.modules.keys()):
            importlib.import_module(name)


class CandidateJob(TypedDict):
    """What an executor sends: the candidates of one job."""

    candidates: list[CandidateOrder]


def evaluate_job(context: WorkerContext, job: CandidateJob) -> dict[str, object]:
    """The function that executors run: ``{"candidates": […]}`` to ``{"evaluations": […]}``, in order."""
    prepared = prepare(context)
    return {"evaluations": [vars(evaluate_candidate(prepared, candidate)) for candidate in job["candidates"]]}


def read_evaluations(answer: Mapping[str, Any]) -> list[Evaluated]:
    """What ``evaluate_job`` gave, wherever it ran, as the records that it was made of, in order."""
    return [Evaluated(**fields) for fields in answer["evaluations"]]


def evaluate_candidate(prepared: Prepared, candidate: CandidateOrder) -> Evaluated:
    """Score one candidate: ``term`` (text), ``seed``, ``epochs``, ``seconds`` (deadline), ``start`` (weights to start from).

    What the inferred sizes say cannot be trained, for memory or in its seconds, is refused before anything is allocated (cost.py).
    """
    term = prepared.vocabulary.read(candidate["term"])
    whole = expand(term, prepared.words)
    with unhurried():
        load_needs(prepared.words[word.name] for word in words_in(whole))
    started = time.perf_counter()
    try:
        inference = infer(whole, prepared.words, prepared.data.type)
    except IllTyped as error:
        return Evaluated(Outcome.ILL_TYPED, detail=str(error))
    if inference.waiting:
        return Evaluated(Outcome.ILL_TYPED, detail=f"shapes are not known: {inference.waiting[0]}")
    unknown = [word for word, _, _ in inference.layers if word.site is not None and word.site not in inference.sites]
    if unknown:  # in a part that no value ever reaches, so that nothing fixes its shapes
        return Evaluated(
            Outcome.ILL_TYPED, detail=f"the input of {unknown[0].name} @{unknown[0].site} has no known shape"
        )
    found = _evaluate(prepared, term, inference, candidate)
    return Evaluated(**{**vars(found), "seconds": time.perf_counter() - started})


def _evaluate(prepared: Prepared, term: Term, inference: Inference, candidate: CandidateOrder) -> Evaluated:
    data = prepared.data
    beyond = prepared.bounds.excess(inference, prepared.words)
    fitted = _fitted(inference)
    explored = candidate.get("phase", "explore") == "explore"  # what follows is of a candidate that kept its bounds
    if not beyond and explored and not fitted:
        beyond = slowness(prepared, term, inference)
    if beyond:
        parameters = min(inference.parameters, MAX_PARAMETERS)
        return Evaluated(Outcome.OUT_OF_BOUNDS, detail=beyond, parameters=parameters)
    if not inference.sites and not has_tensor(data.type):
        return _interpreted(prepared, term, candidate)
    from .training import is_accelerated, score_compiled, train

    trainable = any("@" not in site for site in inference.sites) or _tuned(term)
    refused = refusal(
        inference, prepared.words, cases=len(prepared.data_for(candidate).validation), batch=int(prepared.trainer.get("batch_size", BATCH)),
        seconds=candidate.get("seconds"), accelerated=is_accelerated(prepared.trainer), training=trainable,
    )  # fmt: skip
    if refused is not None:
        return Evaluated(refused[0], detail=refused[1], parameters=min(inference.parameters, MAX_PARAMETERS))
    found = (train if trainable else score_compiled)(prepared, term, inference, candidate)
    if fitted and found.weights is not None:  # how large what was fitted is, only the fit tells
        from library.weights.blobs import from_bytes

        weights = from_bytes(found.weights)
        beyond = _oversize(prepared, inference, weights)
        if explored and not beyond:
            beyond = slowness(prepared, term, inference, weights)
    return replace(found, outcome=Outcome.OUT_OF_BOUNDS, scores={}, weights=None, detail=beyond) if beyond else found


def _oversize(prepared: Prepared, inference: Inference, weights: Mapping[str, torch.Tensor]) -> str:
    """What to say of a candidate of which more numbers were fitted and trained than it may have; "" where these are not too many."""
    most = prepared.bounds.parameters
    if most is None:
        return ""
    sites = fitted_sites(inference, prepared.words)
    count = inference.parameters + sum(
        each.numel() for name, each in weights.items() if name.rpartition(".")[0] in sites
    )
    return f"parameters={count:,}: at most {most:,} are allowed (max_parameters)" if count > most else ""


def _fitted(inference: Inference) -> bool:
    """Whether only a fit tells how large some of the candidate's own weights are."""
    own = (site for name, site in inference.sites.items() if "@" not in name)
    return any(buffer.is_free for site in own for buffer in site.buffers.values())


def _tuned(term: Term) -> bool:
    return any(dict(word.settings).get("use") == "tuned" for word in words_in(term))


def _interpreted(prepared: Prepared, term: Term, candidate: CandidateOrder) -> Evaluated:
    """An algorithmic program on the cases, by the interpreter."""
    data = prepared.data
    deadline = candidate.get("seconds")
    fuel = prepared.fuel if deadline is None else Fuel(prepared.fuel.steps, deadline)
    outputs = run_interpreted(term, data.train, prepared.words, fuel, prepared.storage)
    scores = _named(data.score(outputs, data.train), "")
    cases = [float(error) for error in data.case_errors(outputs, data.train)]
    failures = [output for output in outputs if isinstance(output, Failure)]
    outcome = failures[0].kind if len(failures) == len(outputs) else Outcome.OK
    return Evaluated(outcome, scores, cases, detail=str(failures[0]) if failures else "")


def _named(scores: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {f"{prefix}{name}": float(value) for name, value in scores.items()}


def cache_key(data: str, text: str, details: Mapping[str, object]) -> str:
    """SHA-256 over all that decides a result (DESIGN decision 9): the term with its subroutines' digests, the task's data, and as
    ``details`` trainer, budget, seed and weights to start from; and the evaluator's version."""
    known = json.dumps([VERSION, data, text, details], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(known.encode()).hexdigest()
