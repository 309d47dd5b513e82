"""Every command with its arguments and options, from what the command line is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .markdown import escaped, heading, table

PATH = "reference/commands.md"


def leaves(program: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command that does something, with the names that lead to it.

    program: a group of commands, as ``typer.main.get_command`` gives it.
    path: the names that lead to the group.
    """
    for name, command in program.commands.items():
        if isinstance(getattr(command, "commands", None), Mapping):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


def commands_page(program: Any) -> str:
    """The page of all commands; options that every one has stand once, at the end.

    program: as ``typer.main.get_command`` gives it.
    """
    found = list(leaves(program))
    everywhere = set.intersection(*({_names(each) for each in _options(command)} for _, command in found))
    sections = [_section(path, command, everywhere) for path, command in found]
    shared = [each for each in _options(found[0][1]) if _names(each) in everywhere]
    intro = (
        "Every command says the same with `--help`. Bad input ends with one message on standard error and exit code 2."
    )
    last = "\n\n".join(["## Options of every command {#everywhere}", _table(shared)])
    return "\n\n".join(["# Commands", intro, *sections, last]) + "\n"


def _options(command: Any) -> list[Any]:
    return [each for each in command.params if each.param_type_name == "option" and not getattr(each, "hidden", False)]


def _names(option: Any) -> str:
    return ", ".join([*option.opts, *option.secondary_opts])


def _section(path: tuple[str, ...], command: Any, everywhere: set[str]) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    own = [each for each in _options(command) if _names(each) not in everywhere]
    words = ["automl", *path, *map(_argument, arguments), "[OPTIONS]"]
    says = [f"- `{each.name.upper()}`: {escaped(each.help)}" for each in arguments if getattr(each, "help", None)]
    parts = [
        heading(2, " ".join(["automl", *path]), "-".join(path)),
        escaped(" ".join((command.help or "").split())),
        "```\n" + " ".join(words) + "\n```",
        "\n".join(says),
        _table(own),
    ]
    return "\n\n".join(part for part in parts if part)


def _argument(argument: Any) -> str:
    """How an argument stands in the usage: in brackets where it may be left out, with dots where it may be repeated."""
    name = argument.metavar or argument.name.upper()
    name += "…" if argument.nargs == -1 else ""
    return name if argument.required else f"[{name}]"


def _table(options: list[Any]) -> str:
    return table(
        ("option", "default", "what it does"),
        [(f"`{_names(each)}`", _default(each), escaped(" ".join((each.help or "").split()))) for each in options],
    )


def _default(option: Any) -> str:
    value = option.default
    if value is None or value is False or callable(value) or value in ((), [], "") or str(value).endswith("UNSET"):
        return ""
    return f"`{value}`"
