"""Metrics that scikit-learn has by name, beyond those of ours."""
