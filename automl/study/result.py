"""What a search found: its best program tested on what was held out, and kept where it solves the task."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from library.compression.normal import Unsafe, normal_form
from library.records import Evaluation, Solution, Use
from library.vocabulary import Vocabulary
from primitives.brief import brief_html, brief_repr, plural
from primitives.definitions import expand
from primitives.syntax import show
from primitives.term import Let, Term, show_canonical, subterms
from primitives.types import has_tensor

from ..charts.embedded import embedded
from ..charts.nets.picture import program_picture
from ..errors import TaskError
from ..evaluation.confidence import score_interval
from ..evaluation.model import Model
from ..execution.workers.guard import within
from ..tasks.cases.folds import FOLDS
from ..tasks.columns.base import ColumnSummary
from ..tasks.data import VALUES, ProblemData
from ..tasks.own_metric import is_function
from ..tasks.task import Task
from .ending import ENDED, Ending
from .found.alternatives import AlternativeRow, QuestionRow, alternatives_of, consistent_shares, question_of
from .found.ensemble import EnsembleMember, members_of
from .found.outcomes import why_nothing
from .found.plots import plotted_front, plotted_history, shown_history
from .found.programs import LATENCY, FoundProgram, FoundPrograms, StartWorth, structure_of
from .fused import CONFIDENCE
from .planning.schedule import ENSEMBLE, Schedule
from .planning.starts import names_of_starts
from .state import folds_of
from .stored import INFERENCE, RESULT, load_model

if TYPE_CHECKING:
    from ..evaluation.importances import Importances
    from ..figures.notebook import NotebookFigure
    from .study import Study


@dataclass(frozen=True, eq=False)
class Result:
    """What a search found. ``program`` is the text for people ("" where nothing was found), ``model`` runs it, ``score`` is the
    metric on validation data, ``history`` the evaluations in order of asking. ``first_seconds`` is when the first program that meets all
    examples was found, ``first_evaluations`` what had been considered by then (the rest was spent on looking for better ones),
    ``alternatives`` are others that meet them too and differ from this one on some input. ``confidence`` is how likely the program is
    right on new inputs, where the strategy says so (None: it does not)."""

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
    outcome: Ending
    parameters: int
    subroutines: tuple[str, ...]
    history: tuple[Evaluation, ...] = ()
    structures: int = 0
    expanded: str = ""
    """The program with its subroutines written out; "" where it has none."""
    first_seconds: float | None = None
    first_evaluations: int | None = None
    alternatives: tuple[AlternativeRow, ...] = ()
    confidence: float | None = None
    question: QuestionRow | None = None
    """The inputs whose output would tell most about whether this program is meant or another that meets all examples."""
    ask: int | None = None
    """The number of the proposal that the program is."""
    folds: int = 0
    """Over how many folds of the cases beside the test part ``score`` is a mean, the program being fitted to all of them; 0: of none."""
    validation_seen: bool = False
    """Whether the final training took the validation cases too; ``score`` is from the training before, which had not seen them."""
    notes: tuple[str, ...] = ()
    """Sentences on what was done to the data when it was read, and on what the scores cannot say."""
    inference: str = ""
    """How it was learned, where it draws what its nets say (docs/blends.md); "" of any other program."""
    columns: tuple[ColumnSummary, ...] = ()
    """What became of each column of a table."""
    test_interval: tuple[float, float] | None = None
    """The interval of 95 % for the score of all cases of the kind (automl.evaluation.confidence); None where nothing tells it."""
    task: Task | None = None
    """What was searched for; None in a copy, and where the search was in another process."""
    ensemble: tuple[EnsembleMember, ...] | None = None
    """The members of which the program is a blend, the largest share first; () where one was asked for and none was better than the best
    program alone, None where none was asked for."""
    found: FoundPrograms | None = None
    """All that was evaluated, for ``leaderboard`` and ``front``; None wherever ``task`` is."""
    metric: str = ""
    """The name of what ``score`` and ``test_score`` are."""
    undefined: str = ""
    """Why there is no ``score``, in a sentence: of a program that was found, or of those tried where none was."""
    test_undefined: str = ""
    """Why there is no ``test_score`` though there is a test part, in a sentence."""

    __repr__ = brief_repr

    def _repr_html_(self) -> str:
        """What notebooks show of it."""
        scores = {
            f"validation {self.metric}": self.undefined or self.score,
            f"test {self.metric}": self.test_undefined or self.test_score,
            "confidence": self.confidence,
        }
        ended = f"{self.outcome} after {plural(self.evaluations, 'evaluation')}, {self.seconds:.1f} s"
        facts = {"outcome": ended, **scores, "program": self.program, "written out": self.expanded, "notes": self.notes}
        history = "" if self.found is None else shown_history(self.history, self.found.standing)
        program = "" if self.model is None else program_picture(self.model.term, self.model.graph) or ""
        return embedded([brief_html(self.name, {**facts, "run": self.run}), history, program])

    def plot_history(self) -> NotebookFigure:
        """How the best score became better with the evaluations, as a matplotlib figure. Raises TaskError where nothing has a score, or the
        search was in another process."""
        return plotted_history(self.name, self.history, self._found().standing)

    def plot_pareto(self, against: str | None = None) -> NotebookFigure:
        """The programs than which none scores as well at less cost, and the others, as a matplotlib figure.

        against: the cost, as for ``front``.

        Raises as ``front``, and TaskError where nothing has a score.
        """
        front = self.front(against)
        return plotted_front(self.name, self.history, self._found().standing, front, against)

    def plot_program(self) -> NotebookFigure:
        """The program as ``Model.plot_program`` draws it, as a matplotlib figure. Raises TaskError without one."""
        if self.model is None:
            raise TaskError(
                f"result={self.name!r}: a program is required, and none was found; search with a larger budget"
            )
        return self.model.plot_program()

    def __getstate__(self) -> dict[str, object]:
        """A copy, here or in another process, is without the task, whose test part stays where it is."""
        return {**self.__dict__, "task": None, "found": None}

    def importances(self, repeats: int = 10, seed: int = 0) -> Importances:
        """What the metric loses where a column of the table is permuted, column by column, on the held-out part
        (automl.evaluation.importances). Raises TaskError where nothing was found, or the task is no table."""
        from ..evaluation.importances import importances

        if self.model is None or self.task is None:
            raise TaskError(f"result={self.name!r}: a program and its task are required; search for it in this process")
        return importances(self.model, self.task, repeats=repeats, seed=seed)

    def leaderboard(self, top: int | None = None) -> list[FoundProgram]:
        """One program of each structure that was evaluated, better scores first; ``pandas.DataFrame`` takes the list.

        top: how many at most (default: all).

        Raises TaskError where the search was in another process.
        """
        return self._found().leaderboard(top)

    def starts(self) -> list[StartWorth]:
        """What each program that the search began with was worth to it: its score, the best that came of it, whether the result did;
        ``pandas.DataFrame`` takes the list. Raises TaskError where the search was in another process."""
        return self._found().starts()

    def front(self, against: str | None = None) -> list[FoundProgram]:
        """The programs than which none scores as well at less cost, the best first; ``pandas.DataFrame`` takes the list.

        against: the cost: ``parameters``, ``operations``, ``latency`` (measured now, in milliseconds a case) or ``size`` (default:
            parameters, or size where no program has any).

        Raises StudyError where the programs have no such cost, TaskError where the search was in another process.
        """
        from .found.latency import fresh_latency

        found = self._found()
        if against != LATENCY or self.task is None:
            return found.front(against)
        return found.front(against, partial(fresh_latency, found, self.task.data.validation))

    def _found(self) -> FoundPrograms:
        if self.found is None:
            raise TaskError(
                f"result={self.name!r}: what else was found is known where it was searched; use `automl runs leaderboard {self.run}`"
            )
        return self.found

    def to_dict(self) -> dict[str, object]:
        """The object that ``automl search --json`` writes."""
        return {
            "name": self.name, "solved": self.solved, "right": self.right, "program": self.program,
            "seconds": round(self.seconds, 3), "evaluations": self.evaluations, "outcome": str(self.outcome),
            "validation_score": self.score, "test_score": self.test_score, "parameters": self.parameters,
            "subroutines": list(self.subroutines), "run": self.run, "structures": self.structures, "expanded": self.expanded,
            "first_seconds": None if self.first_seconds is None else round(self.first_seconds, 3),
            "first_evaluations": self.first_evaluations, "alternatives": list(self.alternatives),
            "confidence": self.confidence, "question": self.question, "ask": self.ask, "validation_seen": self.validation_seen,
            "notes": list(self.notes), "columns": [each._asdict() for each in self.columns], "metric": self.metric,
            "validation_reason": self.undefined or None, "test_reason": self.test_undefined or None,
            "ensemble": None if self.ensemble is None else [vars(each) for each in self.ensemble],
            "folds": self.folds, "inference": self.inference or None,
            "test_interval": None if self.test_interval is None else list(self.test_interval),
            "starts": [] if self.found is None else [asdict(each) for each in self.found.starts()],
        }  # fmt: skip


def count_right(told: Iterable[bool | None]) -> int | None:
    """How many programs are right, from each result's ``right``; None where none has tests that tell, for then nobody knows."""
    known = [each for each in told if each is not None]
    return sum(known) if known else None


