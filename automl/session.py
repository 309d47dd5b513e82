"""Opening and finishing studies: from a task and a library to a Result, and back from a stored run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from library.records import Evaluation, Run, Solution, Use
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.primitive import Primitive, expand
from primitives.syntax import show_canonical
from primitives.term import Literal, Term
from primitives.types import STRING, Type, has_tensor
from search.problem import Problem
from search.strategies import find_strategies, make_strategy

from .budget import Budget
from .data import MAXIMIZE, VALUES, ProblemData
from .evaluate import context_of, library_weights
from .executors import open_executor
from .model import Model
from .study import Schedule, Study, StudyError, new_run
from .task import AbstractTask

DEFAULT_LIBRARY = "sqlite:///automl.db"
EVALUATE, WARM = "automl.evaluate:evaluate_job", "automl.evaluate:warm"
Progress = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Options:
    """How to search: what the command line and the API share. ``words`` restricts the primitives; ``base`` ignores the library."""

    budget: Budget
    strategy: str | None = None
    workers: int | str = 1
    seed: int = 0
    target: float | None = None
    words: tuple[str, ...] | None = None
    trainer: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    schedule: Schedule | None = None


@dataclass(frozen=True, eq=False)
class Result:
    """What a search found. ``program`` is the text for people ("" where nothing was found), ``model`` runs it, ``score`` is the
    metric on validation data, ``history`` the evaluations in order of asking."""

    name: str
    run: str
    solved: bool
    right: bool | None
    program: str
    model: Model | None
    score: float | None
    test_score: float | None
    evaluations: int
    seconds: float
    outcome: str
    parameters: int
    subroutines: tuple[str, ...]
    history: tuple[Evaluation, ...] = ()
    structures: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The object that ``automl search --json`` writes."""
        return {
            "name": self.name, "solved": self.solved, "right": self.right, "program": self.program,
            "seconds": round(self.seconds, 3), "evaluations": self.evaluations, "outcome": self.outcome,
            "validation_score": self.score, "test_score": self.test_score, "parameters": self.parameters,
            "subroutines": list(self.subroutines), "run": self.run, "structures": self.structures,
        }  # fmt: skip


def library_url(text: str | Path | None) -> str:
    """The URL of a library: None is ``automl.db`` in the current folder."""
    return DEFAULT_LIBRARY if text is None else str(text)


def load_vocabulary(
    store: AbstractStore, snapshot: str | None = None, words: tuple[str, ...] | None = None
) -> Vocabulary:
    """The words of a store's library, now or as a snapshot saw them."""
    records = {r.digest: r for r in store.subroutines(state=None)}
    if snapshot:
        active = {record.digest for record in store.snapshot_words(snapshot)}
        records = {d: replace(r, state="active" if d in active else "demoted") for d, r in records.items()}
    weights = {r.weights: store.blobs.get_bytes(r.weights) for r in records.values() if r.weights is not None}
    return Vocabulary(records.values(), weights, allowed=words)


def default_strategy(data: ProblemData) -> str:
    """What suits the task: enumeration for values, and for targets that promoted nets and algorithms may give together; else genetic."""
    available = find_strategies()
    wanted = "enumerative" if data.target == VALUES and not has_tensor(data.type) else "genetic"
    return wanted if wanted in available else "random"


def build_problem(task: AbstractTask, vocabulary: Vocabulary, options: Options) -> Problem:
    """The search problem of a task: what a strategy may see of it."""
    data = task.search_view()
    tensors = has_tensor(data.type)
    words: dict[str, Primitive] = {
        name: word for name, word in vocabulary.words.items() if tensors or not has_tensor(word.scheme.type)
    }
    constants = tuple(Literal(value, STRING) for value in data.constants if isinstance(value, str))
    constants += tuple(value for value in data.constants if isinstance(value, Literal))
    direction = "maximise" if data.direction == MAXIMIZE else "minimise"
    main = ("distance", "minimise") if data.target == VALUES else (data.metric, direction)
    return Problem(
        type=data.type, words=words, weights=options.weights, seed=options.seed, examples=data.examples, constants=constants,
        objectives=(main, ("size", "minimise")),
    )  # fmt: skip


