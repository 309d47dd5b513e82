"""Tasks made of labelled ones, as a reference asks for: lists of their examples, or their cases without labels, or with several answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import TaskError
from .task import Task

if TYPE_CHECKING:
    from .load import Reference

SEQUENCE_OPTIONS = ("sequences", "lengths", "test_lengths", "count", "validation_count", "test_count", "apart")


def labelled_reference(reference: Reference) -> Reference:
    """The reference to the labelled tasks that those asked for are made of, or these themselves.

    reference: of the drawing its name, family and goal stay apart, as does the goal of tasks without labels or with several answers.

    Raises TaskError where ``labels`` is anything but none, or several of the three are asked for.
    """
    options = dict(reference.options)
    asked = [key for key in ("sequences", "labels", "heads") if key in options]
    if "heads" in options and len(asked) > 1:
        raise TaskError(
            f"{asked[0]}={options[asked[0]]!r} and heads={options['heads']!r}: one of both is required; leave the other out"
        )
    if "sequences" in options:
        apart = (*SEQUENCE_OPTIONS, "name", "family", "solved_at")
        options = {key: value for key, value in options.items() if key not in apart}
    if "heads" in options:
        options = {key: value for key, value in options.items() if key not in ("heads", "solved_at")}
    if "labels" in options:
        if options["labels"] != "none":
            raise TaskError(f"labels={options['labels']!r}: none is required; write labels=none, or leave it out")
        options = {key: value for key, value in options.items() if key not in ("labels", "solved_at")}
    return replace(reference, options=options)


def without_labels(tasks: list[Task], reference: Reference) -> list[Task]:
    """The tasks with their labels left out where the reference says so, else as they are."""
    if "labels" not in reference.options:
        return tasks
    from .kinds.unlabelled import unlabelled_from_labelled

    return [unlabelled_from_labelled(task, solved_at=reference.number("solved_at", None)) for task in tasks]


def with_heads(tasks: list[Task], reference: Reference) -> list[Task]:
    """For each task one with an answer to each of some questions where the reference says so, else the tasks as they are."""
    if "heads" not in reference.options:
        return tasks
    from .kinds.heads import heads_from_labelled

    questions, goal = reference.options["heads"].split(","), reference.number("solved_at", None)
    return [heads_from_labelled(task, questions, solved_at=goal) for task in tasks]


def drawn_sequences(tasks: list[Task], reference: Reference) -> list[Task]:
    """For each task one on lists of its examples where the reference says so, else the tasks as they are."""
    if "sequences" not in reference.options:
        return tasks
    return [_sequences(task, reference) for task in tasks]


def _sequences(task: Task, reference: Reference) -> Task:
    from .kinds.sequences import sequences_from_labelled

    options = reference.options
    return sequences_from_labelled(
        task,
        options["sequences"],
        name=options.get("name"),
        lengths=reference.span("lengths", (1, 3)),
        test_lengths=reference.span("test_lengths", (20, 20)),
        count=reference.whole("count", 1000),
        validation_count=reference.whole("validation_count", 300),
        test_count=reference.whole("test_count", 200),
        seed=reference.whole_seed,
        apart=options.get("apart", "no"),
        solved_at=reference.number("solved_at", None),
        family=options.get("family"),
    )
