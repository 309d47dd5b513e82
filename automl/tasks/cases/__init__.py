"""The cases of a task: columns and parts of it, and their plain form."""
