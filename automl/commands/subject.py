"""The program that a command is about: the result of a run, or a saved model; the data to look at it on; what of that it was
trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from library.records import Evaluation, Run
from library.store import AbstractStore
from primitives.brief import brief_repr
from primitives.types import has_tensor

from ..errors import StudyError, TaskError
from ..evaluation.model import Model
from ..evaluation.seen import seen_cases
from ..study.state import Standing
from ..study.stored import StoredResult, result_of, stored_model, task_of
from ..study.words import load_vocabulary
from ..tasks.task import Task
from .common import one_task, open_library, run_of, saved_model, shown_folds, split_seed_for, stored_run


@dataclass(frozen=True, eq=False)
class OpenedModel:
    """``task`` is None where no data is needed and none was given; ``evaluation`` is None for a folder. ``about`` says which program it
    is: run, ask, whether that is the run's ``result``, score on the validation part, test_score, and the ask of the training ``before`` a
    final one. ``seen`` is how many cases of each
    part of the task it was trained on; None where that is not known."""

    model: Model
    task: Task | None
    evaluation: Evaluation | None = None
    about: Mapping[str, object] = field(default_factory=dict)
    seen: Mapping[str, int] | None = None

    __repr__ = brief_repr

    @property
    def given_task(self) -> Task:
        """The task. Raises TaskError where there is none."""
        if self.task is None:
            raise TaskError("model: it is a folder, so the data is required; name it")
        return self.task

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the data that together are all of its cases."""
        data, test = self.given_task.data, self.given_task.test
        validation = () if data.validation is data.train else ("validation",)
        return ("train", *validation, *(() if test is None else ("test",)))


def open_model(
    name: str, data: str | None, library: str | None, split_seed: int | None, target: str | None, ask: int | None = None
) -> OpenedModel:
    """The saved model of a folder, or of a run its result (or the evaluation ``ask``), and the data: as named, or that of the run.
    Raises TaskError or StudyError."""
    saved = saved_model(name)
    if saved is not None:
        seed = split_seed_for(None, split_seed)
        return OpenedModel(saved, None if data is None else one_task(data, seed, target, saved))
    store, run = stored_run(name, library)
    chosen = _evaluation(store, run, ask) or result_of(store, run)
    model = stored_model(store, run, load_vocabulary(store, run.library or None), chosen.evaluation)
    # The examples of a program on values were what the search went by.
    trained_on = chosen.trained_on if has_tensor(model.type) else ("train",)
    own = task_of(run) if data is None else _own_task(run)
    task = own if data is None else one_task(data, split_seed_for(run, split_seed), target, model)
    seen = None if own is None or task is None else seen_cases(task, own, trained_on)
    return OpenedModel(model, task, chosen.evaluation, chosen.to_dict(), seen)


def model_of_run(name: str, library: str | None) -> OpenedModel:
    """The result of a run, without its data. Raises StoreError or StudyError."""
    store = open_library(library, create=False)
    run = run_of(store, name)
    result = result_of(store, run)
    model = stored_model(store, run, load_vocabulary(store, run.library or None), result.evaluation)
    return OpenedModel(model, None, result.evaluation, result.to_dict())


def _own_task(run: Run) -> Task | None:
    """The task that the run was on; None where it cannot be loaded again as it was."""
    try:
        return task_of(run)
    except (StudyError, TaskError, OSError):
        return None


def _evaluation(store: AbstractStore, run: Run, ask: int | None) -> StoredResult | None:
    """The evaluation asked for; None where it is the run's result. Raises TaskError where there is none with weights."""
    if ask is None or ask == result_of(store, run).ask:
        return None
    standing = Standing.of(run)
    standing.restore(store.events(run.id), store.evaluations(run.id))
    chosen = standing.evaluations.get(ask)
    if chosen is None or chosen.weights is None:
        trained = ", ".join(str(each.ask) for each in standing.evaluations.every() if each.weights is not None)
        raise TaskError(
            f"ask={ask}: an evaluation with weights is required; run {run.id} has {trained[:200] or 'none'}"
        )
    return StoredResult(
        evaluation=chosen, phase=standing.phase(chosen), score=standing.score(chosen), test_score=None, right=None,
        trained_on=standing.trained_on(chosen), is_result=False, metric=run.metric,
    )  # fmt: skip


def shown_model(about: Mapping[str, object]) -> str:
    """Which program it is, in a line for people; "" for a folder."""
    if not about:
        return ""
    what = "the result of" if about["result"] else "not the result of"
    metric = about["metric"]
    score = "" if about["score"] is None else f", validation {metric} {about['score']:.4f}"
    without = f", no validation {metric} ({about['reason']})" if about.get("reason") else ""
    if about["before"] is not None:
        score += f" (measured at ask {about['before']}; the final training used the validation cases too)"
    elif about["folds"] and score:
        score += f" ({shown_folds(about['folds'])})"
    test = "" if about["test_score"] is None else f", test {metric} {about['test_score']:.4f}"
    if about.get("test_reason"):
        test = f", no test {metric} ({about['test_reason']})"
    return f"ask {about['ask']}, {what} run {about['run']}{score}{without}{test}"


def shown_seen(seen: int | None, cases: int) -> str:
    """How many of some cases were in the training, in a line for people."""
    if seen is None:
        return "whether its training had these cases is not known"
    if not seen:
        return f"none of the {cases} cases was in its training"
    return f"{seen} of the {cases} cases were in its training: these scores say little about new ones"
