"""Examples as people have them: rows of a table or of a command line, some of them without an output."""
