"""The code in README and docs is what it says: command lines parse, Python compiles, short Python and the notebook run."""

from __future__ import annotations

import ast
import json
import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer

from automl.cli import CLICK_ERROR, app
from automl.commands.group import gathered

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINE = re.compile(r"^(?: {4,}|\$ )?(?:\$ )?(?:[A-Z_]+=\S+ )?(automl(?: .*)?)$")
SYNOPSIS = re.compile(r"\[[-a-zA-Z]|\w\|\w|…|\bOPTIONS\b")
"""What stands for several command lines at once."""


def command_lines(page: Path) -> Iterator[tuple[str, bool]]:
    """Command lines in code blocks, fenced or indented, those that go on in the next line joined; and what stands between backquotes,
    which may speak of an option alone (False)."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    yield from ((found[1], True) for found in map(LINE.match, text.splitlines()) if found)
    yield from ((line, False) for line in re.findall(r"`(automl [^`\n]+)`", text))


def names(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def leaf(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the words name, and what is left of them. Raises KeyError."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def trouble(line: str, whole: bool = True) -> str:
    """Why the command line would be refused for its form; "" where it would not. Where it is not whole, arguments may be missing."""
    words = list(takewhile(lambda word: word not in (">", "|"), shlex.split(line, comments=True)[1:]))
    try:
        command, given = leaf(words)
        context = command.context_class(command, info_name="automl")
        values, rest, _ = command.make_parser(context).parse_args(gathered(given))
    except KeyError as error:
        return f"no command {error}"
    except CLICK_ERROR as error:
        return error.format_message()
    spoken = not whole or not given or any(values.get(name) for name in ("help", "config"))
    missing = [
        each.name
        for each in command.params
        if each.param_type_name == "argument"
        and each.required
        and (each.name not in values or _is_empty(values[each.name]))
    ]
    if hasattr(command, "commands"):
        return ""
    return f"arguments {missing} are missing" if missing and not spoken else f"{rest} is too much" if rest else ""


def _is_empty(value: object) -> bool:
    return value is None or str(value).endswith("UNSET") or value in ((), [])


def test_there_are_command_lines_to_look_at() -> None:
    assert sum(1 for page in PAGES for _ in command_lines(page)) > 100


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_command_lines_are_of_the_command(page: Path) -> None:
    lines = [(line, whole) for line, whole in command_lines(page) if not SYNOPSIS.search(line)]
    refused = [f"{line}: {trouble(line, whole)}" for line, whole in lines if trouble(line, whole)]
    assert not refused, f"{names(page)}: {refused}"


def test_what_is_refused_is_seen() -> None:
    assert trouble("automl search digits --budget 2m") == "" == trouble("automl library show NAME")
    assert "--bugdet" in trouble("automl search digits --bugdet 2m")
    assert "dashbord" in trouble("automl dashbord")
    assert "name" in trouble("automl library show --library my.db")
    assert "too much" in trouble("automl library rename A B C")


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=names)
def test_python_compiles(page: Path) -> None:
    for block in blocks(page):
        compile(block, names(page), "exec")


COUNTED = [
    (page, block) for page in PAGES for block in blocks(page) if "evaluations=" in block and "plugins" not in block
]
"""Blocks whose searches are bounded by evaluations: they take as long everywhere and find the same."""


@pytest.mark.parametrize(("page", "block"), COUNTED, ids=[names(page) for page, _ in COUNTED])
def test_short_python_runs(page: Path, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, names(page), "exec"), {"__name__": "__main__"})
    shown = capsys.readouterr().out
    for line in re.findall(r"^print\(.*\)  # (.+)$", block, re.MULTILINE):
        assert line in shown, f"{names(page)} says {line!r}"


NOTEBOOKS = sorted((ROOT / "docs").rglob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells one after the other, as a kernel runs them; what stands last in one can be shown."""
    monkeypatch.chdir(tmp_path)
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells), "it is kept without outputs"
    space: dict[str, Any] = {"__name__": "__main__"}
    shown = []
    for cell in cells:
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, names(path), "exec"), space)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), names(path), "eval"), space)
            html = value._repr_html_() if hasattr(value, "_repr_html_") else None  # of a figure None without a notebook
            shown.append(html or repr(value))
    assert all(shown) and "10.12.1815" in shown[1] and "setosa" in shown[-1]
