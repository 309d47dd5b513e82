"""Options of a command as a TOML file, by the names that they have on the command line without the dashes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import TaskError

Given = str | bool | list[str]


def read_config(path: str | Path) -> dict[str, Given]:
    """The options of a file by name: numbers and times as text, a list for what may be repeated; a table is a list of ``name=value``.

    Raises TaskError where the file cannot be read.
    """
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise TaskError(f"config={str(path)!r} cannot be read as TOML ({error}); correct the file") from None
    return {name: _given(name, value) for name, value in found.items()}


def _given(name: str, value: object) -> Given:
    if isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return [f"{key}={_text(name, inner)}" for key, inner in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_text(name, each) for each in value]
    return _text(name, value)


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        raise TaskError(f"config: {name}={value!r}: a text, a number, true or false, or a list of these is required")
    return str(value)


def write_config(options: Mapping[str, object]) -> str:
    """TOML text that ``read_config`` reads; what is None, False or an empty list is left out."""
    lines = []
    for name, value in options.items():
        if value is None or value is False or value == [] or value == ():
            continue
        lines.append(f"{name} = {_toml(value)}")
    return "".join(f"{line}\n" for line in lines)


def _toml(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, (bool, int, float, str)):
        text = json.dumps(value, ensure_ascii=False)
        return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in text)
    raise TypeError(f"value={value!r}: a text, a number or a list of these is required")
