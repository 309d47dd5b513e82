"""Formulas of each size with the least error: what symbolic regression gives where no formula is exact."""
