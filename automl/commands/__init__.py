"""The subcommands of ``automl``, one family a file."""
