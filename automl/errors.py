"""Errors that a user can mend."""

from __future__ import annotations


class TaskError(ValueError):
    """A task, its data or its declaration is refused; the message gives ``name=value``, what is required and what to
    do."""
