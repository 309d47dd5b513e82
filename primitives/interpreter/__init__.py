"""The reference meaning of programs: evaluation on values, with fuel, and the long-term memory of a run."""