def conclude(study: Study, best: Evaluation | None) -> Result:
    """Score the best program on the held-out part; record a solution and the uses of subroutines."""
    nothing = _nothing_found(study)
    if best is None:
        _record(study, None)
        reason = why_nothing(nothing.history, study.schedule.deadline, study.budget.seconds) if study.trained else ""
        return replace(nothing, undefined=reason)
    model = load_model(study.store, best, study.vocabulary, study.task)
    on_test = tested(study.task, model, study.schedule.deadline)
    right, test_score = on_test.right, on_test.score
    known = None if test_score is None or not isfinite(test_score) else test_score
    undefined = "" if study.score(best) is not None else _why_undefined(study.task, model)
    reasons = {"reason": undefined, "test_reason": on_test.undefined}
    inference = _inference(model, study.data)
    given = {name: reason for name, reason in reasons.items() if reason}
    _record(
        study,
        {
            "ask": best.ask,
            "score": study.score(best),
            "test_score": known,
            "right": right,
            FOLDS: folds_of(best),
            **({INFERENCE: inference} if inference else {}),
            **given,
        },
    )
    if best.solved:
        _keep_solution(study, best, model.term, right, nothing.seconds)
    names = tuple(record.name for record in study.vocabulary.subroutines_in(model.term))
    confidence, alternatives = consistent_shares(
        best.scores.get(CONFIDENCE), alternatives_of(study), len(study.data.train)
    )
    return replace(
        nothing, solved=best.solved, right=right if best.solved or not _by_examples(study) else False, program=model.program, model=model,
        score=study.score(best), test_score=test_score, test_interval=on_test.interval, undefined=undefined,
        test_undefined=on_test.undefined, parameters=best.parameters, subroutines=names,
        expanded=_expanded(study.vocabulary, model.term) if names else "",
        alternatives=alternatives, confidence=confidence, question=question_of(study), ask=best.ask,
        validation_seen=_validation_seen(study, best), folds=folds_of(best), inference=inference,
        found=replace(nothing.found, result=best.ask) if nothing.found is not None else None,
        ensemble=members_of(study.standing, best.ask) if study.record.config.get(ENSEMBLE) else None,
    )  # fmt: skip


