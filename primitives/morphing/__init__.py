"""Edits that keep what a net computes: what words declare for them, and where weights come from after one."""
