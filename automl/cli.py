"""The ``automl`` command. Errors are one clear message on standard error and exit code 2."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from . import LOADED
from .budget import BEGAN
from .circumstances import installed_version
from .commands.group import CommandGroup
from .execution.threads import wait_patiently
from .progress import QUIET, PrintableFormatter, printable

CLICK_ERROR: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What typer raises for a wrong command line; where it comes from depends on typer's version."""
app = typer.Typer(
    cls=CommandGroup, help="Models as programs, grown instead of handcrafted.", no_args_is_help=True,
    pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"automl {installed_version()}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and leave.")
    ] = False,
) -> None:
    """Models as programs, grown instead of handcrafted."""


def user_errors() -> tuple[type[Exception], ...]:
    """What says that something given is wrong: one message, without where in the code it was noticed."""
    from library.records import StoreError
    from primitives.inference import IllTyped
    from primitives.notation.types import TypeSyntaxError
    from primitives.notation.values import ValueMismatch
    from primitives.plugins import PluginError
    from primitives.primitive import SettingError
    from primitives.syntax import TermSyntaxError
    from search.problem import ProblemError
    from search.strategy import StrategyError

    from .budget import BudgetError
    from .errors import StudyError, TaskError
    from .execution.executors import WorkerError

    return (
        TaskError, StoreError, BudgetError, StudyError, StrategyError, ProblemError, SettingError, IllTyped, TermSyntaxError,
        TypeSyntaxError, ValueMismatch, WorkerError, PluginError, OSError,
    )  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the entry point of the ``automl`` script."""
    handler = logging.StreamHandler()
    handler.setFormatter(PrintableFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=os.environ.get("AUTOML_LOG", "WARNING").upper(), handlers=[handler])
    QUIET.set(False)
    wait_patiently()
    BEGAN.set(LOADED if arguments is None else time.monotonic())
    try:
        code = typer.main.get_command(app)(args=arguments, prog_name="automl", standalone_mode=False)
    except typer.Exit as error:
        code = error.exit_code
    except typer.Abort:
        sys.exit(_fail("interrupted", 130))
    except CLICK_ERROR as error:
        sys.exit(_fail(error.format_message(), 2))
    except KeyboardInterrupt:
        sys.exit(_fail("interrupted", 130))
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if not isinstance(error, user_errors()):
            raise
        sys.exit(_fail(_said(error), 2))
    sys.exit(code if isinstance(code, int) else 0)


def _said(error: Exception) -> str:
    """An error for people; of a file, with what is to be done where its folder is not there."""
    if not isinstance(error, OSError) or not error.filename or not error.strerror:
        return str(error)
    path = Path(os.fsdecode(error.filename))
    absent = isinstance(error, FileNotFoundError) and not path.parent.exists()
    advice = f": its folder {str(path.parent)!r} does not exist; make it, or name another" if absent else ""
    return f"file={str(path)!r}: {error.strerror}{advice}"


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"automl: {printable(message)}\n")
    return code


if __name__ == "__main__":
    main()
