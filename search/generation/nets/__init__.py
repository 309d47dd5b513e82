"""Growth of nets, forward from what is in scope: kinds of data and how far apart they are, one word placed after another."""
