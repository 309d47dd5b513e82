"""The ``automl`` command. Errors are one clear message on standard error and exit code 2."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated, Any

import typer

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
from .circumstances import installed_version
from .commands import baseline, demo, diagnose, grow, inspect, library, predict, runs, search
from .commands.common import printable
from .errors import TaskError
from .execution.executors import WorkerError
from .plugins import use_plugins
from .study.study import StudyError

USER_ERRORS = (
    TaskError, StoreError, BudgetError, StudyError, StrategyError, ProblemError, SettingError, IllTyped, TermSyntaxError,
    TypeSyntaxError, ValueMismatch, WorkerError, PluginError, OSError,
)  # fmt: skip
CLICK_ERROR: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What typer raises for a wrong command line; where it comes from depends on typer's version."""
app = typer.Typer(
    help="Models as programs, grown instead of handcrafted.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None,
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


app.command()(search.search)
app.command()(grow.grow)
app.add_typer(library.app, name="library")
app.add_typer(runs.app, name="runs")
app.add_typer(baseline.app, name="baseline")
app.command()(runs.export)
app.command()(predict.predict)
app.command()(diagnose.evaluate)
app.command()(diagnose.diagnose)
app.command()(inspect.inspect)
app.command()(demo.demo)


def _take_plugins(given: list[str] | None) -> None:
    use_plugins(given or ())


def _command() -> Any:
    """The program with the option ``--plugins`` in each of its commands: all of them read words."""
    sample = typer.Typer(add_completion=False)

    @sample.command()
    def takes(
        plugins: Annotated[
            list[str] | None,
            typer.Option(
                "--plugins", metavar="FILE", is_eager=True, expose_value=False, callback=_take_plugins,
                help="A Python file (or the dotted name of a module) with words, tasks, trainers, strategies of your own; may be repeated.",
            ),
        ] = None,
    ) -> None: ...  # fmt: skip

    option = typer.main.get_command(sample).params[0]
    program = typer.main.get_command(app)
    groups: list[Any] = [program]
    while groups:
        for command in groups.pop().commands.values():
            if hasattr(command, "commands"):
                groups.append(command)
            else:
                command.params.append(option)
    return program


class _PrintableFormatter(logging.Formatter):
    """Log lines as terminals may show them: they name tasks, labels and words that come from files and stores."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the entry point of the ``automl`` script."""
    handler = logging.StreamHandler()
    handler.setFormatter(_PrintableFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=os.environ.get("AUTOML_LOG", "WARNING").upper(), handlers=[handler])
    try:
        code = _command()(args=arguments, prog_name="automl", standalone_mode=False)
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
    except USER_ERRORS as error:
        sys.exit(_fail(str(error), 2))
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"automl: {printable(message)}\n")
    return code


if __name__ == "__main__":
    main()
