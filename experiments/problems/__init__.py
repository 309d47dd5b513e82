"""Formulas to be found from numbers drawn from them: sets of them for the benchmark ``formulas``."""
