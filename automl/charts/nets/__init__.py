"""Nets as graphs: what flows where in a program, with shapes and parameters, and the picture of that."""
