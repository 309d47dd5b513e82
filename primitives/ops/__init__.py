"""The primitives, one family a file; every file here is found by scanning."""
