"""Tables: read from files and frames, and made into tasks."""
