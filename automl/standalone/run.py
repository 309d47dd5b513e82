"""The report on one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from library.records import Run, StoreError
from library.store import AbstractStore
from primitives.source import SourceError, to_source
from primitives.syntax import show

from ..charts.formats import file_names
from ..charts.nets.graph import net_of
from ..charts.nets.picture import program_picture
from ..dashboard.program_charts import learning_charts
from ..dashboard.run_charts import found_values, progress_values
from ..errors import StudyError, TaskError
from ..evaluation.model import Model
from ..study.stored import INFERENCE, RESULT, result_of, stored_model
from ..study.words import load_vocabulary
from ..tasks.task import Task
from ..views.answers import HeldOutAnswers, class_answers
from ..views.beside import runs_beside
from ..views.programs.program import equation_of
from ..views.run import settings_of, view_run
from .page import standalone_page


@dataclass(frozen=True)
class ProgramPictures:
    """What is shown of a run's program: a ``picture`` of it (None: it is too large), its text ``expanded`` without subroutines ("": it
    has none), a formula as an ``equation`` ("": it is none), how a blend was learned (``inference``), its ``source`` as stand-alone Python,
    and its ``answers`` on held-out cases; ``trouble`` says why there are no answers, ``curves`` are charts of its training with their
    legends."""

    picture: Markup | None = None
    expanded: str = ""
    equation: str = ""
    inference: str = ""
    source: str = ""
    answers: HeldOutAnswers | None = None
    trouble: str = ""
    curves: Mapping[str, tuple[Markup, Markup]] = field(default_factory=dict)


def run_report(store: AbstractStore, run: Run, task: Task | None = None, trouble: str = "") -> str:
    """The HTML of the report on a run: how it went, what it found, what its program is, and what that answers on held-out cases.

    store: that has the run.
    run: a search, or a growth, of which there is less to show.
    task: that of the run, to ask the program about (default: its answers are left out).
    trouble: why there is no task, for readers (default: nothing is said).
    """
    view = view_run(store, run)
    shown = replace(run, task=file_names(run.task)) if view.growth else run  # a growth is named after its files
    view = replace(view, run=shown, settings=tuple(settings_of(run, handed_on=True)))
    trouble = file_names(trouble)
    program = ProgramPictures() if view.growth or view.outcome is None else _program(store, run, task, trouble)
    values = {
        **progress_values(view),
        **found_values(store, view),
        "program": program,
        "rivals": runs_beside(store, run),
    }
    return standalone_page("run_report.html", values)


def _program(store: AbstractStore, run: Run, task: Task | None, trouble: str) -> ProgramPictures:
    """What is shown of the program of a run that has one."""
    try:
        result = result_of(store, run)
        model = stored_model(store, run, load_vocabulary(store, run.library or None), result.evaluation)
    except (StoreError, StudyError, ValueError) as error:  # its weights are gone, or a word of a plug-in is not here
        return ProgramPictures(trouble=file_names(str(error)))
    parts = bool(model.vocabulary.subroutines_in(model.term))
    answers = None
    if task is not None:
        try:
            answers = class_answers(model, task)
        except TaskError as error:
            trouble = file_names(str(error))
    return ProgramPictures(
        picture=_picture(model), expanded=show(model.expanded, width=80) if parts else "",
        equation=equation_of(run, model.expanded, model.type),
        inference=str((run.config.get(RESULT) or {}).get(INFERENCE) or ""), source=_source(model), answers=answers, trouble=trouble,
        curves=learning_charts([("result", result.evaluation)], run.metric),
    )  # fmt: skip


def _picture(model: Model) -> Markup | None:
    return program_picture(model.term, net_of(model.term, model.vocabulary.all_words, model.type))


def _source(model: Model) -> str:
    """The program as source without its weights; "" where it cannot be written so."""
    try:
        return to_source(model.expanded, model.vocabulary.all_words, model.type)
    except (SourceError, ValueError):
        return ""
