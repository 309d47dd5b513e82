"""What a search may propose and what it begins with, from its task and its options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from library.vocabulary import Vocabulary
from primitives.term import Term, show_canonical
from search.generation.starts import first_tries
from search.guidance.guide import Guide
from search.problem import Problem

from ...tasks.data import ProblemData
from ...tasks.metrics import ANSWERS, CLASSES, INTEGERS
from ...tasks.task import Task
from ..problem import build_problem
from ..reuse.offered import offered
from .blends import LEAST_SECONDS, MOST, blend_starts
from .limits import within_bounds
from .options import Options
from .reused import library_starts, plain_starts
from .schedule import Schedule, needs_nets
from .spaces import in_space
from .starts import AUTO, begin_with, declared_starts, name_starts, program_text, read_program


def written_out(options: Options, result_of_run: Callable[[str], str]) -> Options:
    """The options with their programs, and their space, as texts, where they name files or runs.

    options: of a search, or of several.
    result_of_run: gives the text of a run's result; raises StoreError where there is no such run.

    Raises StudyError for what is neither a text of a program, nor a file with one, nor a run.
    """
    programs = tuple(program_text(each, result_of_run) for each in options.programs)
    space = None if options.space is None else program_text(options.space, result_of_run, "space")
    return replace(options, programs=programs, space=space)


def begun_problem(
    task: Task, vocabulary: Vocabulary, options: Options, schedule: Schedule, guide: Guide | None = None,
    begun: Sequence[str] | None = None,
) -> Problem:  # fmt: skip
    """What a search is asked for, with the programs that it begins with.

    task: what to find a program for.
    vocabulary: its words.
    options: of the search, ``written_out``.
    schedule: how its trainings are spread.
    guide: what was learned of where to look (default: nothing).
    begun: the texts of the programs with which it began before, which are then not looked for again (default: it is a new search).

    Raises StudyError where its programs or its space are none of the task's, or where nothing keeps its bounds.
    """
    problem = build_problem(task, vocabulary, options, guide)
    looks = begun is None and options.starts == AUTO
    if looks:
        problem = replace(problem, starts=first_tries(problem.type, problem.words))
    if looks and (schedule.is_planned or task.data.is_series or needs_nets(task.data, options.budget)):
        declared = declared_starts(task.data.type, problem.words, problem.bounds)
        problem = replace(problem, starts=(*problem.starts, *declared))
    if looks and task.data.has_few_pictures:
        reused, plain = library_starts(task.data, problem, vocabulary), plain_starts(task.data, problem)
        # What is fitted to pixels as they are takes long, and is seldom best.
        first = plain[:0] if schedule.is_planned else plain if reused else plain[:1]
        problem = replace(problem, starts=(*reused, *first, *problem.starts, *plain[len(first) :]))
    if looks and (task.data.target in (ANSWERS, INTEGERS) or _has_time_for_maps(task.data, options)):
        problem = replace(problem, starts=(*_blends(task.data, problem, vocabulary, options), *problem.starts))
    if options.space is not None:
        problem = in_space(options.space, problem, vocabulary)
    if begun is not None:
        kept = tuple(vocabulary.read(text) for text in begun)
        problem = replace(begin_with(options.programs, problem, vocabulary), starts=kept)
    else:
        problem = begin_with(options.programs, within_bounds(problem), vocabulary)
    return offered(problem, vocabulary)


def begun_texts(problem: Problem, vocabulary: Vocabulary) -> list[str]:
    """The programs that a search begins with as they are stored, in their order.

    problem: of the search, ``begun_problem``.
    vocabulary: of its words.
    """
    return [show_canonical(vocabulary.pin(term)) for term in problem.starts]


def _blends(data: ProblemData, problem: Problem, vocabulary: Vocabulary, options: Options) -> tuple[Term, ...]:
    """Blends to begin with: no more than the budget has evaluations for."""
    most = options.budget.evaluations
    return blend_starts(data, problem, vocabulary, MOST if most is None else min(MOST, most))


def _has_time_for_maps(data: ProblemData, options: Options) -> bool:
    """Whether classes of pictures may be computed from what a net reads in their maps, and there is time to look into that."""
    seconds = options.budget.seconds
    return data.target == CLASSES and not data.has_few_pictures and (seconds is None or seconds >= LEAST_SECONDS)


def begun_names(problem: Problem, given: Sequence[str], texts: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """What the programs that a search begins with are called, in their order: those of users by the file or the run that they named.

    problem: of the search, ``begun_problem``.
    given: the programs of users as these named them.
    texts: the same ``written_out``.
    vocabulary: reads them.
    """
    named: dict[Term, str] = {}
    for number, (name, text) in enumerate(zip(given, texts, strict=True), 1):
        own = f"given {number}" if name == text else Path(name).name
        named.setdefault(read_program(text, problem, vocabulary), own)
    return name_starts(tuple(dict.fromkeys(problem.starts)), named, problem.type, problem.words, problem.bounds)
