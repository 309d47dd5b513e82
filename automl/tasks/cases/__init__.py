"""The cases of a task: columns and parts of it, their plain form, and folds."""
