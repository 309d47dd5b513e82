"""Pages of the inspection, one a file; automl.reports.inspection.page finds them."""