def open_study(
    task: AbstractTask, store: AbstractStore, options: Options, *, run: Run | None = None, progress: Progress | None = None,
    source: Mapping[str, Any] | None = None,
) -> Study:  # fmt: skip
    """A study ready to run: a new run, or ``run`` from the store to be resumed. ``source`` is how to load the task again."""
    data = task.search_view()
    snapshot = store.snapshot() if run is None else run.library
    vocabulary = load_vocabulary(store, snapshot, options.words)
    problem = build_problem(task, vocabulary, options)
    strategy = make_strategy(options.strategy or default_strategy(data), problem, options.settings)
    schedule = options.schedule or Schedule()
    if run is None:
        config = {
            "task": dict(source or {}), "digest": task.digest, "target": options.target, "words": _listed(options.words),
            "trainer": dict(options.trainer), "settings": dict(options.settings), "weights": dict(options.weights),
            "schedule": vars(schedule), "workers": str(options.workers),
        }  # fmt: skip
        run = store.create_run(new_run(task, strategy.name, options.seed, options.budget, snapshot, config))
    elif run.config.get("digest") != task.digest:
        raise StudyError(
            f"run={run.id!r}: its task's data have changed since it started; restore them, or start a new search"
        )
    context = context_of(data, vocabulary, options.trainer)
    fused = strategy.fused and data.target == VALUES
    executor = None if fused else open_executor(EVALUATE, context, workers=options.workers, prepare=WARM)
    return Study(
        task, store, run, vocabulary, strategy, executor, options.budget, schedule, context, options.target, progress
    )


def _listed(words: tuple[str, ...] | None) -> list[str] | None:
    return None if words is None else list(words)


def run_study(study: Study) -> Result:
    """Run a study to its end, test the best program, and keep it where it solves the task."""
    try:
        best = study.run()
    finally:
        if study.executor is not None:
            study.executor.close()
    return conclude(study, best)


def conclude(study: Study, best: Evaluation | None) -> Result:
    """Score the best program on the held-out part; record a solution and the uses of subroutines."""
    seconds = study.spent()
    history = tuple(evaluation for _, evaluation in sorted(study.evaluations.items()))
    structures = len({evaluation.term for evaluation in history})
    common = {
        "name": study.task.name,
        "run": study.record.id,
        "seconds": seconds,
        "evaluations": study.considered,
        "history": history,
    }
    if best is None:
        return Result(
            solved=False, right=False if study.task.test() is not None else None, program="", model=None, score=None, test_score=None,
            outcome="budget used" if study.finished() else "exhausted", parameters=0, subroutines=(), structures=structures, **common,
        )  # fmt: skip
    model = load_model(study.store, best, study.vocabulary, study.task)
    right, test_score = _tested(study.task, model)
    if best.solved:
        _keep_solution(study, best, model.term, right, seconds)
    names = tuple(record.name for record in study.vocabulary.subroutines_in(model.term))
    outcome = "solved" if best.solved else ("budget used" if study.finished() else "exhausted")
    return Result(
        solved=best.solved, right=right if best.solved or not _by_examples(study) else False, program=model.program, model=model,
        score=study.score(best), test_score=test_score, outcome=outcome, parameters=best.parameters, subroutines=names,
        structures=structures, **common,
    )  # fmt: skip


def _by_examples(study: Study) -> bool:
    return study.data.target == VALUES and study.task.test() is not None


def _tested(task: AbstractTask, model: Model) -> tuple[bool | None, float | None]:
    part = task.test()
    if part is None:
        return None, None
    scores = task.score(model.outputs(part), part)
    value = scores.get(task.metric)
    return task.is_solved(scores), value


def _keep_solution(study: Study, best: Evaluation, term: Term, right: bool | None, seconds: float) -> None:
    expanded = show_canonical(expand(term, study.vocabulary.all_words))
    study.store.add_solution(
        Solution(
            task=study.task.name,
            run=study.record.id,
            term=best.term,
            expanded=expanded,
            right=right,
            scores=best.scores,
            evaluations=study.considered,
            seconds=seconds,
            weights=best.weights,
            created=time.time(),
        )  # fmt: skip
    )
    used = study.vocabulary.subroutines_in(term)
    study.store.add_uses([Use(record.digest, study.task.name, study.record.id) for record in used])


def load_model(
    store: AbstractStore,
    evaluation: Evaluation,
    vocabulary: Vocabulary,
    task: AbstractTask | None,
    type: Type | None = None,
) -> Model:
    """The program of an evaluation with its weights."""
    term = vocabulary.read(evaluation.term)
    weights: dict[str, Any] = {}
    if any(r.weights for r in vocabulary.subroutines_in(term)):
        weights.update(library_weights(vocabulary))
    if evaluation.weights is not None:
        weights.update(store.blobs.get(evaluation.weights))
    wanted = task.type if task is not None else type
    assert wanted is not None
    return Model(term, wanted, vocabulary, weights, task.preprocessing if task is not None else None)


def resume_options(run: Run) -> Options:
    """The options that a stored run was started with."""
    config = run.config
    words = config.get("words")
    return Options(
        budget=Budget.from_json(run.budget), strategy=run.strategy, workers=_workers(config.get("workers", "1")), seed=run.seed,
        target=config.get("target"), words=None if words is None else tuple(words), trainer=config.get("trainer", {}),
        settings=config.get("settings", {}), weights=config.get("weights", {}), schedule=Schedule(**config.get("schedule", {})),
    )  # fmt: skip


def _workers(text: str) -> int | str:
    return int(text) if text.isdigit() else text
