"""For others' tools: a stored run as lines of JSON, for TensorBoard and MLflow (docs/reports.md); a formula for sympy and as text."""
