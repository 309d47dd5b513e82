"""Options that every command has: modules of one's own, a file of options, what is shown and where it is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated, Any

import typer

from ..config import read_config, write_config
from ..plugins import use_plugins
from ..progress import QUIET, PrintableFormatter

NOT_IN_FILES = ("config", "print_config")
"""Options that a file cannot give: they are about the file itself."""
OTHERS = ("torch", "onnx_ir", "onnxscript")
"""Loggers of libraries that tell more of themselves than anybody wants to know."""


def _take_plugins(given: list[str] | None) -> None:
    use_plugins(given or ())


def _take_config(context: typer.Context, path: str | None) -> None:
    """The file's options become the defaults of the command: the command line takes precedence. Raises BadParameter, TaskError."""
    if path is None:
        return
    names = {name: each for each in context.command.params for name in _names(each)}
    defaults: dict[str, object] = {}
    for name, value in read_config(path).items():
        known = names.get(name.replace("_", "-"))
        if known is None or known.name in NOT_IN_FILES:
            takes = ", ".join(sorted(key for key, each in names.items() if each.name not in NOT_IN_FILES))
            raise typer.BadParameter(f"--config {path}: {name!r} is no option of {context.info_name}; it takes {takes}")
        many = known.multiple or known.nargs == -1
        if many and isinstance(value, str):
            value = [value]
        if not many and isinstance(value, list):
            raise typer.BadParameter(f"--config {path}: {name}={value!r}: one value is required")
        if known.name == "plugins":
            _take_plugins(value if isinstance(value, list) else None)
            continue
        defaults[str(known.name)] = value
    context.default_map = {**(context.default_map or {}), **defaults}


def _names(parameter: Any) -> list[str]:
    """What a file may call an option: as on the command line, without the dashes; an argument by its own name."""
    return [name.lstrip("-").replace("_", "-") for name in parameter.opts]


class _LogFile(logging.FileHandler):
    """The file that ``--log-file`` names."""


def _be_quiet(wanted: bool) -> None:
    """The terminal is spared what is no error; a log file, named before or after, is not."""
    if not wanted:
        return
    QUIET.set(True)
    root = logging.getLogger()
    if not any(isinstance(each, _LogFile) for each in root.handlers):
        root.setLevel(logging.ERROR)
        return
    for each in root.handlers:
        if not isinstance(each, _LogFile):
            each.setLevel(max(each.level, logging.ERROR))


def _be_verbose(wanted: bool) -> None:
    if wanted:
        logging.getLogger().setLevel(logging.INFO)
        _spare_others()


def _spare_others() -> None:
    """Of what is logged below a warning, only our own: torch tells of its caches when it leaves."""
    for name in OTHERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _log_to(path: str | None) -> None:
    if path is None:
        return
    handler = _LogFile(path, encoding="utf-8")
    handler.setFormatter(PrintableFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    for other in root.handlers:
        if other.level == logging.NOTSET:
            other.setLevel(root.level)
    root.setLevel(min(root.level, logging.INFO))
    root.addHandler(handler)
    _spare_others()


def _options() -> list[Any]:
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
        config: Annotated[
            str | None,
            typer.Option(
                "--config", metavar="FILE", is_eager=True, expose_value=False, callback=_take_config,
                help="A TOML file with options of this command, by the same names; the command line takes precedence.",
            ),
        ] = None,
        print_config: Annotated[
            bool,
            typer.Option("--print-config", help="Print the options as a TOML file for --config, and do nothing else."),
        ] = False,
        quiet: Annotated[
            bool,
            typer.Option("--quiet", is_eager=True, expose_value=False, callback=_be_quiet, help="Results and errors alone."),
        ] = False,
        verbose: Annotated[
            bool,
            typer.Option(
                "--verbose", is_eager=True, expose_value=False, callback=_be_verbose, help="Log each evaluation to standard error."
            ),
        ] = False,
        log_file: Annotated[
            str | None,
            typer.Option(
                "--log-file", metavar="FILE", is_eager=True, expose_value=False, callback=_log_to, help="Log to this file too."
            ),
        ] = None,
    ) -> None: ...  # fmt: skip

    return [each for each in typer.main.get_command(sample).params if each.name != "help"]


def add_options(program: Any) -> None:
    """Give every command below a group the options of this module."""
    options = _options()
    groups = [program]
    while groups:
        for command in groups.pop().commands.values():
            if hasattr(command, "commands"):
                groups.append(command)
            else:
                command.params.extend(options)
                command.callback = _printing(command, command.callback)


def _printing(command: Any, callback: Callable[..., Any]) -> Callable[..., Any]:
    """The command's function, which prints its options instead where that is wanted."""

    def run(*arguments: Any, print_config: bool = False, **given: Any) -> Any:
        if not print_config:
            return callback(*arguments, **given)
        names = {each.name: _names(each)[0] for each in command.params}
        typer.echo(write_config({shown: given[name] for name, shown in names.items() if name in given}), nl=False)
        return None

    return run
