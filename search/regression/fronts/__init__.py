"""Formulas that come near to outputs that hold up to noise: found by weighted correlation, fitted, rounded, and kept by error and size."""
