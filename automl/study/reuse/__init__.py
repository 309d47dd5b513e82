"""Trained nets for new tasks: the parts of them that become words, those that suit a task, and programs that begin with these."""
