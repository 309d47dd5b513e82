"""Errors that a user can mend, and the one that only a programmer can."""

from __future__ import annotations


class TaskError(ValueError):
    """A task, its data or its declaration is refused; the message gives ``name=value``, what is required and what to
    do."""


class StudyError(ValueError):
    """A study cannot start or go on as it is asked to."""


class EvaluationBug(RuntimeError):
    """The evaluator itself failed on a candidate; the run stops loudly and can be resumed."""
