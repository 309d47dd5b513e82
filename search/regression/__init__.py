"""Formulas with constants: symbolic regression on examples of numbers."""
