"""Addresses, one family a file: each asks views and renders a template."""
