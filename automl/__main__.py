"""``python -m automl``."""

from .cli import main

main()
