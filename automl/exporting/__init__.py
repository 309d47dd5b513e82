"""A stored run for others' tools: lines of JSON, TensorBoard, MLflow (docs/reports.md)."""
