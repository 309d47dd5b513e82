"""Kinds of task, one a file; automl.tasks.task.task_kinds finds them."""
