"""Sources of tasks, one a file with one Source; automl.tasks.load finds them."""
