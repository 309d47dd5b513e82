"""Typed edits of programs, and the selection of parents: what genetic search is made of."""
