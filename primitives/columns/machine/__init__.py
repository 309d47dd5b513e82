"""Bodies of functions as instructions of a small stack machine, and the compiled loop that runs them."""
