"""What to run: data sets, baselines, curricula and benchmarks, as declarations that the `automl` command finds."""
