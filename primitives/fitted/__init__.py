"""Words whose sites hold what an algorithm found in the data: their cases, and the arrays of decision trees."""
