"""One candidate to one record: compile, train or run, score; and the model that is kept of it."""
