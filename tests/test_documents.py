"""What the pages of ``docs`` name is there: paths, modules, and the options of the command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from automl.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
ROOMS = "primitives|library|search|automl|experiments|tests|docs"
names = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def code(page: Path) -> list[str]:
    """What stands between single backquotes, and the indented lines."""
    text = page.read_text(encoding="utf-8")
    return [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^    (.+)$", text, re.MULTILINE)]


def paths(page: Path) -> set[str]:
    found = {path for each in code(page) for path in re.findall(rf"(?<![\w/.@-])(?:{ROOMS})/[\w./*-]*", each)}
    return {path.rstrip("./") for path in found if "PATH" not in path}


def modules(page: Path) -> set[str]:
    """Dotted names that begin with a package, as ``automl.tasks.load``."""
    text = page.read_text(encoding="utf-8")
    shown = [each for each in code(page) if "=" not in each]
    imported = re.findall(rf"^(?:from|import) ((?:{ROOMS})(?:\.\w+)+)", text, re.MULTILINE)
    run = re.findall(rf"python -m ((?:{ROOMS})(?:\.\w+)+)", text)
    return {*imported, *run, *(name for each in shown for name in re.findall(rf"^(?:{ROOMS})(?:\.\w+)+$", each))}


def options() -> set[str]:
    program, found = typer.main.get_command(app), {"--help"}
    groups = [program]
    while groups:
        command = groups.pop()
        found |= {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        groups.extend(getattr(command, "commands", {}).values())
    return found


def script_options() -> set[str]:
    """The options of ``python -m experiments.…``."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "experiments").rglob("*.py"))
    return {option for text in texts for option in re.findall(r'"(--[a-z][a-z-]*)"', text)}


def test_there_is_something_to_look_at() -> None:
    assert len(PAGES) >= 10 and sum(len(paths(page)) for page in PAGES) >= 60
    assert "automl/reports/inspection/pages" in paths(ROOT / "docs" / "architecture.md")
    assert "automl.reports.inspection" in modules(ROOT / "docs" / "diagnostics.md")


@names
def test_paths_are_there(page: Path) -> None:
    absent = sorted(path for path in paths(page) if not list(ROOT.glob(path)))
    assert not absent, f"{page.name}: {absent} are not there"


@names
def test_modules_are_there(page: Path) -> None:
    for name in sorted(modules(page)):
        place = ROOT.joinpath(*name.split("."))
        parent = place.parent
        there = [place.with_suffix(".py"), place / "__init__.py", parent.with_suffix(".py"), parent / "__init__.py"]
        assert any(path.is_file() for path in there), f"{page.name}: {name} is not there"


@names
def test_options_are_those_of_the_command(page: Path) -> None:
    known = {*options(), *script_options()}
    text = re.sub(r"`ray [^`]+`", "", page.read_text(encoding="utf-8"))  # a command of others
    absent = sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - known)
    assert not absent, f"{page.name}: {absent} are no options of automl, nor of a module of experiments"


def test_the_table_of_folders_names_every_module_of_automl() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    row = re.search(r"^\| `automl/` \|(.*)\|$", page, re.MULTILINE)
    assert row is not None
    there = {path.stem for path in (ROOT / "automl").glob("*.py") if not path.stem.startswith("__")}
    assert set(re.findall(r"`(\w+)`", row[1])) == there
