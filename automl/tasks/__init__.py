"""Kinds of task, one a file; automl.task.task_kinds finds them."""
