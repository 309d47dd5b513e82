"""Kinds of column, one a file; automl.tasks.columns.kind finds them."""
