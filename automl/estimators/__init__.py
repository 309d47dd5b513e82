"""Estimators of scikit-learn whose ``fit`` is a search on a table (docs/estimators.md)."""
