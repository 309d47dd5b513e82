"""``python -m automl``, and the entry point of the ``automl`` script."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line. What it needs is imported in here, for an interruption may come then too."""
    try:
        from .cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("automl: interrupted\n")
        sys.exit(130)
    finally:
        gc.freeze()  # the process ends: to look through all that it imported for garbage would take a second, for nothing


if __name__ == "__main__":
    main()
