"""The commands of the program by name: the module of each is imported when it is asked for, and no sooner."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ..execution.workers.collecting import uncollected
from .everywhere import add_options

COMMANDS = {
    "search": ("search", "search"), "grow": ("grow", "grow"), "export": ("runs", "export"), "predict": ("predict", "predict"),
    "evaluate": ("diagnose", "evaluate"), "diagnose": ("diagnose", "diagnose"), "inspect": ("inspect", "inspect"), "demo": ("demo", "demo"),
    "library": ("library", "app"), "runs": ("runs", "app"), "baseline": ("baseline", "app"), "dashboard": ("dashboard", "dashboard"),
    "words": ("words", "app"), "report": ("report", "report"),
}  # fmt: skip
"""The commands in the order in which they are listed: the module of each in this folder, and what of it is the command."""


GATHERED = "--example"
"""The option that takes all values up to the next option, which parsers of options do not know: they are made one, a JSON list."""


class GatheringCommand(TyperCommand):
    """A command whose option GATHERED takes any number of values."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What is left of the arguments once the options are taken."""
        if any(GATHERED in each.opts for each in self.params):
            args = gathered(args)
        return super().parse_args(ctx, args)


def gathered(arguments: Sequence[str]) -> list[str]:
    """The arguments with the values of each GATHERED as one: a JSON list. What begins with two dashes ends them.

    arguments: of the command line.
    """
    found: list[str] = []
    values: list[str] | None = None
    for each in arguments:
        if values is not None and not each.startswith("--"):
            values.append(each)
            continue
        if values is not None:
            found.append(json.dumps(values))
        values = [] if each == GATHERED else None
        found.append(each)
    return found if values is None else [*found, json.dumps(values)]


class CommandGroup(TyperGroup):
    """The commands of COMMANDS, as a group of typer's."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": None})
        self.commands = _Loading()

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an interruption that it did not tell of itself is raised as ``Abort``: newer versions of typer would else leave
        without a word."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Abort from None


class _Loading(MutableMapping[str, Any]):
    """Commands by name, each loaded the first time that it is asked for."""

    def __init__(self) -> None:
        self._names = list(COMMANDS)
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            self._loaded[name] = _load(name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command
        self._names += [] if name in self._names else [name]

    def __delitem__(self, name: str) -> None:
        self._names.remove(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _load(name: str) -> Any:
    """The command or group of that name, with the options that every command has."""
    module, attribute = COMMANDS[name]
    with uncollected():
        declared = getattr(importlib.import_module(f".{module}", __package__), attribute)
    home = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None)
    if isinstance(declared, typer.Typer):
        home.add_typer(declared, name=name)
    else:
        home.command(name, cls=GatheringCommand)(declared)
    loaded = typer.main.get_group(home)
    add_options(loaded)
    return loaded.commands[name]
