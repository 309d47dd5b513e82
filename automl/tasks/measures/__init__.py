"""Metrics that labelled tasks may be given by name, one family a file."""
