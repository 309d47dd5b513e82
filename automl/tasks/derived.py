"""Tasks made of labelled ones, as a reference asks for: lists of their examples, or their cases without the labels."""

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

    reference: of the drawing its name, family and goal stay apart, as does the goal of tasks without labels.

    Raises TaskError where ``labels`` is anything but none.
    """
    options = dict(reference.options)
    if "sequences" in options:
        apart = (*SEQUENCE_OPTIONS, "name", "family", "solved_at")
        options = {key: value for key, value in options.items() if key not in apart}
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