def _inference(model: Model, data: ProblemData) -> str:
    """How the result was learned where it is a blend; "" of any other."""
    if not has_tensor(model.type):
        return ""
    from ..fitting.blends.learning import told_plan

    return told_plan(model.module, data)


def _nothing_found(study: Study) -> Result:
    """What is to be said of a search whatever it found."""
    history = study.evaluations.every()
    texts = {evaluation.term for evaluation in history}
    structures = len({structure_of(study.vocabulary.read(text)) for text in texts} if study.trained else texts)
    first = study.record.config.get("first", {})
    return Result(
        name=study.task.name, run=study.record.id, solved=False, right=False if _by_examples(study) else None, program="", model=None,
        score=None, test_score=None, evaluations=study.considered, seconds=study.spent(), outcome=study.ending(), parameters=0,
        subroutines=(), history=history, structures=structures, first_seconds=first.get("seconds"),
        first_evaluations=first.get("evaluations"),
        notes=study.task.notes, task=study.task, metric=study.data.metric,
        found=FoundPrograms(study.standing, study.vocabulary, study.task.type, names=names_of_starts(study.record.config)),
        columns=() if study.task.preprocessing is None else tuple(study.task.preprocessing.describe()),
    )  # fmt: skip


def _validation_seen(study: Study, best: Evaluation) -> bool:
    """Whether the weights were trained on the cases that are called the validation part."""
    trained_on = study.standing.trained_on(best)
    return "validation" in trained_on or (bool(trained_on) and study.data.validation is study.data.train)


def _record(study: Study, result: Mapping[str, object] | None) -> None:
    """Note in the run which program is its result, what its test came to, and how the search ended."""
    config = {**study.record.config, RESULT: result, ENDED: str(study.ending())}
    if config != study.record.config:
        study.record = study.store.update_run(study.record.id, config=config)


def _expanded(vocabulary: Vocabulary, term: Term) -> str:
    """The program written out for people; where subroutines are functions that are applied, with the arguments in their place."""
    written = expand(term, vocabulary.all_words)
    if any(isinstance(part, Let) for part in subterms(written)):
        return show(written)
    try:
        return show(normal_form(written, vocabulary.all_words))
    except Unsafe:
        return show(written)


def _by_examples(study: Study) -> bool:
    return study.data.target == VALUES and study.task.test is not None


class Tested(NamedTuple):
    """``right``: whether all tests are met (None where the task has none: data held out from arrays are scored, not met); the ``score`` on
    them, between what it lies that other cases of the kind may be expected to give, and why there is none."""

    right: bool | None = None
    score: float | None = None
    interval: tuple[float, float] | None = None
    undefined: str = ""


def tested(task: Task, model: Model, seconds: float = Schedule.deadline) -> Tested:
    """What a model comes to on the test part of its task. A metric that is a user's function may take ``seconds`` for the score, as it may
    for that of a candidate, and for the interval (default: as a schedule has it)."""
    part = task.test
    if part is None:
        return Tested()
    outputs = model.outputs(part)
    limit = seconds if is_function(task.metric) else None
    try:
        scores = within(limit, lambda: task.score(outputs, part))
    except TimeoutError as error:
        return Tested(undefined=f"metric={task.metric!r} has no value on the test part: {error}")
    value = scores.get(task.metric)
    if task.data.target == VALUES:
        return Tested(task.is_right(scores), value)
    if value is None:
        return Tested(undefined=task.why_undefined("test", outputs))
    try:
        return Tested(None, value, within(limit, lambda: score_interval(task.data, outputs, part, task.test_groups)))
    except TimeoutError:
        return Tested(None, value)


def _why_undefined(task: Task, model: Model) -> str:
    """Why the program has no score on the validation part."""
    return task.why_undefined("validation") or task.why_undefined("validation", model.outputs(task.data.validation))


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
