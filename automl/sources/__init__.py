"""Sources of tasks, one a file with one SOURCE; automl.load finds them."""
