"""What becomes of each column of a table: fitted on its train rows, kept as data with the model."""
