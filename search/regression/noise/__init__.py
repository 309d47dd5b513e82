"""Formulas for outputs that hold up to noise: found by weighted correlation, fitted, rounded, and chosen by error and size."""
