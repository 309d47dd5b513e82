"""A store with a search that is done."""

from automl.testing.searched import run, store, task

__all__ = ["run", "store", "task"]
