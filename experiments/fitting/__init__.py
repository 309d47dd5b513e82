"""Constants that came from data: one command a table, fitted on a stated part of the data and reported apart on the rest."""
