"""Curricula: stages of tasks for `automl grow`, as TOML; starter.jsonl is what make_starter.py writes."""
