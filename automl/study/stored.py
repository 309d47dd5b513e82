"""The result of a stored run: the one program that every command means by the run, its scores, and what its training has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from library.records import Evaluation, Run
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.definitions import expand
from primitives.notation.types import parse_type
from primitives.term import Term, sites_of
from primitives.types import Type

from ..errors import StudyError
from ..evaluation.model import Model
from ..evaluation.prepared import library_weights
from ..tasks.load import experiment_folders, load_tasks
from ..tasks.preprocessing import Preprocessing
from ..tasks.task import Task
from .journal import ASKED
from .planning.schedule import FINAL
from .state import Standing, folds_of

if TYPE_CHECKING:
    import torch

RESULT = "result"
"""The field of a run's config that says what its result is: ask, score, test_score, right."""
INFERENCE = "inference"
"""The field of a result with how a blend was learned."""
COMPARISON = "comparison"
"""The field that has what stands beside the result, one mapping an arm, after a search with a comparison."""


@dataclass(frozen=True)
class StoredResult:
    """``score`` is the metric on the validation part, before a final training that took those cases too; ``test_score`` and ``right``
    are None where they are not known; ``trained_on`` are the parts that the weights were trained on."""

    evaluation: Evaluation
    phase: str
    score: float | None
    test_score: float | None
    right: bool | None
    trained_on: tuple[str, ...]
    before: int | None = None
    """Of a final training the ask of the training before, which had not seen the validation cases."""
    is_result: bool = True
    """Whether it is the run's result, or another evaluation of it."""
    metric: str = ""
    """The name of what ``score`` and ``test_score`` are."""
    reason: str = ""
    test_reason: str = ""
    """Why there is no ``score``, and why no ``test_score`` though there is a test part; "" where there are, or it was not recorded."""

    __repr__ = brief_repr

    @property
    def ask(self) -> int:
        """The number of the proposal that it is."""
        return self.evaluation.ask

    def to_dict(self) -> dict[str, object]:
        """Which program it is and what it scored, as plain data."""
        return {
            "run": self.evaluation.run, "ask": self.ask, "result": self.is_result, "phase": self.phase, "metric": self.metric,
            "score": self.score, "folds": folds_of(self.evaluation),
            "test_score": self.test_score, "right": self.right, "before": self.before, "trained_on": list(self.trained_on),
            "reason": self.reason or None, "test_reason": self.test_reason or None,
        }  # fmt: skip


def find_result(store: AbstractStore, run: Run) -> StoredResult | None:
    """The result of a run: what it recorded as that, or else by the rule of ``Standing.best``; None where it has none (yet)."""
    standing, events = Standing.of(run), store.events(run.id)
    standing.restore(events, store.evaluations(run.id))
    known: Mapping[str, Any] = run.config.get(RESULT) or {}
    best = standing.evaluations.get(known["ask"]) if "ask" in known else standing.best()
    if best is None:
        return None
    final = standing.phase(best) == FINAL
    before = next(
        (event.payload["info"]["of"] for event in events if final and event.kind == ASKED and event.ask == best.ask),
        None,
    )
    tested = known if known.get("ask") == best.ask else {}
    return StoredResult(
        evaluation=best,
        phase=standing.phase(best),
        score=standing.score(best),
        test_score=tested.get("test_score"),
        right=tested.get("right"),
        trained_on=standing.trained_on(best),
        before=before,
        metric=run.metric,
        reason=tested.get("reason", ""),
        test_reason=tested.get("test_reason", ""),
    )


def result_of(store: AbstractStore, run: Run) -> StoredResult:
    """The same; raises StudyError where the run has no result."""
    found = find_result(store, run)
    if found is None:
        raise StudyError(f"run={run.id!r}: no program was found by it (state {run.state}); search with a larger budget")
    return found


def listed_result(store: AbstractStore, run: Run) -> Mapping[str, object]:
    """``score`` and ``test_score`` of a run's result, for a list of runs: as the run recorded them, which is quick, or looked up."""
    recorded = run.config.get(RESULT)
    if recorded is not None:
        return recorded
    found = find_result(store, run)
    return {} if found is None else {"score": found.score, "test_score": found.test_score}


def load_model(store: AbstractStore, evaluation: Evaluation, vocabulary: Vocabulary, task: Task) -> Model:
    """The program of an evaluation with its weights. Raises StoreError where these are gone."""
    return _model(store, evaluation, vocabulary, task.type, task.preprocessing)


def stored_model(store: AbstractStore, run: Run, vocabulary: Vocabulary, evaluation: Evaluation | None = None) -> Model:
    """The result of a stored run, or the program of an ``evaluation`` of it, which needs the task's data no more. Raises StudyError
    where none was found, StoreError where its weights are gone."""
    chosen = evaluation or result_of(store, run).evaluation
    prepared = run.config.get("preprocessing")
    preprocessing = None if prepared is None else Preprocessing.from_json(prepared)
    return _model(store, chosen, vocabulary, parse_type(run.config["type"]), preprocessing)


def _model(
    store: AbstractStore,
    evaluation: Evaluation,
    vocabulary: Vocabulary,
    type: Type,
    preprocessing: Preprocessing | None,
) -> Model:
    weights = None if evaluation.weights is None else store.blobs.get(evaluation.weights)
    return model_with(vocabulary.read(evaluation.term), weights, vocabulary, type, preprocessing)


def model_with(
    term: Term,
    weights: Mapping[str, torch.Tensor] | None,
    vocabulary: Vocabulary,
    type: Type,
    preprocessing: Preprocessing | None,
) -> Model:
    """The program with ``weights`` (None: it has none of its own), and with those that subroutines bring. Raises StoreError where these
    are gone."""
    shared = {site for site in sites_of(expand(term, vocabulary.all_words)) if "@" in site}
    known = library_weights(vocabulary, shared) if shared else {}
    brought = {name: tensor for name, tensor in known.items() if name.rpartition(".")[0] in shared}
    return Model(term, type, vocabulary, {**brought, **(weights or {})}, preprocessing)


def task_of(run: Run) -> Task:
    """The task of a stored run, loaded again from where it came from and divided as the run had it. Raises StudyError where it is
    not to be had, or is another by now."""
    source = run.config.get("task") or {}
    if "spec" not in source:
        raise StudyError(
            f"run={run.id!r}: its task {run.task!r} was made in Python, so it cannot be loaded here; use the Python API"
        )
    tasks = load_tasks(
        source["spec"], target=source.get("target_column"), seed=split_seed_of(run), search_path=experiment_folders(), refused=[],
    )  # fmt: skip
    for task in tasks:
        if task.name == source.get("name", run.task):
            check_unchanged(run, task)
            return task
    raise StudyError(f"run={run.id!r}: task {run.task!r} is no longer in {source['spec']!r}; restore that file")


def split_seed_of(run: Run) -> int:
    """The seed by which a run's data was divided. Runs of before there was one used the seed of their search."""
    source = run.config.get("task") or {}
    return int(source.get("seed", run.seed))


def check_unchanged(run: Run, task: Task) -> None:
    """Raises StudyError where the task's data, or which of its cases are held out, are not those that the run started with."""
    if run.config.get("digest") != task.digest:
        raise StudyError(
            f"run={run.id!r}: its task's data have changed since it started; restore them, or start a new search"
        )
