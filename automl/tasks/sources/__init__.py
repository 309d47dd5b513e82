"""Sources of tasks, one a file with one SOURCE; automl.tasks.load finds them."""
